"""Outcomes in, what went wrong out, each in a few French words."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.compare import right
from eval.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Failure:
    """An outcome that is not as it should be, and what is wrong with it."""

    outcome: Outcome
    fault: str


def failures(outcomes: Sequence[Outcome]) -> tuple[Failure, ...]:
    """Return the outcomes that are wrong or incomplete, in the order of the cases."""
    found = ((outcome, _fault(outcome)) for outcome in outcomes)
    return tuple(Failure(outcome, fault) for outcome, fault in found if fault)


def _fault(outcome: Outcome) -> str | None:
    scores = outcome.scores
    if not outcome.answerable:
        wrong = "politesse prise pour une question" if outcome.case.kind == "smalltalk" else "réponse sans preuve possible"
        return None if right(outcome) else wrong
    if scores["citation_recall"] >= 1:
        return None if scores["first_citation"] else "preuve citée, mais pas en premier"
    if scores["citation_recall"] > 0:
        return "réponse incomplète"
    if not scores["recall@10"]:
        return "preuve introuvable"
    return "refusée à tort" if scores["refused"] else "mauvaise phrase citée"
