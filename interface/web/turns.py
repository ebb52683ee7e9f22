"""Lets a few callers work at once and a few more wait; the others are refused, which costs nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from errors import TresseError

PATIENCE = 20.0  # seconds that a caller waits: work takes less than one, so that something is badly wrong
BUSY = "Trop de demandes à la fois\u00a0: recommencez dans un instant."


class BusyError(TresseError):
    """Too many wait already, or a turn does not come."""


class Turns:
    """The turns of one kind of work."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._inside = BoundedSemaphore(at_once + waiting)
        self._served = BoundedSemaphore(at_once)

    @contextmanager
    def taken(self, patience: float = PATIENCE) -> Iterator[None]:
        """Wait for a turn, and hold it. Raises BusyError where too many wait, or where it does not come."""
        if not self._inside.acquire(blocking=False):
            raise BusyError(BUSY)
        try:
            if not self._served.acquire(timeout=patience):
                raise BusyError(BUSY)
            try:
                yield
            finally:
                self._served.release()
        finally:
            self._inside.release()
