import pytest
from hypothesis import given
from hypothesis import strategies as st

from answer.evidence.reader import PassageReading
from answer.evidence.selection import choose, rerank
from index.search import Hit

CHOICE = {"quotes": 3, "gap": 1.0, "share": 0.5, "spread": 0.3}
RANK = {"expanded": 0.01, "plain": 0.05}
LIST = ("La Ruche a trois missions :", "• Coudre ;", "• Former ;", "• Vendre.")


@pytest.fixture
def hit(make_passage):
    return lambda score, *, expanded=False: Hit(make_passage("Oui."), score, {}, expanded=expanded)


def test_a_reading_counts_less_where_the_search_knows_more(hit):
    """0.60 + 0.01 x 2 stays under 0.55 + 0.05 x 2; the score of the search alone is kept beside."""
    expanded, plain = hit(0.60, expanded=True), hit(0.55)
    found = rerank([expanded, plain], [PassageReading(2.0, (1.0,))] * 2, RANK)
    assert [(each.hit.score, each.searched) for each in found] == [
        (pytest.approx(0.65), 0.55),
        (pytest.approx(0.62), 0.60),
    ]
    assert [each.hit.expanded for each in found] == [False, True]


def test_a_reading_that_says_no_takes_away(hit):
    """0.60 - 0.05 x 4 falls under 0.45 - 0.05 x 0."""
    found = rerank([hit(0.60), hit(0.45)], [PassageReading(-4.0, (1.0,)), PassageReading(0.0, (1.0,))], RANK)
    assert [each.searched for each in found] == [0.45, 0.60]


def test_equals_stay_as_they_came(make_passage):
    """Ties go to the search's order."""
    hits = [Hit(make_passage("Oui.", start=start), 0.5, {}, expanded=False) for start in (300, 100, 200)]
    found = rerank(hits, [PassageReading(1.0, (1.0,))] * 3, RANK)
    assert [each.hit.passage.start for each in found] == [300, 100, 200]


def test_a_reading_without_its_hit_is_a_fault(hit):
    """As many readings as hits."""
    with pytest.raises(ValueError, match="shorter"):
        rerank([hit(0.5), hit(0.4)], [PassageReading(1.0, (1.0,))], RANK)


def test_the_heaviest_span_is_quoted(make_read):
    """The one where most of the answer stands, at its offsets."""
    (evidence,) = choose([make_read(2.0, [0.1, 0.8, 0.1], "Un.", "Deux.", "Trois.")], CHOICE)
    assert (evidence.text, evidence.form, evidence.span.start) == ("Deux.", "sentence", 104)


def test_a_further_span_needs_its_share_of_the_heaviest(make_read):
    """0.3 is half of 0.6, 0.25 is not; the heavier comes first."""
    found = choose([make_read(2.0, [0.3, 0.05, 0.6], "Un.", "Deux.", "Trois.")], CHOICE)
    assert [evidence.text for evidence in found] == ["Trois.", "Un."]
    found = choose([make_read(2.0, [0.25, 0.15, 0.6], "Un.", "Deux.", "Trois.")], CHOICE)
    assert [evidence.text for evidence in found] == ["Trois."]


def test_spans_that_touch_are_one(make_read):
    """Two sentences side by side are quoted together, at the place of the better one."""
    found = choose([make_read(2.0, [0.3, 0.4, 0.02, 0.28], "Un.", "Deux.", "Trois.", "Quatre.")], CHOICE)
    assert [evidence.text for evidence in found] == ["Un. Deux.", "Quatre."]


def test_spans_of_two_passages_are_never_one(make_read):
    """Even where the second begins at the end of the first."""
    first, second = make_read(2.0, [1.0], "Un."), make_read(2.0, [1.0], "Deux.", start=103)
    assert [evidence.text for evidence in choose([first, second], CHOICE)] == ["Un.", "Deux."]


@pytest.mark.parametrize(("score", "quoted"), [(2.0, True), (1.99, False), (5.0, True)])
def test_a_further_passage_may_be_a_gap_below_the_best(make_read, score, quoted):
    """3.0 - 1.0 is enough, less is not; a better read one that ranks lower is quoted too."""
    found = choose([make_read(3.0, [1.0], "Un."), make_read(score, [1.0], "Deux.")], CHOICE)
    assert [evidence.text for evidence in found] == (["Un.", "Deux."] if quoted else ["Un."])


@pytest.mark.parametrize(("score", "quoted"), [(0.0, True), (-0.01, False)])
def test_a_further_passage_that_more_likely_does_not_answer_is_not_quoted(make_read, score, quoted):
    """Whatever the best scores; the best itself is quoted, for the caller to decide."""
    found = choose([make_read(-0.5, [1.0], "Un."), make_read(score, [1.0], "Deux.")], CHOICE)
    assert [evidence.text for evidence in found] == (["Un.", "Deux."] if quoted else ["Un."])


def test_so_many_quotes_and_no_more(make_read):
    """The spans of the best passages first."""
    many = [make_read(2.0, [0.5, 0.1, 0.4], f"Un {number}.", "Non.", f"Deux {number}.") for number in range(3)]
    assert [evidence.text for evidence in choose(many, CHOICE)] == ["Un 0.", "Deux 0.", "Un 1."]
    assert [evidence.text for evidence in choose(many, {**CHOICE, "quotes": 1})] == ["Un 0."]


def test_nothing_read_nothing_chosen(make_read):
    """No passage, or a passage without spans."""
    assert choose([], CHOICE) == ()
    assert choose([make_read(2.0, [])], CHOICE) == ()


def test_an_answer_spread_over_the_items_of_a_list_gets_the_whole(make_read):
    """0.35 stands beside the best item: more than 0.3; the introduction comes along."""
    (evidence,) = choose([make_read(2.0, [0.05, 0.4, 0.3, 0.0], *LIST, by="\n")], CHOICE)
    assert (evidence.text, evidence.form) == ("\n".join(LIST), "list")


def test_an_answer_that_is_one_item_of_a_list_gets_that_item(make_read):
    """0.2 stands beside it: less than 0.3."""
    (evidence,) = choose([make_read(2.0, [0.0, 0.1, 0.6, 0.1], *LIST, by="\n")], CHOICE)
    assert (evidence.text, evidence.form) == ("Former ;", "sentence")


def test_a_sentence_that_only_announces_gets_what_it_announces(make_read):
    """The list where there is one, else the rest of the passage."""
    (evidence,) = choose([make_read(2.0, [0.9, 0.1, 0.0, 0.0], *LIST, by="\n")], CHOICE)
    assert (evidence.text, evidence.form) == ("\n".join(LIST), "list")
    (evidence,) = choose([make_read(2.0, [0.1, 0.8, 0.1, 0.0], "Non.", "Voici :", "Elle coud.", "Elle vend.")], CHOICE)
    assert (evidence.text, evidence.form) == ("Voici : Elle coud. Elle vend.", "list")


def test_a_sentence_before_a_list_is_quoted_without_it(make_read):
    """The answer stands outside the list, however much of it the items hold."""
    found = choose([make_read(2.0, [0.6, 0.0, 0.2, 0.2, 0.0], "Elle date de 1998.", *LIST, by="\n")], CHOICE)
    assert [evidence.text for evidence in found] == ["Elle date de 1998."]


@pytest.mark.parametrize(
    ("opening", "points"),
    [
        ("Elle réunit 42 adhérents.", True),
        ("Son budget est de 12 euros.", True),
        ("« Ces membres paient.", True),
        ("En effet, on y coud.", True),
        ("C’est la seule.", True),
        ("Ellébore et thym y poussent.", False),
        ("Le Verger réunit 12 adhérents.", False),
    ],
)
def test_a_sentence_that_points_back_brings_the_one_before(make_read, opening, points):
    """« Elle réunit... » means nothing without the sentence that says who."""
    (evidence,) = choose([make_read(2.0, [0.0, 0.1, 0.9], "Il pleut.", "La Ruche coud.", opening)], CHOICE)
    assert evidence.text == (f"La Ruche coud. {opening}" if points else opening)


def test_a_first_sentence_and_a_long_one_before_are_left(make_read):
    """Nothing stands before the first; a sentence of more than 320 characters is not taken along."""
    (evidence,) = choose([make_read(2.0, [0.9, 0.1], "Elle coud.", "Oui.")], CHOICE)
    assert evidence.text == "Elle coud."
    for letters, text in ((319, "a" * 319 + ". Elle coud."), (320, "Elle coud.")):
        (evidence,) = choose([make_read(2.0, [0.1, 0.9], "a" * letters + ".", "Elle coud.")], CHOICE)
        assert evidence.text == text


SENTENCES = st.lists(st.sampled_from(["Elle coud.", "Voici :", "• Coudre ;", "Le Verger vend.", "a" * 330 + "."]), max_size=6)


@given(
    st.lists(st.tuples(st.floats(-9, 9), SENTENCES, st.lists(st.floats(0, 1), min_size=6, max_size=6)), max_size=4),
    st.fixed_dictionaries(
        {"quotes": st.integers(1, 4), "gap": st.floats(0, 4), "share": st.floats(0, 1), "spread": st.floats(0, 1)}
    ),
)
def test_evidence_is_exact_within_its_passage_and_never_twice(make_read, each, choice):
    """No more than `quotes`, each a piece of its passage, none of which overlap within one; the same each time."""
    read = [make_read(score, weights[: len(texts)], *texts, by="\n") for score, texts, weights in each]
    found = choose(read, choice)
    assert found == choose(read, choice)
    assert len(found) <= choice["quotes"]
    for evidence in found:
        passage = evidence.hit.passage
        assert passage.start <= evidence.span.start < evidence.span.end <= passage.end
        assert evidence.text == passage.text[evidence.span.start - passage.start : evidence.span.end - passage.start]
    for number, one in enumerate(found):
        for other in found[number + 1 :]:
            apart = one.span.end <= other.span.start or other.span.end <= one.span.start
            assert one.hit is not other.hit or apart
