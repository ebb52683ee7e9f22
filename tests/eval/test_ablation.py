from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import pytest

from answer.evidence.reader import PassageReading
from eval import ablation
from eval.ablation import Line, Literal, ablate, searches, write
from index.fusion import read_weights
from index.words import Words
from ingest.passages import Passage


def test_each_line_has_one_thing_more():
    """Words alone, vectors alone, both as fitted; then typos and acronyms, then the reader."""
    words, vectors, both, typed, read = searches()
    assert {name for name, weight in words.weights.items() if weight} == {"words.text", "words.headings"}
    assert {name for name, weight in vectors.weights.items() if weight} == {"vectors"}
    assert words.weights.keys() == vectors.weights.keys() == read_weights().keys()
    assert [each.weights for each in (both, typed, read)] == [read_weights()] * 3
    assert [each.words for each in (words, vectors, both, typed, read)] == [Literal, Literal, Literal, Words, Words]
    assert [each.read for each in (words, vectors, both, typed, read)] == [False, False, False, False, True]


def test_literal_words_stand_for_themselves():
    """No typo is mended and no acronym spelled out: each different term, once, with full trust."""
    assert Literal.read(SimpleNamespace(), "Une ruhce, une RUHCE et la Scic") == ((("ruhc", 1.0),), (("scic", 1.0),))


class Contrary:
    """Says no to what the evidence stands in, and yes to all else."""

    def read(self, question: str, passages: Sequence[Passage]) -> tuple[PassageReading, ...]:  # noqa: ARG002
        """Give a score that no search makes up for."""
        told = ("42 adhérents", "3 439 euros")
        return tuple(
            PassageReading(-9.0 if any(each in passage.text for each in told) else 9.0, (1.0,) * len(passage.spans))
            for passage in passages
        )


@pytest.fixture
def asked(cases):
    return [cases[0], replace(cases[1], kind="paraphrase")]


@pytest.fixture
def measure(built, make_encoder, weights, monkeypatch):
    """Measure the lines with a computable encoder, and a reader that is given."""

    def lines(reader, asked):
        monkeypatch.setattr(ablation, "open_encoder", lambda _: make_encoder("mots-partagés"))
        monkeypatch.setattr(ablation, "open_reader", lambda _: reader)
        monkeypatch.setattr(ablation, "answer_weights", lambda: replace(weights, rank={**weights.rank, "plain": 1.0}))
        return list(ablate(built, asked))

    return lines


def test_every_line_finds_what_shares_its_words(measure, reader, asked):
    """Both questions find their evidence first, with each search; a slip of the fingers keeps it among the first five."""
    lines = measure(reader, asked)
    assert [line.name for line in lines] == [search.name for search in searches()]
    for line in lines:
        assert (line.first, line.five, line.paraphrases_first, line.paraphrases_five) == (1.0, 1.0, 1.0, 1.0)
        assert line.typed_five == 1.0


def test_the_reader_counts_in_the_last_line_only(measure, asked):
    """One that says no to all evidence takes it from the first place of that line, and from no other."""
    assert [line.first for line in measure(Contrary(), asked)] == [1.0, 1.0, 1.0, 1.0, 0.0]


def test_the_table_gives_each_line_in_per_cent(tmp_path):
    """Shares become per cent with one decimal, under the number of questions and the date."""
    target = tmp_path / "ablation.md"
    write([Line("words only", 0.5, 0.75, 0.25, 0.3333, 1.0)], 12, date="2026-01-02", target=target)
    text = target.read_text(encoding="utf-8")
    assert "2026-01-02" in text
    assert "on the 12 answerable questions" in text
    assert text.endswith("| words only | 50.0 | 75.0 | 25.0 | 33.3 | 100.0 |\n")
