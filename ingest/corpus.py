"""A folder in, the files of it that are documents out, and why the others are not. Reads bytes, understands none."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path
from types import MappingProxyType

from errors import TresseError
from ingest.canonical import clean
from ingest.file_state import FileState, file_state

_MEGABYTE = 1_000_000
LARGEST: Mapping[str, int] = {  # bytes, by format: of plain text 20 MB are thirty novels, the rest carries pictures and fonts
    **dict.fromkeys((".txt", ".md", ".html", ".htm"), 20 * _MEGABYTE),
    **dict.fromkeys((".pdf", ".docx", ".odt"), 200 * _MEGABYTE),
}
DESCRIPTOR, EXPANSIONS = ".toml", ".expansions.jsonl"
_COMPANION = 20 * _MEGABYTE  # bytes at most of a descriptor or of expansions
_LARGEST = max(LARGEST.values())
_NOTICES = ("SOURCES.md", "README.md")  # what is said about a folder, not what it holds


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is a document. `id` is its path in the corpus without its suffix, in letters that can be shown.

    `files` names it and the other files of the corpus that have the same content; `refused` stands beside it and is not read.
    """

    id: str
    path: Path
    files: tuple[str, ...]
    refused: tuple[Path, ...] = ()

    @property
    def suffix(self) -> str:
        """The format, in small letters, with its full stop."""
        return self.path.suffix.lower()

    @property
    def descriptor(self) -> Path:
        """Where the descriptor of the document stands, whether it exists or not."""
        return self.path.with_suffix(DESCRIPTOR)

    @property
    def expansions(self) -> Path:
        """Where the expansions of the document stand, whether they exist or not."""
        return self.path.with_name(self.path.stem + EXPANSIONS)

    def content(self) -> bytes:
        """Read the file. Raises TresseError, a sentence to be read after its name, where it cannot be read or is too large."""
        return _read(self.path, LARGEST[self.suffix])

    def described(self) -> str | None:
        """Read the descriptor, None where there is none. Raises TresseError, to be read after the document’s name."""
        return None if self.descriptor in self.refused else _companion(self.descriptor, "son descripteur")

    def expanded(self) -> str | None:
        """Read the expansions, None where there are none. Raises TresseError, to be read after the document’s name."""
        return None if self.expansions in self.refused else _companion(self.expansions, "ses enrichissements")


@dataclass(frozen=True, slots=True)
class Aside:
    """A file that is not read, and why, in French; `fault` where someone should do something about it."""

    name: str
    reason: str
    fault: bool = False


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells whether a file changed: its state quickly, its SHA-256 surely."""

    state: FileState
    sha256: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a folder holds, in the order of the names."""

    sources: tuple[Source, ...]
    asides: tuple[Aside, ...]
    stamps: Mapping[str, Stamp]  # of every file that shapes an index, by name
    closed: tuple[str, ...] = ()  # the folders that could not be opened: nobody knows what they hold


def shown(path: Path | str) -> str:
    """Return a name as it can be printed, kept in JSON and asked for: NFC, no control character, no byte that is no letter."""
    return clean(os.fsencode(path).decode("utf-8", "replace")) or "\N{REPLACEMENT CHARACTER}"


def find_corpus(folder: Path, known: Mapping[str, Stamp] = MappingProxyType({})) -> Corpus:
    """Walk through `folder` and its folders; a file whose state is the one `known` is not hashed again.

    Raises TresseError where the folder is missing.
    """
    if not folder.is_dir():
        raise TresseError(f"Le dossier {folder} n’existe pas : créez-le et mettez-y vos documents, ou indiquez-en un autre.")
    sources: dict[str, Source] = {}
    asides: list[Aside] = []
    companions: dict[Path, None] = {}
    refused: set[Path] = set()
    closed: list[str] = []
    for path in _walk(folder, asides, closed):
        reason = _refused(path, folder)
        if reason:
            asides.append(Aside(_name(path, folder), reason))
            refused.add(path)
        elif path.name.endswith((DESCRIPTOR, EXPANSIONS)):
            companions[path] = None
        else:
            name = _name(path, folder)
            source = Source(shown(_within(path, folder).removesuffix(path.suffix)), path, (name,))
            twin = sources.setdefault(source.id, source)
            if twin is not source:
                asides.append(Aside(name, f"a le même nom que {shown(twin.path.name)}\u00a0: renommez-le.", True))
    found = list(sources.values())
    if refused:
        found = [replace(each, refused=tuple(sorted({each.descriptor, each.expansions} & refused))) for each in found]
    owned = {path for each in found for path in (each.descriptor, each.expansions)} if companions else frozenset()
    asides += [Aside(_name(path, folder), "n’accompagne aucun document.") for path in companions if path not in owned]
    files = [(each.files[0], each.path) for each in found]
    files += [(_name(path, folder), path) for path in companions if path in owned]
    stamped = ((name, _stamp(path, known.get(name))) for name, path in files)
    return replace(_different(found, asides, {name: stamp for name, stamp in stamped if stamp}), closed=tuple(closed))


def _different(sources: Iterable[Source], asides: Sequence[Aside], stamps: Mapping[str, Stamp]) -> Corpus:
    """Keep one document of those with the same content; the others are names of it."""
    kept: dict[str, Source] = {}
    twins = []
    for source in sources:
        name = source.files[0]
        content = stamps[name].sha256 if name in stamps else ""
        twin = kept.get(content) if content else None
        if twin:
            kept[content] = replace(twin, files=(*twin.files, name))
            twins.append(Aside(name, f"a le même contenu que {twin.files[0]}."))
        else:
            kept[content or name] = source
    return Corpus(tuple(kept.values()), (*asides, *twins), stamps)


def _name(path: Path, folder: Path) -> str:
    return shown(_within(path, folder))


def _within(path: Path, folder: Path) -> str:
    """Return the path of a file from a folder on; `relative_to` takes ten times as long, and there may be thousands."""
    return str(path).removeprefix(f"{folder}{os.sep}")


def _walk(folder: Path, asides: list[Aside], closed: list[str]) -> Iterator[Path]:
    """Give every file, in the order of the names, and set aside the folders that are not entered, or closed."""

    def unreadable(error: OSError) -> None:
        name = shown(Path(error.filename).relative_to(folder))
        closed.append(name)
        asides.append(
            Aside(name, f"est un dossier qui ne peut pas être ouvert ({error.strerror})\u00a0: vérifiez ses droits.", True)
        )

    for root, folders, files in os.walk(folder, onerror=unreadable):
        here = Path(root)
        entered = []
        for name in sorted(folders):
            path = here / name
            reason = "est un dossier caché." if name.startswith(".") else "est un lien." if _is_link(path) else ""
            if reason:
                asides.append(Aside(shown(path.relative_to(folder)), reason))
            else:
                entered.append(name)
        folders[:] = entered
        yield from (here / name for name in sorted(files))


def _refused(path: Path, folder: Path) -> str:
    """Return why a file is no document, "" where it is one or goes with one."""
    if path.name.startswith((".", "~$")):
        return "est un fichier caché."
    if _is_link(path) and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):  # a loop has no end
        return "est un lien qui sort du dossier."
    if path.name in _NOTICES:
        return "présente le dossier."
    if not _is_file(path):
        return "n’est pas un fichier."
    if path.suffix.lower() not in LARGEST and not path.name.endswith((DESCRIPTOR, EXPANSIONS)):
        return f"n’a pas un format connu ({', '.join(LARGEST)})."
    return ""


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # of a folder that may be listed and not entered: reading the file will say so
        return True


def unchanged(path: Path, stamp: Stamp | None) -> bool:
    """Tell whether a file is still, or still is not, what it was when it was stamped."""
    return file_state(path) == (stamp.state if stamp else None)


def _stamp(path: Path, known: Stamp | None) -> Stamp | None:
    """Return the stamp of a file, None where there is none; one that cannot be read, or is too large to be, has no hash."""
    state = file_state(path)
    if state is None:
        return None
    if known and state == known.state:
        return known
    try:
        with path.open("rb") as file:
            return Stamp(state, file_digest(file, "sha256").hexdigest() if state.size <= _LARGEST else "")
    except OSError:
        return Stamp(state, "")


def _companion(path: Path, what: str) -> str | None:
    try:
        return _read(path, _COMPANION).decode("utf-8-sig") if file_state(path) else None
    except UnicodeDecodeError as error:
        raise TresseError(f"{what} ({shown(path.name)})\u00a0: ce n’est pas de l’UTF-8, enregistrez-le en UTF-8.") from error
    except TresseError as fault:
        raise TresseError(f"{what} ({shown(path.name)})\u00a0: {fault}") from fault


def _read(path: Path, largest: int) -> bytes:
    """Read a file whole, as it stood at one moment."""
    before = file_state(path)
    if before is None:
        raise TresseError("il ne peut pas être lu\u00a0: vérifiez qu’il existe, et ses droits.")
    if before.size > largest:
        raise TresseError(f"il dépasse {largest // _MEGABYTE}\u00a0Mo, la limite de ce format\u00a0: coupez-le en plusieurs.")
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise TresseError(f"il ne peut pas être lu ({error.strerror})\u00a0: vérifiez ses droits.") from error
    if before != file_state(path) or len(content) != before.size:
        raise TresseError("il change pendant qu’il est lu\u00a0: relancez quand il sera écrit.")
    return content
