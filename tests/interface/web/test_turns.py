"""A few work at once, a few wait, and the others are told to come back."""

import threading

import pytest

from interface.web.turns import BUSY, BusyError, Turns


def test_more_than_may_wait_are_refused_at_once():
    """Whoever is refused has cost nothing, and a turn that is given back serves the next."""
    turns = Turns(1, 1)
    with turns.taken():
        with pytest.raises(BusyError, match=BUSY), turns.taken(patience=0.01):
            pass
        waiting = threading.Thread(target=lambda: turns.taken(5).__enter__())
        waiting.start()
        for _ in range(200):
            try:
                with turns.taken(patience=0):
                    pass
            except BusyError:
                pass
    waiting.join(5)
    assert not waiting.is_alive()
