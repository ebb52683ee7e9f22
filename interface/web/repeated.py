"""A log that an attack does not fill: a line that comes again and again is written a few times, then counted."""

import logging
import traceback
from threading import Lock, Timer
from typing import Any

_WRITTEN = 5  # times that a line is written
_SECONDS = 60.0  # after its first time, how often it came besides is said, and it is written again
_COUNTED = {"counted": True}

log = logging.getLogger(__name__)


class Repeated(logging.Filter):
    """Lets the first lines of a kind pass and counts the others. A kind is a place in the code: what it names may vary."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        super().__init__()
        self._seconds = seconds
        self._times: dict[tuple[str, int], int] = {}
        self._lock = Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a line is written."""
        if hasattr(record, "counted"):
            return True
        kind = (record.pathname, record.lineno)
        with self._lock:
            times = self._times[kind] = self._times.get(kind, 0) + 1
        if times == 1:
            timer = Timer(self._seconds, self._tell, (kind, record))
            timer.daemon = True
            timer.start()
        return times <= _WRITTEN

    def _tell(self, kind: tuple[str, int], first: logging.LogRecord) -> None:
        with self._lock:
            more = self._times.pop(kind) - _WRITTEN
        if more > 0:
            times = f"répété {more} fois de plus en {self._seconds:.0f} s\u00a0: {first.getMessage()}"
            logging.getLogger(first.name).log(first.levelno, "%s", times, extra=_COUNTED)


def count_repetitions() -> None:
    """Have every handler of the root logger count what repeats itself, and what libraries print of exceptions go to it."""
    repeated = Repeated()
    for handler in logging.getLogger().handlers:
        handler.addFilter(repeated)
    traceback.print_exc = _logged  # Gradio prints one for each request that it does not understand


def _logged(*_: Any, **__: Any) -> None:
    log.error("request not answered", exc_info=True)
