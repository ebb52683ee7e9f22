"""The fitted numbers that order passages, choose evidence and decide when to answer; their file says where they come from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "weights.json"


@dataclass(frozen=True)
class Weights:
    """What is fitted rather than decided, by name.

    `rank`: how many passages are read (`read`), what the score of a reading counts beside that of the search, see `rerank`, and
    how much what was said before draws the search (`pull`). `choice`: what of the passages read is quoted, see `choose`.
    `confidence`: for documents with expansions (`expanded`) and without (`plain`), the weight of the score of a reading
    (`reader`) and a bias, then the confidence from which a question is answered (`answered`), and from which what is near is
    shown (`related`), and the score of the search below which nothing is near (`floor`).
    """

    rank: Mapping[str, float]
    choice: Mapping[str, float]
    confidence: Mapping[str, Mapping[str, float]]
    provenance: str


@cache
def read_weights(path: Path = FILE) -> Weights:
    """Read the weights."""
    return Weights(**json.loads(path.read_text(encoding="utf-8")))
