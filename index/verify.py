"""A generation, its corpus and saved answers in, what is wrong with them out, one check after another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from errors import TresseError
from index.content import Content
from index.generation import CURE, Generation, current_generation
from index.rot import find_rot
from index.store import check_corpus, open_content
from ingest.corpus import find_corpus
from ingest.expansions import read_expansions
from ingest.isolation import isolation
from settings import Settings

_HASHED = ", relus en entier"


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked, and the faults found; none where all is well. Both are French sentences."""

    done: str
    faults: tuple[str, ...] = ()


def verify(settings: Settings, saved: Sequence[Path] = (), *, deep: bool = False) -> Iterator[Check]:
    """Check the files of the index that serves, its passages and spans, the corpus and its anchors, then the files `saved`.

    `deep`: hash every file of the corpus, and not only those whose size, times or inode changed.

    The checks of the content are left out where a file is not what was published: nothing can be said of it.
    """
    try:
        generation = current_generation(settings.index)
    except TresseError as error:
        yield Check("", (str(error),))
        yield _anchors(settings)
        return
    files = _files(generation)
    yield files
    content = None if files.faults else open_content(generation)
    if content:
        yield _passages(content)
        yield _spans(content)
    yield _corpus(generation, settings, deep=deep)
    yield _anchors(settings)
    if content:
        yield from (_saved(path, content) for path in saved)


def _files(generation: Generation) -> Check:
    faults = [fault for _, fault in generation.faults()]
    return Check(
        f"Fichiers de l’index\u00a0: {len(faults)} sommes de contrôle justes ({generation.folder.name}).",
        tuple(fault for fault in faults if fault),
    )


def _passages(content: Content) -> Check:
    faults = tuple(
        f"Le passage {number} ({passage.document}, {passage.start}-{passage.end}) n’est pas le texte de son document. {CURE}"
        for number, passage in enumerate(content.passages)
        if content.documents[passage.document].text[passage.start : passage.end] != passage.text
    )
    return Check(f"Passages\u00a0: {len(content.passages)}, tous égaux au texte de leur document.", faults)


def _spans(content: Content) -> Check:
    faults = tuple(
        f"Le passage {number} ({passage.document}) a une phrase hors de lui ({span.start}-{span.end}). {CURE}"
        for number, passage in enumerate(content.passages)
        for span in passage.spans
        if not passage.start <= span.start < span.end <= passage.end
    )
    total = sum(len(passage.spans) for passage in content.passages)
    return Check(f"Phrases et éléments de liste\u00a0: {total}, tous dans leur passage.", faults)


def _corpus(generation: Generation, settings: Settings, *, deep: bool) -> Check:
    try:
        check_corpus(generation, settings, deep=deep)
    except TresseError as error:
        return Check("", (str(error),))
    return Check(
        f"Corpus\u00a0: {len(generation.manifest.corpus)} fichiers inchangés depuis la construction{_HASHED if deep else ''}."
    )


def _anchors(settings: Settings) -> Check:
    """Read the files of the corpus again, and their expansions."""
    try:
        sources = find_corpus(settings.corpus).sources
    except TresseError as error:
        return Check("", (str(error),))
    faults: list[str] = []
    for source in sources:
        try:
            faults += read_expansions(source, isolation().read(source).document)[1]
        except TresseError as fault:
            faults.append(f"{source.files[0]}\u00a0: {fault}")
    return Check("Enrichissements\u00a0: chaque citation figure dans son document.", tuple(faults))


def _saved(path: Path, content: Content) -> Check:
    try:
        return Check(
            f"{path.name}\u00a0: chaque citation figure encore dans les documents.", tuple(find_rot(path, content.documents))
        )
    except TresseError as error:
        return Check("", (str(error),))
