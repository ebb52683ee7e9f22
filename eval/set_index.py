"""A set in, our searches of it out: the index that the real build makes of its documents, kept from a run to the next."""

import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from answer.assistant import Assistant
from answer.evidence.reader import open_reader
from answer.subjects import interleave
from eval.peers import PASSAGES, Search
from eval.retrieval_sets import RetrievalSet
from index.build import build_index
from index.encoder import Encoder, Vector
from index.fusion import read_weights
from index.store import has_index, open_index
from settings import ROOT, Settings

HALVES = ("words", "vectors")
_CODE = ("ingest", "index")  # the rooms whose files decide what an index holds


class SetIndex:
    """Our index of a set, kept from a run to the next and built again when the code that decides what it holds changes."""

    def __init__(self, measured: RetrievalSet, encoder: Encoder, indexes: Path) -> None:
        key = sha256(f"{measured.digest} {encoder.fingerprint}".encode()).hexdigest()[:12]
        self._folder = indexes / f"{measured.name}-{key}"
        self._settings = Settings(self._folder / "corpus", self._folder / "index", self._folder / "embeddings")
        self._encoder = encoder
        self._names = {f"{number:06d}": document.id for number, document in enumerate(measured.documents)}
        self.seconds = self._build(measured)

    def search(self, system: str) -> Search:
        """Open the index with half of the weights, with both, or with the reader that orders the best passages too."""
        weights = read_weights()
        if system in HALVES:
            weights = {name: weight if name.startswith(system) else 0.0 for name, weight in weights.items()}
        index = open_index(self._settings, encoder=self._encoder, weights=weights)
        # Words alone need no vector: the time to encode the question is not theirs.
        vector: Vector | None = np.zeros(self._encoder.dimension, dtype=np.float32) if system == "words" else None
        assistant = Assistant(index, open_reader(self._settings.reader)) if system == "tresse" else None

        def search(query: str) -> list[str]:
            if assistant:
                hits = interleave([side.hits for side in assistant.search(query, (), top=PASSAGES).sides])
            else:
                hits = index.search(query, top=PASSAGES, vector=vector)
            return [self._names[hit.passage.document] for hit in hits]

        return search

    def _build(self, measured: RetrievalSet) -> float:
        """Give the seconds of the first build, which encoded everything; those after it find their vectors again."""
        note, code = self._folder / "built.json", _code_digest()
        known: dict[str, Any] = json.loads(note.read_text(encoding="utf-8")) if note.exists() else {}
        if known.get("code") == code and has_index(self._settings):
            return float(known["seconds"])
        if not known:
            shutil.rmtree(self._folder, ignore_errors=True)
            _write_corpus(measured, self._settings.corpus)
        seconds = build_index(self._settings, progress=True, encoder=self._encoder).seconds
        seconds = float(known.get("seconds", seconds))
        note.write_text(json.dumps({"code": code, "seconds": seconds}) + "\n", encoding="utf-8")
        return seconds


def _write_corpus(measured: RetrievalSet, folder: Path) -> None:
    """Write each document as a maintainer would add it: its text, and its title beside it."""
    folder.mkdir(parents=True)
    for number, document in enumerate(measured.documents):
        path = folder / f"{number:06d}.txt"
        path.write_text(document.text if document.text.strip() else document.title, encoding="utf-8", newline="\n")
        title = json.dumps(document.title, ensure_ascii=False)
        path.with_suffix(".toml").write_text(f"title = {title}\n", encoding="utf-8", newline="\n")


def _code_digest() -> str:
    total = sha256()
    for path in sorted(path for room in _CODE for path in (ROOT / room).rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            total.update(path.read_bytes())
    return total.hexdigest()
