"""The numbers that choose evidence and decide when to answer, read from one file that says where they come from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "weights.json"


@dataclass(frozen=True)
class Weights:
    """What is fitted rather than decided, by name.

    `evidence` weighs the features of a span, `confidence` the signals of an answer; `status` holds the confidence from which a
    question is answered, and from which what is near is shown. `choice`: how many passages are looked into, how many quotes are
    given at most, which part of the best score a further quote must reach, which part of the question's words it must add, and
    how much what was said before draws (`pull`), and what the form of a definition is worth to who asks for one (`definition`).
    """

    evidence: Mapping[str, float]
    choice: Mapping[str, float]
    confidence: Mapping[str, float]
    status: Mapping[str, float]
    provenance: str


@cache
def read_weights(*, expanded: bool, path: Path = FILE) -> Weights:
    """Read the weights for an index with expansions, or for one without: its scores mean something else."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return Weights(**content["expanded" if expanded else "plain"], choice=content["choice"], provenance=content["provenance"])
