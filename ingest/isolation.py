"""A file in, its reading out, by way of a child process with limits of time and memory: a bad file costs one file."""

import atexit
import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock, Timer
from time import monotonic
from typing import Any

from errors import TresseError
from ingest.corpus import Source, find_corpus, shown
from ingest.document import Document
from ingest.reader import Reading
from ingest.records import load_document, load_passage
from settings import ROOT

COMMAND = (sys.executable, "-m", "ingest.worker")
PATIENCE = 120  # seconds for one file: a book of 1,000 dense pages takes less than one minute


class Isolation:
    """A child process that reads one file after another, started when it is needed and again when a file was too much."""

    def __init__(self, patience: float = PATIENCE, command: Sequence[str] = COMMAND) -> None:
        self._patience, self._command = patience, command
        self._child: subprocess.Popen[bytes] | None = None
        self._busy = Lock()

    def read(self, source: Source) -> Reading:
        """Read a file. Raises TresseError, a sentence to be read after its name, where it cannot be read within the limits."""
        content, described = source.content(), source.described()
        request = {"name": source.id, "suffix": source.suffix, "size": len(content), "descriptor": described}
        request["patience"] = self._patience
        with self._busy:
            reply = self._ask(json.dumps(request).encode() + b"\n" + content)
            if reply.get("exhausted"):  # the child is about to end: the next file is not for it
                self.close()
        if reply.get("exhausted"):
            raise TresseError("il demande plus de mémoire que permis\u00a0: coupez-le en plusieurs, ou retirez-le.")
        if "fault" in reply:
            raise TresseError(reply["fault"])
        passages = tuple(map(load_passage, reply["passages"]))
        return Reading(load_document(reply["document"]), passages, tuple(reply["remarks"]))

    def close(self) -> None:
        """End the child process."""
        child, self._child = self._child, None
        if child:
            child.kill()
            child.communicate()

    def _ask(self, request: bytes) -> dict[str, Any]:
        child = self._alive()
        assert child.stdin
        assert child.stdout
        started, late = monotonic(), Timer(self._patience, child.kill)
        late.start()
        try:
            child.stdin.write(request)
            child.stdin.flush()
            line = child.stdout.readline()
        except BrokenPipeError:
            line = b""
        finally:
            late.cancel()
        if not line.endswith(b"\n"):
            self.close()
            raise TresseError(_lost(hung=monotonic() - started >= self._patience, patience=self._patience))
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _alive(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._child = subprocess.Popen(
                self._command,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the build, which lets the child end
            )
        return self._child


def _lost(*, hung: bool, patience: float) -> str:
    if hung:
        return f"sa lecture a dépassé {patience:.0f}\u00a0secondes\u00a0: coupez-le en plusieurs, ou retirez-le."
    return "il a fait échouer le programme qui le lisait\u00a0: enregistrez-le de nouveau, ou retirez-le."


@cache
def isolation() -> Isolation:
    """Return the child of this process: starting one takes longer than reading most files."""
    shared = Isolation()
    atexit.register(shared.close)
    return shared


def read_source(source: Source) -> Document:
    """Read the document of a file. Raises TresseError, a sentence that begins with its name, where it cannot be read."""
    try:
        return isolation().read(source).document
    except TresseError as fault:
        raise TresseError(f"{source.files[0]}\u00a0: {fault}") from fault


def read_document(path: Path) -> Document:
    """Read one file, of the corpus or not, with the descriptor that may stand beside it. Raises TresseError."""
    return read_source(Source(shown(path.stem), path, (shown(path.name),)))


def read_corpus(folder: Path) -> tuple[Document, ...]:
    """Read every document of `folder`, in the order of their names. Raises TresseError at the first that cannot be read."""
    return tuple(map(read_source, find_corpus(folder).sources))
