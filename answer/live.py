"""A folder of generations in, what is opened on the newest of them out: switched to between two questions."""

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread
from time import monotonic
from typing import Generic, TypeVar

from errors import TresseError

T = TypeVar("T")

LOADING = "L’index se charge\u00a0: reposez votre question dans quelques secondes."
BROKEN = "L’index n’a pas pu être ouvert\u00a0: le journal du serveur en donne la cause. Relancez Tresse."
_LOOK = 1.0  # seconds between two looks at which generation serves: less than the shortest build takes

log = logging.getLogger(__name__)


class Live(Generic[T]):
    """What `open_` makes of the generation that serves, opened in a thread of its own, and again when another is published.

    Whoever took a value goes on with it: a question under way ends on the generation on which it began.
    """

    def __init__(self, open_: Callable[[T | None], T], newest: Callable[[], str]) -> None:
        """`open_` is given the value that served before, None at first; `newest` names the generation that serves."""
        self._open, self._newest = open_, newest
        self._value: T | None = None
        self._fault = LOADING
        self._name, self._looked = "", 0.0
        self._opening = Lock()
        self.settled = Event()  # set once the first opening has ended, well or badly

    def start(self) -> None:
        """Begin to open the first value, and return at once."""
        Thread(target=self._renew, daemon=True).start()

    @property
    def ready(self) -> bool:
        """Whether questions are answered."""
        return self._value is not None

    def current(self) -> T:
        """Return the newest value. Raises TresseError while there is none yet, or where the index cannot be opened."""
        if monotonic() - self._looked > _LOOK and self.settled.is_set():
            self._looked = monotonic()
            if self._newest() != self._name and not self._opening.locked():
                Thread(target=self._renew, daemon=True).start()
        if self._value is None:
            raise TresseError(self._fault)
        return self._value

    def refresh(self) -> T:
        """Open the generation that was just published, and return it once it serves. Raises TresseError where it cannot be."""
        while self._newest() != self._name:
            self._renew()
            with self._opening:
                pass  # another thread may have begun, before the publication or after
        return self.current()

    def _renew(self) -> None:
        if not self._opening.acquire(blocking=False):
            return
        name = self._name
        try:
            name = self._newest()
            if self.settled.is_set() and name == self._name:
                return  # another thread has just opened it
            self._value = self._open(self._value)
            self._name = name or self._newest()
        except TresseError as error:
            log.warning("index not opened: %s", error)
            self._fault, self._name = str(error), name
        except Exception:  # in a thread: nobody else would say it
            log.exception("index not opened")
            self._fault, self._name = BROKEN, name
        finally:
            self._opening.release()
            self.settled.set()
