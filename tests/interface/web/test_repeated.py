"""Tests of a log in which what repeats itself is counted."""

import logging
import time

import pytest

from interface.web.repeated import Repeated, _logged


@pytest.fixture
def written():
    """Log through the filter, and give what is written."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    handler.addFilter(Repeated(seconds=0.3))
    log = logging.getLogger("test_repeated")
    log.addHandler(handler)
    yield log, lines
    log.removeHandler(handler)


def test_a_line_that_repeats_itself_is_counted(written):
    """It is written five times, whatever it names, then how often it came besides is said once, and it may begin again."""
    log, lines = written
    for number in range(1000):
        log.error("no place for %d", number)
        if number == 500:
            log.error("something else")
    assert lines == [*(f"no place for {number}" for number in range(5)), "something else"]
    ends = time.monotonic() + 10
    while len(lines) < 7 and time.monotonic() < ends:
        time.sleep(0.05)
    assert lines[6] == "répété 995 fois de plus en 0 s\u00a0: no place for 0"
    log.error("something else")
    assert lines[7:] == ["something else"]


def test_a_line_that_comes_now_and_then_is_written_each_time(written):
    """Nothing is said of what was not counted."""
    log, lines = written
    for _ in range(2):
        log.warning("now")
        time.sleep(0.5)
    assert lines == ["now", "now"]


def test_what_a_library_prints_of_an_exception_is_logged(caplog):
    """With its cause, and thereby counted as any other line."""
    try:
        raise KeyError(12)
    except KeyError:
        _logged()
    assert "KeyError: 12" in caplog.text
