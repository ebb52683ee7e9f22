"""A folder in, its documents out."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from errors import TresseError
from ingest.canonical import document
from ingest.descriptor import read_descriptor
from ingest.document import Document
from ingest.layout import Layout
from ingest.markdown import markdown_layout
from ingest.plain import plain_layout

LAYOUTS = {".txt": plain_layout, ".md": markdown_layout}
DESCRIPTOR, EXPANSIONS = ".toml", ".expansions.jsonl"
NOTICES = ("SOURCES.md", "README.md")  # what is said about a folder, not what it holds


def read_corpus(folder: Path) -> tuple[Document, ...]:
    """Read every document of `folder`, in the order of their names.

    Raises TresseError where the folder is missing or holds no document, and where one of them cannot be read.
    """
    paths = list(_documents(folder))
    if not paths:
        raise TresseError(f"Le dossier {folder} ne contient aucun document .txt ou .md : ajoutez-en un, puis relancez.")
    by_id: dict[str, Path] = {}
    for path in paths:
        if path.stem in by_id:
            raise TresseError(f"{path.name} et {by_id[path.stem].name} porteraient le même nom : renommez l’un des deux.")
        by_id[path.stem] = path
    return tuple(read_document(path) for path in paths)


def read_document(path: Path) -> Document:
    """Read one file with the descriptor that may stand beside it."""
    lines = _text(path).splitlines()
    title = " ".join(path.stem.replace("-", " ").replace("_", " ").split())
    descriptor = read_descriptor(path.with_suffix(DESCRIPTOR), title[:1].upper() + title[1:])
    layout: Layout = LAYOUTS[path.suffix.lower()](path.stem, lines, descriptor)
    if not layout.blocks:
        raise TresseError(f"Le document {path.name} est vide : retirez-le ou remplacez-le.")
    return document(layout)


def corpus_files(folder: Path) -> dict[str, str]:
    """Return the SHA-256 (hexadecimal) of every file of `folder` that shapes an index, by file name."""
    names = {path for document in _documents(folder) for path in _companions(document)}
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(names) if path.exists()}


def expansions_path(folder: Path, document: Document) -> Path:
    """Return where the expansions of `document` stand, whether they exist or not."""
    return folder / f"{document.id}{EXPANSIONS}"


def _documents(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise TresseError(f"Le dossier {folder} n’existe pas : créez-le et mettez-y vos documents, ou indiquez-en un autre.")
    for path in sorted(folder.iterdir()):
        visible = not path.name.startswith(".") and path.name not in NOTICES
        if visible and path.is_file() and path.suffix.lower() in LAYOUTS:
            yield path


def _companions(path: Path) -> tuple[Path, ...]:
    return path, path.with_suffix(DESCRIPTOR), path.with_name(path.stem + EXPANSIONS)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise TresseError(f"Le document {path.name} ne peut pas être lu ({fault.strerror}) : vérifiez ses droits.") from fault
    if b"\x00" in raw:
        raise TresseError(f"Le document {path.name} n’est pas un fichier de texte : retirez-le ou convertissez-le en texte.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
