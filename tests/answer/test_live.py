"""Tests of what is opened while it serves: loading, ready, switched to the newest between two questions."""

import logging
import time
from collections.abc import Callable
from threading import Barrier, Event, Thread
from weakref import ref

import pytest

from answer.live import BROKEN, LOADING, WITHDRAWN, Live
from errors import TresseError


class Shelf:
    """A folder of generations that only has names; what is opened is the name, after what served before."""

    def __init__(self) -> None:
        self.name = "g1"
        self.opened: list[tuple[str | None, str]] = []
        self.fault: Exception | None = None
        self.gate = Event()
        self.gate.set()

    def open(self, before: str | None) -> str:
        """Open the newest, once the gate is open."""
        name = self.name
        self.opened.append((before, name))
        assert self.gate.wait(10)
        if self.fault:
            raise self.fault
        return f"opened {name}"

    def newest(self) -> str:
        """Name it."""
        return self.name


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setattr("answer.live._LOOK", 0.0)
    return Shelf()


@pytest.fixture
def live(shelf: Shelf) -> Live[str]:
    """One that is ready."""
    made = Live(shelf.open, shelf.newest)
    made.start()
    assert made.settled.wait(10)
    return made


def eventually(holds: Callable[[], bool]) -> bool:
    ends = time.monotonic() + 10
    while not holds() and time.monotonic() < ends:
        time.sleep(0.002)
    return holds()


def test_nothing_is_answered_while_it_loads(shelf: Shelf) -> None:
    """Starting returns at once; a question meanwhile gets a sentence, and opens nothing itself."""
    shelf.gate.clear()
    live = Live(shelf.open, shelf.newest)
    assert shelf.opened == []
    live.start()
    for _ in range(3):
        with pytest.raises(TresseError, match=LOADING):
            live.current()
    assert not live.ready
    assert not live.settled.is_set()
    shelf.gate.set()
    assert live.settled.wait(10)
    assert live.ready
    assert (live.current(), shelf.opened) == ("opened g1", [(None, "g1")])


def test_a_new_generation_is_switched_to(shelf: Shelf, live: Live[str]) -> None:
    """The question that finds it is answered by the one before; the next ones, once it is open, by the new one."""
    taken = live.current()
    shelf.gate.clear()
    shelf.name = "g2"
    assert [live.current() for _ in range(3)] == ["opened g1"] * 3
    assert live.ready
    shelf.gate.set()
    assert eventually(lambda: live.current() == "opened g2")
    assert shelf.opened == [(None, "g1"), ("opened g1", "g2")]
    assert taken == "opened g1"


@pytest.mark.parametrize("fault", [TresseError("Le corpus a changé."), RuntimeError("bug")])
def test_an_opening_that_fails_changes_nothing(
    shelf: Shelf, live: Live[str], fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """What served goes on; the generation that failed is not tried again, the next one is."""
    shelf.fault, shelf.name = fault, "g2"
    with caplog.at_level(logging.WARNING):
        live.current()
        assert eventually(lambda: len(shelf.opened) == 2 and not live._opening.locked())
    assert "index not opened" in caplog.text
    assert [live.current() for _ in range(20)] == ["opened g1"] * 20
    assert len(shelf.opened) == 2
    shelf.fault, shelf.name = None, "g3"
    assert eventually(lambda: live.current() == "opened g3")
    assert shelf.opened[2:] == [("opened g1", "g3")]


@pytest.mark.parametrize(
    ("fault", "said"), [(TresseError("L’index est abîmé. Relancez."), "L’index est abîmé"), (ValueError("bug"), BROKEN)]
)
def test_a_first_opening_that_fails_is_said_and_mended_by_a_build(
    shelf: Shelf, fault: Exception, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Each question gets the cause, a bug without its details; a generation published later is opened."""
    shelf.fault = fault
    live = Live(shelf.open, shelf.newest)
    live.start()
    assert live.settled.wait(10)
    assert not live.ready
    with pytest.raises(TresseError, match=said):
        live.current()
    assert ("Traceback" in caplog.text) == (said == BROKEN)
    shelf.fault, shelf.name = None, "g2"
    shelf.gate.clear()
    with pytest.raises(TresseError, match=said):
        live.current()
    shelf.gate.set()
    assert eventually(lambda: live.ready)
    assert live.current() == "opened g2"


def test_a_folder_that_cannot_be_asked_settles(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong while looking for the newest, those who wait for the first opening are let go."""

    def failing() -> str:
        raise RuntimeError("bug")

    live = Live(shelf.open, failing)
    live.start()
    assert live.settled.wait(10)
    assert eventually(lambda: "RuntimeError: bug" in caplog.text)
    assert not live.ready


def test_many_questions_at_once_open_a_generation_once(shelf: Shelf, live: Live[str]) -> None:
    """Each gets an answer at once; one of them has the new generation opened."""
    for name in ("g2", "g3", "g4", "g5", "g6"):
        shelf.name = name
        start, answers = Barrier(16), []

        def ask(start: Barrier = start, answers: list[str] = answers) -> None:
            start.wait(10)
            answers.extend(live.current() for _ in range(20))

        threads = [Thread(target=ask) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert len(answers) == 320
        assert eventually(lambda name=name: live.current() == f"opened {name}")
    assert eventually(lambda: not live._opening.locked())
    assert [name for _, name in shelf.opened] == ["g1", "g2", "g3", "g4", "g5", "g6"]


def test_the_folder_is_not_looked_at_for_every_question(shelf: Shelf, live: Live[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a second is enough."""
    live.current()
    monkeypatch.setattr("answer.live._LOOK", 3600.0)
    shelf.name = "g2"
    for _ in range(10):
        live.current()
    assert len(shelf.opened) == 1
    monkeypatch.setattr("answer.live._LOOK", 0.0)
    assert eventually(lambda: live.current() == "opened g2")


def test_a_generation_published_while_nobody_asks_is_what_the_first_question_gets(shelf: Shelf, live: Live[str]) -> None:
    """After a night without a question, the first one is answered by the newest: nobody had to ask for it to be opened."""
    shelf.name = "g2"
    assert eventually(lambda: len(shelf.opened) == 2 and not live._opening.locked())
    assert live.current() == "opened g2"


def test_what_nobody_holds_is_not_watched(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking at it keeps nothing alive."""
    monkeypatch.setattr("answer.live._WATCH", 0.001)
    live = Live(shelf.open, shelf.newest)
    live.start()
    assert live.settled.wait(10)
    watched = ref(live)
    del live
    assert eventually(lambda: watched() is None)


def test_what_is_damaged_serves_no_more(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    """No question is answered by it, the log says why and whoever asks what to do, until another is opened in its place."""
    damaged: list[str] = []
    live = Live(shelf.open, shelf.newest, lambda value: "Le fichier «\u00a0x\u00a0» a changé." if value in damaged else "")
    live.start()
    assert live.settled.wait(10)
    assert live.current() == "opened g1"
    shelf.gate.clear()
    damaged.append("opened g1")
    for _ in range(3):
        with pytest.raises(TresseError, match=WITHDRAWN):
            live.current()
    assert not live.ready
    assert caplog.text.count("Le fichier «\u00a0x\u00a0» a changé.") == 1
    shelf.name = "g2"
    shelf.gate.set()
    assert eventually(lambda: live.ready)
    assert live.current() == "opened g2"
    assert shelf.opened[1][0] is None  # nothing of what is damaged is taken over


def test_what_cannot_be_mended_is_said(shelf: Shelf) -> None:
    """Where no other can be made, each question gets the cause, and what is published later is opened."""
    damaged = ["opened g1"]
    live = Live(shelf.open, shelf.newest, lambda value: "abîmé" if value in damaged else "")
    live.start()
    assert live.settled.wait(10)
    shelf.fault = TresseError("Le disque est plein.")
    with pytest.raises(TresseError):
        live.current()

    def told() -> bool:
        try:
            return bool(live.current())
        except TresseError as fault:
            return "Le disque est plein." in str(fault)

    assert eventually(told)
    shelf.fault, shelf.name = None, "g2"
    assert eventually(lambda: live.ready)
    assert live.current() == "opened g2"


def test_what_was_just_published_is_opened_once_for_all_who_wait(shelf: Shelf, live: Live[str]) -> None:
    """Whoever published a generation is given it, however many ask at the same time."""
    shelf.name = "g2"
    answers: list[str] = []
    threads = [Thread(target=lambda: answers.append(live.refresh())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert answers == ["opened g2"] * 8
    assert [name for _, name in shelf.opened] == ["g1", "g2"]
