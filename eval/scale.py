"""`python -m eval.scale`: what building, opening and searching an index cost as it grows, on a French corpus made for it.

The corpus recombines real sentences: the first half of one and the second half of another, so that no two are the same and the
cache of vectors finds nothing. Up to ENCODED passages the model of the settings encodes, beside the library alone on the same
texts; above, a quick encoder stands in for it, so that what is measured is the rest.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer

from eval.speed import spent
from index.build import build_index
from index.encoder import Encoder, Vector, Vectors, open_encoder
from index.generation import current_generation
from index.search import Index
from index.store import open_index
from ingest.isolation import read_corpus
from ingest.sentences import sentence_spans
from settings import ROOT, Settings, read_settings

SIZES = (1_000, 10_000, 100_000)  # passages
ENCODED = 1_000  # passages up to which the real model encodes: beyond, it alone would take most of an hour
SEARCHES = 200
_SENTENCES, _PARAGRAPHS, _SECTIONS = 4, 4, 5  # of a paragraph, of a section, of a document
_HALF = 40  # characters: a shorter sentence is not cut


class QuickEncoder:
    """Stands in for a model: equal words give near vectors, and encoding costs next to nothing."""

    dimension, fingerprint = 384, "quick:1"

    def __init__(self) -> None:
        self._counts = HashingVectorizer(n_features=4096, alternate_sign=False)
        self._directions = np.random.default_rng(0).standard_normal((4096, self.dimension)).astype(np.float32)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Add up the directions of the words."""
        vectors = np.asarray(self._counts.transform(texts) @ self._directions, dtype=np.float32) + np.float32(1e-6)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    def encode_query(self, text: str) -> Vector:
        """Encode as a document."""
        return np.asarray(self.encode_documents([text])[0], dtype=np.float32)


class Recorded:
    """An encoder that keeps what it was asked to encode, so that the library alone can be asked the same."""

    def __init__(self, of: Encoder) -> None:
        self.of, self.dimension, self.fingerprint = of, of.dimension, of.fingerprint
        self.texts: list[str] = []

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Encode and keep."""
        self.texts += texts
        return self.of.encode_documents(texts)

    def encode_query(self, text: str) -> Vector:
        """Encode a question."""
        return self.of.encode_query(text)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one size costs. Seconds, bytes and milliseconds; `alone` is the library alone on the same texts, None untried."""

    passages: int
    build: float
    alone: float | None
    unchanged: float
    one_changed: float
    disk: int
    opening: float
    resident: int
    searches: tuple[float, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every size that is asked for and print a line of each."""
    parser = argparse.ArgumentParser(prog="python -m eval.scale", description="Mesure l’index quand il grandit.")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, metavar="N", help="nombres de passages")
    parser.add_argument("--encoded", type=int, default=ENCODED, metavar="N", help="passages jusqu’où le vrai modèle encode")
    parser.add_argument(
        "--texts", nargs="*", type=Path, default=(), metavar="FICHIER", help="corpus.jsonl dont prendre des phrases"
    )
    parser.add_argument("--open", nargs=2, metavar=("CORPUS", "INDEX"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.open:
        return _print_opening(*map(Path, options.open))
    halves = find_halves(_texts(options.texts))
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            _print(measure(Path(folder), size, halves, real=size <= options.encoded))
    return 0


def find_halves(texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Cut the sentences of texts in two at the space nearest their middle: how they begin, and how they end."""
    begins: dict[str, None] = {}
    ends: dict[str, None] = {}
    for text in texts:
        for span in sentence_spans(text):
            sentence = text[span.start : span.end]
            cut = sentence.find(" ", len(sentence) // 2)
            if len(sentence) > _HALF and cut > 0 and sentence[0].isupper() and sentence.endswith("."):
                begins[sentence[:cut]] = ends[sentence[cut:]] = None
    return tuple(begins), tuple(ends)


def write_corpus(folder: Path, passages: int, halves: tuple[Sequence[str], Sequence[str]]) -> None:
    """Write documents of _SECTIONS sections that make `passages` passages of _SENTENCES sentences, the same ones each time."""
    folder.mkdir(parents=True)
    draw = random.Random(passages)
    sentence = partial(_sentence, draw, *halves)
    each = _PARAGRAPHS * _SECTIONS
    for number in range(-(-passages // each)):
        lines = [f"# {sentence()[:60]}"]
        for place in range(min(each, passages - number * each)):
            if place % _PARAGRAPHS == 0:
                lines.append(f"## {sentence()[:50]}")
            lines.append(" ".join(sentence() for _ in range(_SENTENCES)))
        (folder / f"{number:05d}.md").write_text("\n\n".join(lines) + "\n", encoding="utf-8")


def _sentence(draw: random.Random, begins: Sequence[str], ends: Sequence[str]) -> str:
    return draw.choice(begins) + draw.choice(ends)


def _texts(files: Sequence[Path]) -> list[str]:
    read = [json.loads(line)["text"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return read + [document.text for document in read_corpus(Settings().corpus)]


def measure(folder: Path, size: int, halves: tuple[Sequence[str], Sequence[str]], *, real: bool) -> Measured:
    """Build, build again without a change and with one, open in a process of its own, search."""
    settings = Settings(folder / "corpus", folder / "index", folder / "embeddings", read_settings().model)
    write_corpus(settings.corpus, size, halves)
    encoder = Recorded(open_encoder(settings.model) if real else QuickEncoder())
    built = build_index(settings, progress=True, encoder=encoder)
    alone = spent(lambda: encoder.of.encode_documents(list(encoder.texts))) / 1000 if real else None
    unchanged = build_index(settings, progress=False, encoder=encoder).seconds
    first = settings.corpus / "00000.md"
    first.write_text(
        first.read_text(encoding="utf-8") + "\nUne phrase de plus, que personne n’avait écrite.\n", encoding="utf-8"
    )
    changed = build_index(settings, progress=False, encoder=encoder).seconds
    opened = [_opening(settings) for _ in range(3)]
    return Measured(
        built.counts["passages"],
        built.seconds,
        alone,
        unchanged,
        changed,
        sum(path.stat().st_size for path in settings.index.rglob("*") if path.is_file()),
        statistics.median(seconds for seconds, _ in opened),
        max(resident for _, resident in opened),
        tuple(_searches(open_index(settings, encoder=encoder), encoder, halves)),
    )


def _opening(settings: Settings) -> tuple[float, int]:
    """Seconds to open the index in a new process, and the bytes of its memory after a few searches."""
    command = [sys.executable, "-m", "eval.scale", "--open", str(settings.corpus), str(settings.index)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    seconds, resident = done.stdout.split()
    return float(seconds), int(resident)


def _print_opening(corpus: Path, index: Path) -> int:
    encoder = QuickEncoder()
    encoder.fingerprint = current_generation(index).manifest.model  # no model is needed to search with vectors of our own
    opened: list[Index] = []
    seconds = spent(lambda: opened.append(open_index(Settings(corpus, index), encoder=encoder))) / 1000
    for passage in opened[0].passages[:: max(len(opened[0].passages) // 20, 1)]:
        opened[0].search(passage.text[:100])
    sys.stdout.write(f"{seconds} {_resident()}\n")
    return 0


def _resident() -> int:
    """Bytes of this process in memory, those of mapped files included."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def _searches(index: Index, encoder: Encoder, halves: tuple[Sequence[str], Sequence[str]]) -> Iterator[float]:
    """Milliseconds of each search, the question encoded beforehand."""
    draw = random.Random(1)
    questions = [_sentence(draw, *halves)[:120] for _ in range(SEARCHES)]
    for question in questions:
        vector = encoder.encode_query(question)
        yield spent(partial(index.search, question, vector=vector))


def _print(measured: Measured) -> None:
    slow = statistics.quantiles(measured.searches, n=20)[-1]
    print(f"{measured.passages} passages.")
    print(f"  Construction : {measured.build:.1f} s, {measured.passages / measured.build:.0f} passages par seconde.")
    if measured.alone is not None:
        ratio = measured.alone / measured.build
        print(f"  Encoder les mêmes textes, seul : {measured.alone:.1f} s ; rapport {ratio:.2f} (but : 0,9 au moins).")
    print(f"  Reconstruire : {measured.unchanged:.1f} s sans changement, {measured.one_changed:.1f} s après un fichier changé.")
    print(f"  Disque : {measured.disk / measured.passages:.0f} octets par passage.")
    print(f"  Ouverture : {measured.opening:.2f} s ; {measured.resident / 1e6:.0f} Mo après vingt recherches.")
    print(
        f"  Recherche sans encoder : {statistics.median(measured.searches):.1f} ms, {slow:.1f} ms au 95e centile.", flush=True
    )


if __name__ == "__main__":
    sys.exit(main())
