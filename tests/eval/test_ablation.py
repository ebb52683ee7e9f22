from itertools import pairwise
from types import SimpleNamespace

from eval.ablation import Line, Literal, _searches, write
from index.fusion import read_weights
from index.words import Words


def test_each_line_adds_signals_and_takes_none_away():
    """A line has every signal of the one before it with the same weight, until the fitted ones replace them all."""
    searches = list(_searches())
    assert searches[0][1]["words.text"] > 0 == searches[0][1]["vectors.text"]
    by_hand = [weights for _, weights, _ in searches[:-2]]
    for before, after in pairwise(by_hand):
        kept = {name: weight for name, weight in before.items() if weight}
        assert kept.items() < {name: weight for name, weight in after.items() if weight}.items()
    assert [weights for _, weights, _ in searches[-2:]] == [read_weights(expanded=True)] * 2
    assert [reader for _, _, reader in searches] == [Literal] * (len(searches) - 1) + [Words]


def test_literal_words_stand_for_themselves():
    """No typo is mended and no acronym spelled out: each different term, once, with full trust."""
    assert Literal.read(SimpleNamespace(), "Une ruhce, une RUHCE et la Scic") == ((("ruhc", 1.0),), (("scic", 1.0),))


def test_the_table_gives_each_line_in_per_cent(tmp_path):
    """Shares become per cent with one decimal, under the number of questions and the date."""
    target = tmp_path / "ablation.md"
    write([Line("words only", 0.5, 0.75, 0.25, 0.3333, 1.0)], 12, date="2026-01-02", target=target)
    text = target.read_text(encoding="utf-8")
    assert "2026-01-02" in text
    assert "on the 12 answerable questions" in text
    assert text.endswith("| words only | 50.0 | 75.0 | 25.0 | 33.3 | 100.0 |\n")
