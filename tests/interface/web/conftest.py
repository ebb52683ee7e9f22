"""Servers of their own process, with a slow assistant, and visitors who ask them."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True)
class Child:
    """A server that was started: its address, its process and where it logs."""

    address: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def port(self) -> int:
        """The port at which it listens."""
        return int(self.address.rstrip("/").rpartition(":")[2])


@pytest.fixture
def serve_slowly(tmp_path: Path) -> Iterator[Callable[..., Child]]:
    """Start a server whose answers to « longue » questions take so many seconds, with so many descriptors at most."""
    started: list[subprocess.Popen[str]] = []

    def start(seconds: float = 0.0, *, descriptors: int | None = None) -> Child:
        log = tmp_path / "log"
        command = [sys.executable, str(CHILD), str(seconds)]
        if descriptors:
            command = ["bash", "-c", f'ulimit -n {descriptors}; exec "$@"', "bash", *command]
        with log.open("wb") as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        started.append(process)
        assert process.stdout
        address = process.stdout.readline().strip()
        assert address.startswith("http"), log.read_text(encoding="utf-8")
        return Child(address, process, log)

    yield start
    for process in started:
        process.kill()
        process.wait(10)


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Call something in so many threads, and give what each got, an exception where it raised one."""

    def call(work: Callable[[int], Any], times: int, *, meanwhile: Callable[[], None] = lambda: None) -> list[Any]:
        got: list[Any] = [None] * times

        def one(number: int) -> None:
            try:
                got[number] = work(number)
            except Exception as fault:
                got[number] = fault

        threads = [Thread(target=one, args=(number,), daemon=True) for number in range(times)]
        for thread in threads:
            thread.start()
        meanwhile()
        for thread in threads:
            thread.join(60)
        return got

    return call
