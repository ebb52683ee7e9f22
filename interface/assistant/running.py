"""A question in, its outcome out, unless the visitor stops it first. Knows nothing of what a question is."""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Generic, Literal, TypeVar

T = TypeVar("T")

Cut = Literal["stopped", "forgotten"]  # by « Arrêter », and by a conversation that begins anew


class Running(Generic[T]):
    """The questions under way, one a visitor.

    Gradio's own way to stop an event leaves the thread of the question to itself and, at the wrong moment, the next question
    without a reader; here the event ends as any other.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, SimpleQueue[T | Cut]] = {}

    def outcome(self, visitor: str, work: Callable[[], T]) -> T | Cut:
        """Do `work`, which never raises, and return what it gives, or why it was not waited for."""
        ended: SimpleQueue[T | Cut] = SimpleQueue()
        self._waiting[visitor] = ended
        Thread(target=lambda: ended.put(work()), daemon=True).start()
        try:
            return ended.get()
        finally:
            if self._waiting.get(visitor) is ended:
                del self._waiting[visitor]

    def cut(self, visitor: str, how: Cut) -> None:
        """End the wait of a visitor, if there is one."""
        if waiting := self._waiting.get(visitor):
            waiting.put(how)
