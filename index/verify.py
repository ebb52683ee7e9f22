"""A generation and its corpus in, what is wrong with them out, one check after another."""

from collections.abc import Iterator
from dataclasses import dataclass

from errors import TresseError
from index.generation import CURE, Generation, current_generation
from index.store import Content, check_corpus, load_content
from ingest.expansions import stale_anchors
from ingest.reader import read_corpus
from settings import Settings


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked, and the faults found; none where all is well. Both are French sentences."""

    done: str
    faults: tuple[str, ...] = ()


def verify(settings: Settings) -> Iterator[Check]:
    """Check the files of the index that serves, then its passages and spans, then the corpus and the anchors in it.

    The checks of the content are left out where a file is not what was published: nothing can be said of it.
    """
    try:
        generation = current_generation(settings.index)
    except TresseError as error:
        yield Check("", (str(error),))
    else:
        files = _files(generation)
        yield files
        if not files.faults:
            content = load_content(generation)
            yield _passages(content)
            yield _spans(content)
        yield _corpus(generation, settings)
    yield _anchors(settings)


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


def _corpus(generation: Generation, settings: Settings) -> Check:
    try:
        check_corpus(generation, settings)
    except TresseError as error:
        return Check("", (str(error),))
    return Check(f"Corpus\u00a0: {len(generation.manifest.corpus)} fichiers inchangés depuis la construction.")


def _anchors(settings: Settings) -> Check:
    try:
        documents = read_corpus(settings.corpus)
    except TresseError as error:
        return Check("", (str(error),))
    faults = tuple(fault for document in documents for fault in stale_anchors(settings.corpus, document))
    return Check("Enrichissements\u00a0: chaque citation figure dans son document.", faults)
