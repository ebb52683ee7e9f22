from threading import Event, Thread

from interface.assistant.running import Running


def test_a_question_ends_by_itself_or_is_cut():
    """The outcome is what the work gives, or why it was not waited for; one visitor's stop is not another's."""
    running, hold, got = Running(), Event(), []
    assert running.outcome("a", lambda: 1) == 1
    waiting = Thread(target=lambda: got.append(running.outcome("a", lambda: hold.wait(10))))
    waiting.start()
    while not running._waiting:
        pass
    running.cut("b", "stopped")
    assert running.outcome("b", lambda: 2) == 2
    running.cut("a", "stopped")
    waiting.join(10)
    hold.set()
    assert got == ["stopped"]
    assert running.outcome("a", lambda: 3) == 3
