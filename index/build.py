"""A corpus in, a new generation of its index out, and what changed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

from tqdm import tqdm

from errors import TresseError
from index.embeddings import embed
from index.encoder import Encoder, Vectors, open_encoder
from index.generation import Manifest, building, current_generation, list_files, publish
from index.store import Content, embedded_texts, write_content
from index.units import find_units
from ingest.expansions import read_expansions
from ingest.passages import split
from ingest.reader import corpus_files, read_corpus
from settings import Settings

_LIBRARIES = ("faiss-cpu", "numpy", "PyStemmer", "sentence-transformers", "tantivy", "torch", "transformers")


@dataclass(frozen=True, slots=True)
class Changes:
    """The documents by what became of them since the generation before, sorted by id."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `counts`: documents, passages, spans, questions, vectors; of these, `embedded` had to be encoded."""

    changes: Changes
    counts: Mapping[str, int]
    embedded: int
    seconds: float

    @property
    def reused(self) -> int:
        """Number of vectors that no model had to compute."""
        return self.counts["vectors"] - self.embedded


def build_index(settings: Settings, *, progress: bool, encoder: Encoder | None = None) -> BuildReport:
    """Index the corpus beside what serves, then make it serve, with the model of the settings unless one is given.

    Raises TresseError where the corpus cannot be read, another build runs, the model cannot be loaded or the disk is full; the
    generation before then goes on serving.
    """
    started = time.perf_counter()
    try:
        with building(settings.index) as aside:
            files = corpus_files(settings.corpus)  # before reading: what changes in between will be seen as a change
            content = read_content(settings)
            encoder = open_encoder(settings.model) if encoder is None else encoder
            vectors, embedded = _embed(content, encoder, settings, progress=progress)
            write_content(aside, content, vectors)
            digests, before = content.digests(), _documents_before(settings)
            counts = _count(content, len(vectors))
            publish(
                aside,
                Manifest(encoder.fingerprint, encoder.dimension, files, digests, counts, _versions(), list_files(aside)),
            )
    except OSError as error:
        raise TresseError(
            f"L’index n’a pas pu être écrit dans {settings.index} ({error.strerror or error}). Vérifiez la place et les droits "
            "sur le disque, puis relancez\u00a0: python -m index build"
        ) from error
    return BuildReport(_compare(before, digests), counts, embedded, time.perf_counter() - started)


def read_content(settings: Settings) -> Content:
    """Read the corpus as it is searched. Raises TresseError where it cannot be read or an expansion is stale."""
    documents = read_corpus(settings.corpus)
    passages = tuple(passage for document in documents for passage in split(document))
    expansions = [expansion for document in documents for expansion in read_expansions(settings.corpus, document)]
    return Content({document.id: document for document in documents}, passages, find_units(passages, expansions))


def _embed(content: Content, encoder: Encoder, settings: Settings, *, progress: bool) -> tuple[Vectors, int]:
    texts = embedded_texts(content)
    with tqdm(total=len(texts), desc="Vecteurs", unit=" textes", disable=not progress) as bar:
        return embed(texts, encoder, settings.embeddings, advance=bar.update)


def _count(content: Content, vectors: int) -> dict[str, int]:
    return {
        "documents": len(content.documents),
        "passages": len(content.passages),
        "spans": sum(len(passage.spans) for passage in content.passages),
        "questions": sum(len(unit.questions) for unit in content.units),
        "vectors": vectors,
    }


def _versions() -> dict[str, str]:
    return {library: version(library) for library in _LIBRARIES}


def _documents_before(settings: Settings) -> Mapping[str, str]:
    try:
        return current_generation(settings.index).manifest.documents
    except TresseError:
        return {}


def _compare(before: Mapping[str, str], after: Mapping[str, str]) -> Changes:
    both = before.keys() & after.keys()
    return Changes(
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(name for name in both if before[name] != after[name])),
        removed=tuple(sorted(before.keys() - after.keys())),
        kept=tuple(sorted(name for name in both if before[name] == after[name])),
    )
