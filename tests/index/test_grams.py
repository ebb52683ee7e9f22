import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from index.grams import NO_GRAMS, Grams, read_grams, write_grams
from index.units import find_groups

QUESTIONS = ("Qui pond dans la ruche ?", "Combien d’œufs par jour ?", "Quelle plante violette ?", "Où pousse la lavande ?")
GROUPS = {"span": (np.array([0, 0, 2, 3]), 5), "part": (np.array([0, 0, 1, 1]), 2)}


@pytest.fixture
def grams(tmp_path: Path) -> Grams:
    write_grams(tmp_path / "grams.npz", QUESTIONS, GROUPS)
    return read_grams(tmp_path / "grams.npz")


def _grams_of(text: str) -> Counter[str]:
    """Cut the folded words, spaces around them, in stretches of 3 to 5; a shorter word is one stretch."""
    found: Counter[str] = Counter()
    for word in text.replace("œ", "oe").lower().replace("ù", "u").split():
        padded = f" {word.replace('’', chr(39))} "
        for size in (3, 4, 5):
            found.update(padded[start : start + size] for start in range(max(len(padded) - size + 1, 1)))
            if len(padded) <= size:
                break
    return found


def _naive(question: str, group: list[str]) -> float:
    """The cosine of a question with the mean of a group, on dictionaries."""
    seen = Counter(gram for text in QUESTIONS for gram in _grams_of(text))
    seen = Counter({gram: sum(gram in _grams_of(text) for text in QUESTIONS) for gram in seen})

    def weigh(text: str) -> dict[str, float]:
        counts = {gram: count for gram, count in _grams_of(text).items() if gram in seen}
        weights = {gram: (1 + math.log(count)) * (math.log(5 / (1 + seen[gram])) + 1) for gram, count in counts.items()}
        length = math.sqrt(sum(value**2 for value in weights.values()))
        return {gram: value / length for gram, value in weights.items()}

    asked, mean = weigh(question), Counter()
    for text in group:
        mean.update(weigh(text))
    length = math.sqrt(sum(value**2 for value in mean.values()))
    return sum(value * mean[gram] for gram, value in asked.items()) / length


def test_likeness_is_that_of_a_naive_second_implementation(grams: Grams) -> None:
    """The likeness of each group is the cosine of the question with the centroid of its questions; 0 for an empty group."""
    question = "Qui pond de la lavande ?"
    read = grams.read(question)
    parts = [_naive(question, list(QUESTIONS[:2])), _naive(question, list(QUESTIONS[2:]))]
    assert grams.likeness("part", read) == pytest.approx(parts, abs=1e-5)
    spans = [parts[0], 0.0, _naive(question, [QUESTIONS[2]]), _naive(question, [QUESTIONS[3]]), 0.0]
    assert grams.likeness("span", read) == pytest.approx(spans, abs=1e-5)


def test_a_slip_still_meets(grams: Grams) -> None:
    """A mistyped word, without accents or in capitals, still leads to the questions that spell it out."""
    for typed in ("ou pouse la lavende", "OÙ POUSSE LA LAVANDE", "où pousse la lavande"):
        assert int(np.argmax(grams.likeness("span", grams.read(typed)))) == 3


@pytest.mark.parametrize("typed", ["", "zzz", "🐝", "!?"])
def test_what_no_expansion_says_is_like_nothing(grams: Grams, typed: str) -> None:
    """A question without a known n-gram has likeness 0, not an error."""
    assert not grams.likeness("part", grams.read(typed)).any()


def test_without_expansions_there_is_no_level() -> None:
    """Where nothing was expanded there is nothing to be like."""
    assert NO_GRAMS.levels == ()
    assert not NO_GRAMS.read("Qui pond ?").sum()


def test_groups_of_passages(make_passage) -> None:
    """Passages of a part share its number, those under the same title that of the section, none that of the passage."""
    passages = [make_passage("a", part="1"), make_passage("b", start=2, part="1"), make_passage("c", start=4, part="2")]
    groups = {level: numbers.tolist() for level, numbers in find_groups(passages).items()}
    assert groups == {"passage": [0, 1, 2], "section": [0, 0, 1], "part": [0, 0, 1]}
