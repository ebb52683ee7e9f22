"""What holds when a server is held: connections that never ask, questions by the hundreds, conversations by the thousand.

Loopback only, bounded in number and in time. Each measure ends in a line that says which goal holds.
"""

import resource
import socket
from collections import Counter
from collections.abc import Callable
from http.client import HTTPException
from threading import Thread
from time import perf_counter, sleep
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import urlopen

HELD, HELD_FOR = 1_100, 12  # connections, and seconds: longer than a server should wait for a request
JOINED = 300  # questions at once, of which nobody reads the answers
CONVERSATIONS, LEVEL = 1_000, 600  # conversations of one question, and after how many memory grows no more
GROWTH = 10  # megabytes that the last of them may add
_HALF = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "  # a request that never ends
_TOO_LONG = 10.0  # seconds


class Asking(Protocol):
    """A visitor who asks, or only hands a question in."""

    def ask(self, question: str) -> None:
        """Ask, and wait for the answer."""

    def join(self, question: str) -> int:
        """Hand a question in, and return the status."""


def held_connections(address: str) -> str:
    """Hold connections open that never ask, and say whether a visitor is still served and how many are left after a while."""
    _raise_descriptors()
    host = urlsplit(address)
    held = []
    for _ in range(HELD):
        connection = socket.create_connection((host.hostname or "", host.port or 80), timeout=_TOO_LONG)
        connection.sendall(_HALF)
        held.append(connection)
    served = _served(address)
    sleep(HELD_FOR)
    left = sum(map(_open, held))
    for connection in held:
        connection.close()
    return (
        f"Connexions tenues : {HELD} sans demande, un visiteur est {'servi' if served else 'exclu'}, "
        f"{left} restent après {HELD_FOR} s (but : servi et 0, {_kept(served and not left)})."
    )


def _raise_descriptors() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 2 * HELD:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2 * HELD) if hard > 0 else 2 * HELD, hard))


def _served(address: str) -> bool:
    try:
        with urlopen(f"{address}api/openapi.json", timeout=_TOO_LONG) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def queue_refusals(arrive: Callable[[], Asking], question: str) -> str:
    """Hand in many questions at once and read nothing, and say how many were taken and how soon the next visitor knows."""
    statuses: Counter[int] = Counter()

    def join() -> None:
        try:
            statuses[arrive().join(question)] += 1
        except (OSError, HTTPException):
            statuses[0] += 1

    threads = [Thread(target=join, daemon=True) for _ in range(JOINED)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    visitor, began = arrive(), perf_counter()
    try:
        visitor.ask(question)
    except Exception:  # refused: that is to know, too
        statuses[422] += 1
    waited = perf_counter() - began
    refused = statuses[422] + statuses[503]
    return (
        f"File : {statuses[200]} questions prises sur {JOINED} à la fois, {refused} refusées en le disant, le visiteur "
        f"suivant sait en {waited:.1f} s (but : {_TOO_LONG:.0f} s au plus, {_kept(waited <= _TOO_LONG)})."
    )


def memory_of_conversations(arrive: Callable[[], Asking], question: str, memory: Callable[[], float]) -> str:
    """Begin many conversations of one question, and say whether the memory of the server levels off."""
    sizes = {0: memory()}
    for number in range(1, CONVERSATIONS + 1):
        arrive().ask(question)
        if number in (LEVEL, CONVERSATIONS):
            sizes[number] = memory()
    growth = sizes[CONVERSATIONS] - sizes[LEVEL]
    return (
        f"Mémoire : {sizes[0]:.0f} Mo, {sizes[LEVEL]:.0f} Mo après {LEVEL} conversations, {sizes[CONVERSATIONS]:.0f} Mo après "
        f"{CONVERSATIONS} (but : {GROWTH} Mo de plus au plus sur les dernières, {_kept(growth <= GROWTH)})."
    )


def _kept(goal: bool) -> str:
    return "tenu" if goal else "manqué"
