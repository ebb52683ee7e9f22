"""A corpus in, a new generation of its index out, and what changed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

from tqdm import tqdm

from errors import TresseError
from index.assembly import Assembly, assemble, embedded_texts, write_assembly
from index.embeddings import embed, ship
from index.encoder import Encoder, Vectors, open_encoder
from index.generation import Manifest, building, current_generation, list_files, publish
from index.intake import Earlier, code_digest, take_in
from index.store import check_files
from ingest.corpus import Aside, find_corpus
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
    """What a build did.

    `asides`: the files that were not read, or not whole, each with the reason. `remarks`: what was guessed while reading the
    others. `counts`: documents, passages, spans, questions, vectors; of these, `embedded` had to be encoded.
    """

    changes: Changes
    asides: tuple[Aside, ...]
    remarks: tuple[Aside, ...]
    counts: Mapping[str, int]
    embedded: int
    seconds: float

    @property
    def reused(self) -> int:
        """Number of vectors that no model had to compute."""
        return self.counts["vectors"] - self.embedded

    @property
    def sound(self) -> bool:
        """Whether every document of the corpus is in the index as it stands."""
        return not any(aside.fault for aside in self.asides)


def build_index(settings: Settings, *, progress: bool, encoder: Encoder | None = None) -> BuildReport:
    """Index the corpus beside what serves, then make it serve, with the model of the settings unless one is given.

    A file that cannot be read costs itself only: what the index held of it stays. Raises TresseError where no document can be
    read, another build runs, the model cannot be loaded or the disk is full; the generation before then goes on serving.
    """
    started = time.perf_counter()
    try:
        with building(settings.index) as aside:
            before = _before(settings)
            corpus = find_corpus(settings.corpus, before.manifest.corpus if before else {})
            taken = take_in(corpus, settings.corpus, before, progress=progress)
            whole = assemble(taken.prepared)
            encoder = open_encoder(settings.model) if encoder is None else encoder
            vectors, embedded = _embed(whole, encoder, settings, progress=progress)
            write_assembly(aside, whole, vectors)
            counts = whole.counts() | {"vectors": len(vectors)}
            manifest = Manifest(
                model=encoder.fingerprint,
                dimension=encoder.dimension,
                code=code_digest(),
                corpus=corpus.stamps,
                documents=taken.keys,
                counts=counts,
                versions={library: version(library) for library in _LIBRARIES},
                files=list_files(aside),
            )
            publish(aside, manifest)
    except OSError as error:
        raise TresseError(
            f"L’index n’a pas pu être écrit dans {settings.index} ({error.strerror or error}). Vérifiez la place et les droits "
            "sur le disque, puis relancez\u00a0: python -m index build"
        ) from error
    changes = _compare(before.manifest.documents if before else {}, taken.keys)
    return BuildReport(changes, taken.asides, taken.remarks, counts, embedded, time.perf_counter() - started)


def ship_vectors(settings: Settings) -> int:
    """Write the vectors of the corpus where every first start finds them; return how many.

    Raises TresseError as a build does.
    """
    whole = assemble(take_in(find_corpus(settings.corpus, {}), settings.corpus, None, progress=True).prepared)
    encoder = open_encoder(settings.model)
    ship(embedded_texts(whole), encoder, _embed(whole, encoder, settings, progress=True)[0])
    return len(whole.stored)


def _before(settings: Settings) -> Earlier | None:
    """Open the documents of the generation that serves, None where there is none that can be trusted."""
    try:
        generation = current_generation(settings.index)
        check_files(generation)
    except TresseError:
        return None
    return Earlier(generation)


def _embed(whole: Assembly, encoder: Encoder, settings: Settings, *, progress: bool) -> tuple[Vectors, int]:
    texts = embedded_texts(whole)
    with tqdm(total=len(texts), desc="Vecteurs", unit=" passages", disable=not progress) as bar:
        return embed(texts, encoder, settings.embeddings, advance=bar.update)


def _compare(before: Mapping[str, str], after: Mapping[str, str]) -> Changes:
    both = before.keys() & after.keys()
    return Changes(
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(name for name in both if before[name] != after[name])),
        removed=tuple(sorted(before.keys() - after.keys())),
        kept=tuple(sorted(name for name in both if before[name] == after[name])),
    )
