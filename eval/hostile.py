"""Requests that no page sends: files and addresses forged into events, devices, addresses of Gradio, wrong types.

A hit is a request that a server takes for good, breaks on, or leaves unanswered. Used by the tests, and after the load of
`python -m eval.load`. Only a server of this machine is asked, a bounded number of times, one request after the other.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 5.0  # seconds without an answer, after which a server hangs
GIVEN_UP = 3  # requests without an answer, one after the other, after which the server is gone
JOIN, RUN = "/gradio_api/queue/join", "/gradio_api/run/predict"
_JSON = {"content-type": "application/json"}
# Where an event could name a file: devices, folders, what every machine has, what it leads to, and addresses to be fetched.
PLACES = ("/dev/zero", "/dev/stdin", "/proc/self/environ", "/proc/self/fd/0", "/etc/passwd", "/", "http://127.0.0.1:9/x.txt")
# Addresses that Gradio has, and carry an event or a file.
ALIASES = (
    "/gradio_api/run/{name}",
    "/gradio_api/run/{name}/",
    "/gradio_api/api/{name}",
    "/gradio_api/call/{name}",
    "/gradio_api/call/v2/{name}",
    "/run/{name}",
    "/api/{name}",
    "/call/{name}",
    "/queue/join",
    "/gradio_api/queue/join/",
)
UNUSED = (
    ("GET", "/gradio_api/queue/data"),
    ("GET", "/gradio_api/queue/data?session_hash=jamais"),
    ("GET", "/gradio_api/heartbeat/a.b"),
    ("GET", "/openapi.json"),
    ("GET", "/gradio_api/openapi.json"),
    ("GET", "/gradio_api/info"),
    ("GET", "/gradio_api/file=/etc/passwd"),
    ("GET", "/file=/etc/passwd"),
    ("GET", "/gradio_api/proxy=http://127.0.0.1:9/"),
    ("GET", "/gradio_api/runs"),
    ("GET", "/gradio_api/app_id"),
    ("GET", "/gradio_api/token"),
    ("GET", "/pwa_icon/100000"),
    ("GET", "/monitoring/summary"),
    ("GET", "/gradio_api/startup-events"),
    ("POST", "/gradio_api/process_recording"),
    ("POST", "/gradio_api/component_server"),
    ("POST", "/gradio_api/cancel"),
    ("POST", "/gradio_api/reset"),
    ("POST", "/gradio_api/vibe-edit"),
    ("POST", "/login"),
)


@dataclass(frozen=True, slots=True)
class Attack:
    """A request, and what it would show of the server if it were taken: the statuses that are refusals are from 400 to 499."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """What a server did with an attack: its status, 0 where it did not answer."""

    attack: Attack
    status: int


def hostile_hits(address: str, *, file: Path | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, int]:
    """Send every attack to a server of this machine; return how many hit, and how many were sent.

    `file`: one that only its owner reads, to be asked for as well; `headers`: those of a session, where one is asked for.
    Raises ValueError where the server is not on this machine.
    """
    hits, sent = attack(address, file=file, headers=headers)
    return len(hits), sent


def attack(address: str, *, file: Path | None = None, headers: Mapping[str, str] | None = None) -> tuple[tuple[Hit, ...], int]:
    """Send every attack as `hostile_hits` does; return those that hit, and how many were sent."""
    netloc = loopback(address)
    events = _events(netloc, headers or {})
    places = (*PLACES, *([str(file)] if file else []))
    hits, sent, unanswered = [], 0, 0
    for each in (*forged_files(events, places), *misfits(events), *unused()):
        status = _status(netloc, each, headers or {})
        sent += 1
        unanswered = 0 if status else unanswered + 1
        if not 400 <= status < 500:
            hits.append(Hit(each, status))
        if unanswered == GIVEN_UP:
            break
    if _status(netloc, Attack("GET", "/config"), headers or {}) != 200:  # it must have outlived them
        hits.append(Hit(Attack("GET", "/config"), 0))
    return tuple(hits), sent


def loopback(address: str) -> str:
    """Return the host and port of an address. Raises ValueError where it is not one of this machine."""
    found = urlsplit(address)
    if found.scheme != "http" or not ip_address(found.hostname or "").is_loopback:
        raise ValueError(f"Seule cette machine s’attaque : {address} n’est pas http://127.0.0.1:PORT/.")
    return found.netloc


@dataclass(frozen=True, slots=True)
class _Event:
    number: int
    name: str
    inputs: int
    queued: bool

    @property
    def route(self) -> str:
        return JOIN if self.queued else RUN


def _events(netloc: str, headers: Mapping[str, str]) -> Sequence[_Event]:
    connection = HTTPConnection(netloc, timeout=PATIENCE)
    connection.request("GET", "/config", headers=dict(headers))
    config = json.loads(connection.getresponse().read())
    connection.close()
    return [
        _Event(each["id"], str(each.get("api_name") or "predict"), len(each["inputs"]), each.get("queue") is not False)
        for each in config["dependencies"]
    ]


def forged(path: str) -> Iterator[Any]:
    """Give the ways in which a value names a file, with and without what Gradio writes beside it, at several depths."""
    meta = {"_type": "gradio.FileData"}
    whole = {"path": path, "meta": meta}
    yield whole
    yield {"path": path}
    yield {"path": path, "url": path, "orig_name": "a.txt", "size": 1, "mime_type": "text/plain", "meta": meta}
    yield {"path": "a.txt", "url": path, "meta": meta}
    yield {"path": path, "is_stream": True, "meta": meta}
    yield [whole]
    yield [[[whole]]]
    yield {"a": [{"b": whole}]}
    yield {"value": whole, "__type__": "update"}
    yield {"path": path, "meta": []}


def forged_files(events: Sequence[_Event], places: Sequence[str]) -> Iterator[Attack]:
    """Give files forged into each event that takes something, and by every address that may carry one."""
    for event in events:
        for place in places if event.inputs else ():
            for number, value in enumerate(forged(place)):
                if number < 2 or place in places[:1]:  # every way with one place, every place in two ways
                    yield Attack("POST", event.route, _body(event, [value] + [None] * (event.inputs - 1)), _JSON)
    widest = max(events, key=lambda event: event.inputs)
    data = [next(forged(places[-1]))] * widest.inputs
    for alias in ALIASES:
        yield Attack("POST", alias.format(name=widest.name), _body(widest, data), _JSON)
        yield Attack("POST", alias.format(name="predict"), _body(widest, data), _JSON)


def misfits(events: Sequence[_Event]) -> Iterator[Attack]:
    """Give events of which a number, a type or a shape is wrong, and bodies that are none."""
    event = max(events, key=lambda each: each.inputs)
    data: list[Any] = [None] * event.inputs
    for number in (-1, 10**6, 10**30, 1.5, True, None, "0", "ask", [0], {"a": 0}):
        yield Attack("POST", event.route, _encoded({"data": data, "fn_index": number, "session_hash": "hostile"}), _JSON)
    wrongs: tuple[Any, ...] = (None, "data", 3, {}, [], data[:-1], [*data, None])
    for wrong in wrongs:
        yield Attack("POST", event.route, _body(event, wrong), _JSON)
    for session in (None, "", 3, "../..", "a" * 1000, ["a"], "\ud800"):
        yield Attack("POST", event.route, _session(event, data, session), _JSON)
    for raw in (b"", b"{", b"[]", b"null", b"[" * 100_000, b"\xff\xfe", b'{"data": NaN'):
        yield Attack("POST", event.route, raw, _JSON)
    yield Attack("POST", event.route, _body(event, data), {"content-type": "text/plain"})
    yield Attack("POST", RUN if event.queued else JOIN, _body(event, data), _JSON)
    yield Attack("GET", event.route)
    yield Attack("PUT", event.route, _body(event, data), _JSON)


def unused() -> Iterator[Attack]:
    """Give the addresses that Gradio has and no page uses."""
    for method, path in UNUSED:
        yield Attack(method, path, b"{}" if method == "POST" else b"", _JSON if method == "POST" else None)


def _body(event: _Event, data: Any) -> bytes:
    return _session(event, data, "hostile")


def _session(event: _Event, data: Any, session: Any) -> bytes:
    return _encoded({"data": data, "fn_index": event.number, "session_hash": session, "event_data": None, "trigger_id": None})


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def _status(netloc: str, sent: Attack, headers: Mapping[str, str]) -> int:
    """Return the status of an answer, 0 where there is none in time."""
    connection = HTTPConnection(netloc, timeout=PATIENCE)
    try:
        connection.request(sent.method, sent.path, sent.body or None, {**headers, **(sent.headers or {})})
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()
