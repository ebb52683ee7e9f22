from threading import Event

import pytest

from answer.live import LOADING, Live
from errors import TresseError


def test_a_refresh_returns_the_generation_that_was_just_published():
    """Whoever published a generation is answered from it at once, without waiting for the next look."""
    names = ["g1"]
    live = Live(lambda _: names[-1], lambda: names[-1])
    live.start()
    assert live.settled.wait(10)
    assert live.current() == "g1"
    names.append("g2")
    assert live.refresh() == "g2" == live.current()


def test_a_refresh_waits_for_an_opening_under_way():
    """An opening that began before the publication is not taken for the new generation."""
    names, may_end = ["g1"], Event()
    opened = []

    def open_(_: str | None) -> str:
        opened.append(names[-1])
        assert may_end.wait(10)
        return opened[-1]

    live = Live(open_, lambda: names[-1])
    live.start()
    while not opened:
        pass
    names.append("g2")
    may_end.set()
    assert live.refresh() == "g2"


def test_a_generation_that_cannot_be_opened_leaves_the_one_before():
    """A refresh ends, and the value before goes on serving; with none before, it is said why."""
    names = ["g1"]

    def open_(_: str | None) -> str:
        if names[-1] == "g2":
            raise TresseError("abîmé")
        return names[-1]

    live = Live(open_, lambda: names[-1])
    with pytest.raises(TresseError, match=LOADING):
        live.current()
    assert live.refresh() == "g1"
    names.append("g2")
    assert live.refresh() == "g1"
