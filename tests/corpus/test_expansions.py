"""The expansions of the booklet, and that they owe nothing to the questions of the evaluation."""

import json
import re

import pytest
from rapidfuzz import fuzz, process

from index.analysis import fold
from ingest.corpus import Source
from ingest.document import Document
from ingest.expansions import Expansion, read_expansions
from settings import ROOT

ALIKE = 85  # per cent of matching characters: « Qui préside X ? » and « Qui dirige X ? » are further apart


def bare(question: str) -> str:
    """The words of a question, folded, without punctuation."""
    return " ".join(re.findall(r"\w+", fold(question)))


@pytest.fixture(scope="module")
def expansions(booklet: Document, booklet_source: Source) -> tuple[Expansion, ...]:
    return read_expansions(booklet_source, booklet)[0]


def test_every_expansion_is_anchored_in_the_booklet(booklet: Document, booklet_source: Source) -> None:
    """No quote is stale, and no two entries are anchored at the same place."""
    expansions, faults = read_expansions(booklet_source, booklet)
    assert faults == ()
    assert len(expansions) >= 400
    assert len({(expansion.start, expansion.end) for expansion in expansions}) == len(expansions)


def test_no_question_leads_to_two_places(expansions: tuple[Expansion, ...]) -> None:
    """A question that two sentences answer would mislead the search."""
    questions = [bare(q) for expansion in expansions for q in expansion.questions]
    assert len(questions) >= 4000
    assert len(set(questions)) == len(questions)


def test_no_expansion_is_a_question_of_the_evaluation(expansions: tuple[Expansion, ...]) -> None:
    """Otherwise the evaluation would measure its own answers."""
    files = (ROOT / "eval" / name for name in ("questions.jsonl", "fitting.jsonl"))
    cases = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    asked = [bare(case["question"]) for case in cases if case["evidence"] and not case["history"]]
    written = [bare(q) for expansion in expansions for q in expansion.questions]
    likeness = process.cdist(asked, written, scorer=fuzz.ratio)
    assert likeness.max() < ALIKE
