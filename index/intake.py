"""A corpus and the generation before in, documents ready to be indexed out: only the files that changed are read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from tqdm import tqdm

from errors import TresseError
from index.contents import load_contents
from index.files import CONTENTS, DOCUMENTS, PASSAGES, TOLD, WORD_FORMS
from index.generation import Generation
from index.lines import read_lines
from index.prepared import Prepared, prepare
from ingest.corpus import LARGEST, Aside, Corpus, Source, shown, unchanged
from ingest.expansions import read_expansions
from ingest.isolation import isolation
from settings import ROOT

_CODE = ("ingest", "index")  # the rooms whose files decide what a document becomes
_STAYS = " Sa version précédente reste dans l’index."


@dataclass(frozen=True, slots=True)
class Intake:
    """Documents ready to be indexed, sorted by id, with what there is to say of them.

    `keys`: for each document a hash of the files that it was made from, "" where one of them has to be read again.
    """

    prepared: tuple[Prepared, ...]
    keys: Mapping[str, str]
    asides: tuple[Aside, ...]
    remarks: tuple[Aside, ...]


class Earlier:
    """The documents of a generation, as the lines that it keeps of them, in files that were verified."""

    def __init__(self, generation: Generation) -> None:
        self.manifest = generation.manifest
        self._contents = load_contents(generation.read_text(CONTENTS))
        self._numbers = {name: number for number, name in enumerate(self._contents)}
        names = (DOCUMENTS, TOLD, PASSAGES, WORD_FORMS)
        self._documents, self._told, self._passages, self._words = (read_lines(generation.folder / name) for name in names)

    def prepared(self, name: str) -> Prepared | None:
        """Return a document by its id, None where there was none."""
        if name not in self._contents:
            return None
        listed, number = self._contents[name], self._numbers[name]
        lines = slice(listed.first, listed.end)
        return Prepared(listed, self._documents[number], self._told[number], self._passages[lines], self._words[lines])

    def key(self, name: str) -> str:
        """Return the hash of the files that a document was made from, "" where the code that made it has changed."""
        return self.manifest.documents[name] if self.manifest.code == code_digest() else ""

    def behind(self, closed: Sequence[str]) -> Iterator[Prepared]:
        """Give the documents whose files all stand in folders, "." being the corpus, that cannot be opened now."""
        for name, listed in self._contents.items() if closed else ():
            if all(any(each == "." or file.startswith(f"{each}/") for each in closed) for file in listed.files):
                kept = self.prepared(name)
                assert kept
                yield kept


@dataclass(frozen=True, slots=True)
class _Taken:
    """What became of one file: its document, as it is or as it was, None where there is none, and what there is to say."""

    prepared: Prepared | None
    key: str
    asides: tuple[Aside, ...] = ()
    remarks: tuple[Aside, ...] = ()


def take_in(corpus: Corpus, folder: Path, before: Earlier | None, *, progress: bool) -> Intake:
    """Take unchanged documents from the generation before and read the others; one that cannot be read stays as it was.

    Raises TresseError where no document is left.
    """
    sources = tqdm(corpus.sources, desc="Documents", disable=not progress)
    taken = [_take(source, corpus, folder, before) for source in sources]
    if before:
        taken += [_Taken(kept, before.key(kept.listed.id)) for kept in before.behind(corpus.closed)]
    asides = (*corpus.asides, *(aside for each in taken for aside in each.asides))
    documents = {each.prepared.listed.id: (each.prepared, each.key) for each in taken if each.prepared}
    if not documents:
        raise TresseError(_nothing(asides, folder))
    return Intake(
        tuple(documents[name][0] for name in sorted(documents)),
        {name: key for name, (_, key) in documents.items()},
        asides,
        tuple(remark for each in taken for remark in each.remarks),
    )


def _take(source: Source, corpus: Corpus, folder: Path, before: Earlier | None) -> _Taken:
    key, name = _key(source, corpus, folder), source.files[0]
    earlier = before.prepared(source.id) if before else None
    earlier_key = before.key(source.id) if before and earlier else ""
    if earlier and earlier_key == key:
        return _Taken(replace(earlier, listed=replace(earlier.listed, files=source.files)), key)
    try:
        fresh, faults, said = _read(source)
    except TresseError as fault:
        return _Taken(earlier, earlier_key, (Aside(name, f"{fault}{_STAYS if earlier else ''}", fault=True),))
    return _Taken(
        fresh,
        key if not faults and _settled(source, corpus, folder) else "",
        tuple(Aside(name, fault, fault=True) for fault in faults),
        tuple(Aside(name, remark) for remark in said),
    )


def _read(source: Source) -> tuple[Prepared, Sequence[str], Sequence[str]]:
    """Read a document; return it with what is wrong with its expansions and what is to be remarked."""
    reading = isolation().read(source)
    expansions, faults = read_expansions(source, reading.document)
    return prepare(reading, expansions, source.files), faults, reading.remarks


def _nothing(asides: Sequence[Aside], folder: Path) -> str:
    faults = [aside for aside in asides if aside.fault]
    if faults:
        return f"Aucun document de {folder} ne peut être lu. {faults[0].name}\u00a0: {faults[0].reason}"
    return f"Le dossier {folder} ne contient aucun document ({', '.join(LARGEST)})\u00a0: ajoutez-en un, puis relancez."


def _key(source: Source, corpus: Corpus, folder: Path) -> str:
    """Hash what a document is made from: its file, and those that go with it."""
    total = sha256(source.suffix.encode())
    for path in (source.path, source.descriptor, source.expansions):
        stamp = corpus.stamps.get(shown(path.relative_to(folder)))
        total.update(f" {stamp.sha256 or 'unreadable' if stamp else ''}".encode())
    return total.hexdigest()


def _settled(source: Source, corpus: Corpus, folder: Path) -> bool:
    """Tell whether what was read is what the walk had found: a file may change in between."""
    return all(
        path in source.refused or unchanged(path, corpus.stamps.get(shown(path.relative_to(folder))))
        for path in (source.path, source.descriptor, source.expansions)
    )


@cache
def code_digest() -> str:
    """Hash the code that decides what a document becomes: after a change of it every file is read again."""
    total = sha256()
    for path in sorted(path for room in _CODE for path in (ROOT / room).rglob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()
