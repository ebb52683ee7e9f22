"""The numbers that choose evidence and decide when to answer, read from one file that says where they come from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "weights.json"


@dataclass(frozen=True)
class Weights:
    """What is fitted rather than decided, by name.

    `evidence` weighs the features of a span, `confidence` the signals of an answer; `status` holds the confidence from which a
    question is answered, and from which what is near is shown. `choice`: how many passages are looked into, how many quotes are
    given at most, which part of the best score a further quote must reach, and which part of the question's words it must add.
    """

    evidence: Mapping[str, float]
    choice: Mapping[str, float]
    confidence: Mapping[str, float]
    status: Mapping[str, float]
    provenance: str


@cache
def read_weights(path: Path = _FILE) -> Weights:
    """Read the weights."""
    return Weights(**json.loads(path.read_text(encoding="utf-8")))
