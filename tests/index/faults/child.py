"""Builds in processes that may die: one line of JSON a build on the input, one with how it ended on the output.

Started by the fixture `child`. What takes seconds is imported once; each build then runs in a fork of its own.
"""

import importlib
import importlib.util
import json
import os
import resource
import signal
import sqlite3
import sys
from collections.abc import Callable, Mapping
from functools import partial, reduce
from pathlib import Path
from typing import Any

import index.embeddings
from errors import TresseError
from index.build import build_index
from ingest.corpus import Source
from ingest.isolation import Isolation
from ingest.reader import Reading, read_bytes
from settings import Settings

BATCH = 1  # text a step of the encoding, or one passage with its questions, so that a tiny corpus takes several


def read(_: Isolation, source: Source) -> Reading:
    """Read a file here: starting one more process for each build would take longer than the build."""
    return read_bytes(source.id, source.suffix, source.content(), source.described())


def load_encoder() -> Any:
    """Make the computable encoder of the tests."""
    path = Path(__file__).parents[2] / "conftest.py"
    specification = importlib.util.spec_from_file_location("fakes", path)
    fakes = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(fakes)
    return fakes.FakeEncoder()


def plant(step: str, call: int, strike: Callable[[str, tuple[Any, ...]], None]) -> None:
    """Make a function, named "module:name.name", call `strike` before and after its call number `call`."""
    module, _, path = step.partition(":")
    *owners, name = path.split(".")
    owner = reduce(getattr, owners, importlib.import_module(module))
    original, calls = getattr(owner, name), 0

    def struck(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        mine = calls == call
        if mine:
            strike("before", arguments)
        result = original(*arguments, **named)
        if mine:
            strike("after", arguments)
        return result

    setattr(owner, name, struck)


def strike_for(order: Mapping[str, Any]) -> Callable[[str, tuple[Any, ...]], None]:
    """Say what happens at the step: the process is killed before, after or in the middle of a write, or the disk is full."""

    def strike(moment: str, arguments: tuple[Any, ...]) -> None:
        if order["when"] == "full" and moment == "before":
            raise OSError(28, "No space left on device")
        if order["when"] == "amid" and moment == "before":
            path, content = arguments
            path.write_bytes(content[: len(content) // 2])
        elif order["when"] != moment:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    return strike


class Reduced(sqlite3.Connection):
    """A cache that is reduced at every build, and in the midst of it kills the process."""

    command = ""

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """Run a statement; be killed when the last instructions of the fatal one are still to come."""
        if sql.startswith(self.command):
            self.set_progress_handler(partial(os.kill, os.getpid(), signal.SIGKILL), 20)
        return super().execute(sql, *values)


def crowded(pages: int, connect: Callable[[Path], sqlite3.Connection], folder: Path) -> sqlite3.Connection:
    """Open a cache that finds room for no more than so many pages."""
    cache = connect(folder)
    cache.execute(f"PRAGMA max_page_count = {pages}")
    return cache


def build(order: Mapping[str, Any], encoder: Any) -> dict[str, Any]:
    """Run one build as it was ordered; give what it said."""
    index.embeddings._BATCH = BATCH
    if order.get("step"):
        plant(order["step"], order["call"], strike_for(order))
    if order.get("reduced"):
        Reduced.command = order["reduced"]
        index.embeddings._SPARED = 0
        index.embeddings.sqlite3.connect = partial(sqlite3.connect, factory=Reduced)
    if order.get("cached"):
        index.embeddings._connect = partial(crowded, order["cached"], index.embeddings._connect)
    if order.get("largest") is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest"], resource.RLIM_INFINITY))
    if order.get("user"):
        os.setgroups([])
        os.setgid(order["user"])
        os.setuid(order["user"])
    settings = Settings(*(Path(order[name]) for name in ("corpus", "index", "embeddings")))
    try:
        report = build_index(settings, progress=False, encoder=encoder)
    except TresseError as error:
        return {"refused": str(error)}
    except BaseException as error:
        return {"broken": repr(error)}
    return {"built": report.counts["documents"], "embedded": report.embedded, "sound": report.sound}


def main() -> None:
    """Run one build after another until the input ends."""
    encoder = load_encoder()
    Isolation.read = read
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        process = os.fork()
        if not process:
            os.write(writing, json.dumps(build(order, encoder)).encode())
            os._exit(0)
        os.close(writing)
        _, status = os.waitpid(process, 0)
        with os.fdopen(reading) as told:
            said = json.loads(told.read() or "{}")
        signal_ = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        sys.stdout.write(json.dumps(said | {"signal": signal_}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
