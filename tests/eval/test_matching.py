from hypothesis import given
from hypothesis import strategies as st

from eval.matching import Region, covered, locate

offsets = st.integers(0, 60)
regions = st.builds(
    lambda name, start, size: Region(name, start, start + size), st.sampled_from("ab"), offsets, st.integers(1, 30)
)


def test_half_is_enough():
    """A region holds another from half of its characters on."""
    quote = Region("a", 10, 20)
    assert Region("a", 0, 15).holds(quote)
    assert not Region("a", 0, 14).holds(quote)
    assert Region("a", 15, 90).holds(quote)
    assert not Region("b", 0, 90).holds(quote)


@given(regions, regions)
def test_holds_counts_characters(one, other):
    """A naive count of shared characters says the same."""
    shared = set(range(one.start, one.end)) & set(range(other.start, other.end))
    assert one.holds(other) == (one.document == other.document and 2 * len(shared) >= other.end - other.start)
    assert one.holds(one)


def test_locate_every_place(documents):
    """Each alternative of a group is found wherever it stands, overlaps included."""
    text = documents["ruche"].text
    (group, other) = locate([["La Ruche", "budget"], ["absent"]], documents)
    assert {text[region.start : region.end] for region in group if region.document == "ruche"} == {"La Ruche"}
    assert sum(region.document == "ruche" for region in group) == text.count("La Ruche")
    assert sum(region.document == "verger" for region in group) == documents["verger"].text.count("budget")
    assert other == ()


def test_covered_groups():
    """A region gives each group of which it holds one place."""
    groups = ((Region("a", 0, 10), Region("a", 50, 60)), (Region("a", 20, 30),), (Region("b", 0, 10),))
    assert covered(Region("a", 15, 60), groups) == {0, 1}
    assert covered(Region("b", 6, 60), groups) == frozenset()
