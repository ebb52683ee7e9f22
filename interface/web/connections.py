"""How many connections there may be, and how long one may take to ask, to send and to read.

Uvicorn closes a connection that is idle after an answer, and no other: one that never asks, or asks for ever, keeps a
descriptor of the process until none is left and nobody gets in. Here each step has its time, and where every place is taken a
connection that waits for nothing makes room for one that comes.
"""

import resource
from asyncio import TimerHandle, Transport
from collections import Counter
from dataclasses import dataclass
from ipaddress import ip_address
from typing import ClassVar, Literal

from uvicorn.protocols.http.h11_impl import H11Protocol

_DESCRIPTORS = 8192  # wanted: a connection takes one, and files of the index some dozens
_CONNECTIONS = 2000  # 20 kB of memory each
_HELD_BACK = 4  # of so many descriptors one is for a connection: they are accepted by hundreds before any can be refused
ACCEPTED_AT_ONCE = 128  # asyncio would take 2,048 at a time, and logs each that fails
_TURNED_AWAY = 100  # connections at once that are told why; beyond, they are just closed
LISTENING = ("/gradio_api/heartbeat/", "/gradio_api/queue/data")  # streams that a browser opens again, or has no more use for
_LAST_WORDS = 0.5  # seconds
_FULL = "Tresse a trop de visiteurs à la fois\u00a0: rechargez la page dans quelques secondes.".encode()
_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\nretry-after: 5\r\n"
    b"connection: close\r\ncontent-length: %d\r\n\r\n%s" % (len(_FULL), _FULL)
)

Step = Literal["asking", "unread", "sending", "listening", "answered"]
# Who makes room where every place is taken, in this order, whoever has done so for longest first: who asks nothing yet, does
# not read what is answered, is still sending, or only listens. Whoever is being answered stays.
_SPARED: tuple[Step, ...] = ("asking", "unread", "sending", "listening")


@dataclass(frozen=True, slots=True)
class Limits:
    """Connections in all and of one address; seconds to ask in, to send a body in and to read; bytes of a body a second.

    A body has `body` seconds, and a second more for each `rate` bytes that came: Apache's rule. `reader`: the seconds after
    which whoever reads nothing of an answer is not waited for any more.
    """

    connections: int = _CONNECTIONS
    of_one_address: int = _CONNECTIONS // 4
    head: float = 10.0
    body: float = 20.0
    rate: int = 500
    reader: float = 30.0


def limits_of_this_process() -> Limits:
    """Raise the limit of descriptors as far as it is wanted and allowed, and return what goes with it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    else:
        wanted = max(soft, wanted)
    connections = min(_CONNECTIONS, wanted // _HELD_BACK)
    return Limits(connections, connections // 4)


class Door:
    """Counts who is inside, and knows who could leave."""

    def __init__(self, limits: Limits, proxy: str = "") -> None:
        """`proxy`: the address of the proxy through which anybody may come, where it is not this machine."""
        self.limits, self._proxy = limits, proxy
        self.turned_away = 0
        self._inside: Counter[str] = Counter()
        self._total = 0
        self._spared: dict[Step, dict[Connection, None]] = {step: {} for step in _SPARED}

    def enter(self, address: str) -> bool:
        """Let a connection in, if need be in place of another."""
        shared = address == self._proxy or ip_address(address.partition("%")[0]).is_loopback
        if self._inside[address] >= self.limits.of_one_address and not shared:
            return False
        if self._total >= self.limits.connections:
            leaving = next((connection for each in self._spared.values() for connection in each), None)
            if leaving is None:
                return False
            leaving.drop()
        self._inside[address] += 1
        self._total += 1
        return True

    def follow(self, connection: "Connection", step: Step) -> None:
        """Note what a connection does from now on, "answered" where it is needed."""
        for each in self._spared.values():
            each.pop(connection, None)
        if step in self._spared:
            self._spared[step][connection] = None

    def leave(self, connection: "Connection", address: str) -> None:
        """Count a connection out."""
        self.follow(connection, "answered")
        self._total -= 1
        self._inside[address] -= 1
        if not self._inside[address]:
            del self._inside[address]


class Connection(H11Protocol):
    """A connection whose every step has its time; `limited` makes its subclass that has a door."""

    door: ClassVar[Door]

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Let it in, or say that there is no place."""
        super().connection_made(transport)
        self._step: Step = "answered"
        self._began, self._received = 0.0, 0
        self._late: TimerHandle | None = None
        self._stuck: TimerHandle | None = None
        self._address = self.client[0] if self.client else "127.0.0.1"
        self._inside = self.door.enter(self._address)
        if self._inside:
            self._follow()
        else:
            self._turn_away()

    def data_received(self, data: bytes) -> None:
        """Read on, unless it was turned away."""
        if not self._inside:
            return
        self._received += len(data)
        super().data_received(data)
        self._follow()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._follow()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it out."""
        super().connection_lost(exc)
        for timer in (self._late, self._stuck):
            if timer:
                timer.cancel()
        if self._inside:
            self.door.leave(self, self._address)
        else:
            self.door.turned_away -= 1

    def pause_writing(self) -> None:
        """Give whoever does not read what was sent the time to do so."""
        super().pause_writing()
        self.door.follow(self, "unread")
        self._stuck = self.loop.call_later(self.door.limits.reader, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on, for they read."""
        super().resume_writing()
        if self._stuck:
            self._stuck.cancel()
            self.door.follow(self, self._step)

    def shutdown(self) -> None:
        """End with the server: a stream that only listens is left once what it was being sent has gone out."""
        super().shutdown()
        if self._step == "listening":
            self.loop.call_later(_LAST_WORDS, self.transport.close)

    def drop(self) -> None:
        """Close it at once."""
        self.door.follow(self, "answered")
        self.transport.abort()

    def _turn_away(self) -> None:
        self.door.turned_away += 1
        if self.door.turned_away > _TURNED_AWAY:
            self.transport.abort()
            return
        self.logger.warning("connection refused: every place is taken")
        self.transport.write(_REFUSAL)
        self.transport.write_eof()
        self._late = self.loop.call_later(1.0, self.transport.abort)  # what it asks is on its way: a reset would take our word

    def _follow(self) -> None:
        """Give the step that begins its time."""
        step = self._doing()
        if step == self._step:
            return
        self._step, self._began, self._received = step, self.loop.time(), 0
        if self._late:
            self._late.cancel()
        self._late = self.loop.call_later(self._patience(), self._check) if step in ("asking", "sending") else None
        self.door.follow(self, step)

    def _doing(self) -> Step:
        if self.cycle is None or self.cycle.response_complete:
            return "asking"
        if self.cycle.more_body:
            return "sending"
        return "listening" if self.scope["path"].startswith(LISTENING) else "answered"

    def _patience(self) -> float:
        limits = self.door.limits
        return limits.head if self._step == "asking" else limits.body + self._received / limits.rate

    def _check(self) -> None:
        """Close it where its time is over; what we have not read yet of a body is not its fault."""
        left = self._began + self._patience() - self.loop.time()
        if self._step == "sending" and self.flow.read_paused:
            left = self.door.limits.body
        if left > 0:
            self._late = self.loop.call_later(left, self._check)
        else:
            self.drop()


def limited(limits: Limits, proxy: str = "") -> type[Connection]:
    """Return the protocol for a server whose connections keep within `limits`; a proxy has no share."""
    return type("LimitedConnection", (Connection,), {"door": Door(limits, proxy)})
