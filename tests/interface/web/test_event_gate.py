"""What passes of an event, and what does not."""

import json

import pytest

from interface.web.event_gate import LONGEST_TEXT, MOST_CHOICES, EventRule, RefusedEventError, read_event

RULES = {0: EventRule(("text", "state", "choices", "kept"), queued=True), 1: EventRule(("none",), queued=False)}


def sent(data, **changed):
    """An event as a page sends it, but for what is changed."""
    event = {"data": data, "fn_index": 0, "session_hash": "abc123", "event_data": {"path": "/x"}, "trigger_id": 3}
    return json.dumps(event | changed).encode()


def test_what_a_page_sends_passes_without_what_no_handler_reads():
    """Text, choices and what a browser keeps pass; a state is the server’s, and what was never filled in is empty."""
    data = ["Qui ?", {"un": "état"}["un"], ["livret#fiche-1"], [["Qui ?", ["livret"]]]]
    assert read_event(sent(data), RULES, queued=True) == {
        "data": ["Qui ?", None, ["livret#fiche-1"], [["Qui ?", ["livret"]]]],
        "fn_index": 0,
        "session_hash": "abc123",
        "event_data": None,
        "trigger_id": None,
    }
    assert read_event(sent([None] * 4), RULES, queued=True)["data"] == ["", None, [], []]


@pytest.mark.parametrize("value", [{}, {"path": "/etc/passwd"}, [{"path": "a"}], [[[{"url": "http://x"}]]], {"meta": []}])
def test_an_object_passes_nowhere(value):
    """A file is an object, and no event takes one, wherever it stands and whatever it is called."""
    for place in range(4):
        data = [None] * 4
        data[place] = value
        with pytest.raises(RefusedEventError, match="Aucun fichier ni aucune adresse") as refused:
            read_event(sent(data), RULES, queued=True)
        assert refused.value.status == 422


@pytest.mark.parametrize(
    "data",
    [
        [3, None, None, None],
        ["a" * (LONGEST_TEXT + 1), None, None, None],
        [None, None, "livret", None],
        [None, None, ["a"] * (MOST_CHOICES + 1), None],
        [None, None, ["a" * 601], None],
        [None, None, [3], None],
        [None, None, None, "texte"],
        [None, None, None, [[[[[["trop"]]]]]]],
        [None, None, None, ["a"] * 2_001],
        ["\ud800", None, None, None],
        [None] * 3,
        [None] * 5,
    ],
)
def test_what_is_too_long_too_deep_or_of_another_type_is_refused(data):
    """Each input has its type and its length, and their number is that of the event."""
    with pytest.raises(RefusedEventError) as refused:
        read_event(sent(data), RULES, queued=True)
    assert refused.value.status == 422


def test_a_component_that_is_not_known_sends_nothing():
    """What comes with another component of Gradio is refused until it is looked at."""
    assert read_event(sent([None], fn_index=1), RULES, queued=False)["data"] == [None]
    for value in ("texte", 1, []):
        with pytest.raises(RefusedEventError):
            read_event(sent([value], fn_index=1), RULES, queued=False)


def test_an_event_is_answered_where_it_belongs_and_nowhere_else():
    """One that waits its turn cannot be asked for at once, nor one that is not there."""
    for number, queued in ((0, False), (1, True), (2, True), (True, True), (0.0, True), (None, True)):
        with pytest.raises(RefusedEventError) as refused:
            read_event(sent([None] * 4, fn_index=number), RULES, queued=queued)
        assert refused.value.status == 404
