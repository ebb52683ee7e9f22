"""A folder of generations in, what is opened on the newest of them out: switched to between two questions."""

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread
from time import monotonic, sleep
from typing import Any, Generic, TypeVar
from weakref import ref

from errors import TresseError

T = TypeVar("T")

LOADING = "L’index se charge\u00a0: reposez votre question dans quelques secondes."
BROKEN = "L’index n’a pas pu être ouvert\u00a0: le journal du serveur en donne la cause. Relancez Tresse."
WITHDRAWN = (
    "Un fichier de l’index a changé pendant qu’il servait\u00a0: Tresse le refait, reposez votre question dans quelques "
    "secondes. Le journal du serveur dit lequel."
)
_LOOK = 1.0  # seconds between two looks of questions at which generation serves: less than the shortest build takes
_WATCH = 0.5  # seconds between two looks where nobody asks: the first question after a night is answered by the newest
_NONE = "none"  # the name of no generation

log = logging.getLogger(__name__)


class Live(Generic[T]):
    """What `open_` makes of the generation that serves, opened in a thread of its own, and again when another is published.

    Whoever took a value goes on with it: a question under way ends on the generation on which it began. A value whose files
    were changed under it serves no longer: another is made in its place.
    """

    def __init__(
        self, open_: Callable[[T | None], T], newest: Callable[[], str], damage: Callable[[T], str] = lambda _: ""
    ) -> None:
        """`open_` is given the value that served before, None where there is none that can be trusted.

        `newest` names the generation that serves; `damage` says in French what is wrong with the files of a value, "" where
        nothing is, in no time: it is asked before each question.
        """
        self._open, self._newest, self._damage = open_, newest, damage
        self._value: T | None = None
        self._fault = LOADING
        self._name, self._looked = "", 0.0
        self._opening = Lock()
        self.settled = Event()  # set once the first opening has ended, well or badly

    def start(self) -> None:
        """Begin to open the first value, and return at once; look from then on whether another has to be opened."""
        Thread(target=_watch, args=(ref(self),), daemon=True).start()

    @property
    def ready(self) -> bool:
        """Whether questions are answered."""
        return self._value is not None

    def current(self) -> T:
        """Return the newest value. Raises TresseError while there is none yet, or where the index cannot be opened."""
        self._withdraw_what_is_damaged()
        if monotonic() - self._looked > _LOOK and self.settled.is_set():
            self._looked = monotonic()
            if self._newest() != self._name and not self._opening.locked():
                Thread(target=self._renew, daemon=True).start()
        value = self._value
        if value is None:
            raise TresseError(self._fault)
        return value

    def refresh(self) -> T:
        """Open the generation that was just published, and return it once it serves. Raises TresseError where it cannot be."""
        while self._newest() != self._name:
            self._renew()
            with self._opening:
                pass  # another thread may have begun, before the publication or after
        return self.current()

    def look(self) -> None:
        """Open another value where a generation was published, or where the files of the one that serves were changed."""
        self._withdraw_what_is_damaged()
        if not self.settled.is_set() or self._newest() != self._name:
            self._renew()

    def _withdraw_what_is_damaged(self) -> None:
        value = self._value
        fault = self._damage(value) if value is not None else ""
        if fault and self._value is value:
            self._fault, self._value, self._name, self._looked = WITHDRAWN, None, _NONE, 0.0
            log.error("index withdrawn while it served: %s", fault)

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


def _watch(watched: "ref[Live[Any]]") -> None:
    """Look at what serves as long as somebody holds it."""
    while live := watched():
        try:
            live.look()
        except Exception:
            log.exception("index not looked at")
        del live
        sleep(_WATCH)
