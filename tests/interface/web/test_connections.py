"""Tests of who is let in and for how long, over connections in earnest to a server of little patience."""

import asyncio
import resource
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing, contextmanager

import pytest
import uvicorn

from interface.web.connections import Door, Limits, limited
from settings import ROOT

PATIENT = Limits(connections=100, of_one_address=2, head=30, body=30, rate=1, reader=30)
HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "
BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
STREAM = b"GET /gradio_api/heartbeat/x HTTP/1.1\r\nHost: localhost\r\n\r\n"
HELD = b"GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n"
WHOLE = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
LARGE = b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"
OK = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}


async def application(scope, receive, send):
    """Read what is sent, then say « ok »; hold /held and streams open, and send without end on /large."""
    if scope["path"] == "/large":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await send({"type": "http.response.body", "body": bytes(2**20), "more_body": True})) is None:
            await asyncio.sleep(0)
    if scope["path"] != "/":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok", "more_body": True})
        await receive()
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.request":
        await send(OK)
        await send({"type": "http.response.body", "body": b"ok"})


@contextmanager
def served(limits):
    """Serve within `limits`, and give the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, http=limited(limits), lifespan="off", log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(timeout=30)


def sending(port, content):
    """Open a connection and send something."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(content)
    return connection


def ended(connection):
    """Tell whether the other side closes the connection within seconds, whatever it sends before."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


def answer(connection):
    """Read an answer to its end."""
    got = b""
    while b"ok" not in got and (more := connection.recv(65536)):
        got += more
    return got


@pytest.mark.parametrize(
    "begun", [b"", b"G", HEAD, WHOLE + HEAD], ids=["nothing", "a letter", "half a head", "a second request"]
)
def test_a_request_that_never_comes_is_not_waited_for(begun):
    """Silent, or half said, the first as those after it: the connection is closed."""
    with served(Limits(head=0.3)) as port, closing(sending(port, begun)) as connection:
        assert ended(connection)


def test_a_head_that_comes_letter_by_letter_is_not_waited_for():
    """Sending a little every moment keeps no connection open."""
    with served(Limits(head=0.5)) as port, closing(sending(port, HEAD)) as connection, pytest.raises(ConnectionError):
        dribble(connection)


def dribble(connection):
    for _ in range(200):
        connection.sendall(b"x")
        time.sleep(0.05)


def test_a_body_must_come_at_a_pace():
    """One that stops is not waited for; one that comes slowly and at a pace is read to its end."""
    with served(Limits(body=0.3, rate=1000)) as port:
        with closing(sending(port, BODY)) as connection:
            assert ended(connection)
        with closing(sending(port, BODY)) as connection:
            for _ in range(10):
                connection.sendall(bytes(100))
                time.sleep(0.06)
            assert b"ok" in answer(connection)


def test_whoever_reads_nothing_is_not_waited_for():
    """What is sent to them does not pile up."""
    with served(Limits(reader=0.3)) as port, closing(sending(port, LARGE)) as connection:
        time.sleep(2)
        assert ended(connection)


def test_a_stream_that_is_open_stays_open():
    """An answer takes the time that it takes: only whoever asks, sends or reads has to hurry."""
    with served(Limits(head=0.2, body=0.2, reader=0.2)) as port, closing(sending(port, STREAM)) as connection:
        assert answer(connection)
        connection.settimeout(1)
        assert not ended(connection)


@pytest.mark.parametrize("held", [HEAD, BODY, STREAM], ids=["asking", "sending", "listening"])
def test_who_waits_for_nothing_makes_room(held):
    """Where every place is taken, the connection that has kept one longest for nothing is closed for one that comes."""
    with served(Limits(connections=5, head=60, body=60)) as port:
        others = [sending(port, held) for _ in range(5)]
        time.sleep(0.3)
        with closing(sending(port, WHOLE)) as visitor:
            assert b"ok" in answer(visitor)
        assert ended(others[0])
        others[1].settimeout(0.3)
        assert not ended(others[1])
        for other in others:
            other.close()


def test_who_is_being_answered_stays():
    """Where every place is taken by those, the one who comes is told in French that there is none, and comes back later."""
    with served(Limits(connections=3, head=60)) as port:
        others = [sending(port, HELD) for _ in range(3)]
        assert all(answer(other) for other in others)
        with closing(sending(port, WHOLE)) as visitor:
            refusal = visitor.recv(4096).decode()
            assert refusal.startswith("HTTP/1.1 503")
            assert "retry-after: 5" in refusal
            assert "Tresse a trop de visiteurs à la fois\u00a0: rechargez la page dans quelques secondes." in refusal
            assert ended(visitor)
        others.pop().close()
        time.sleep(0.3)
        with closing(sending(port, WHOLE)) as visitor:
            assert b"ok" in answer(visitor)
        for other in others:
            other.close()


def test_one_address_cannot_take_every_place():
    """Each other machine has its share; a proxy, behind which anybody may be, has none: one of this machine, or one named."""
    door = Door(PATIENT, "192.0.2.9")
    assert [door.enter("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert door.enter("192.0.2.2")
    assert door.enter("fe80::1%2")
    assert all(door.enter(own) for own in ("127.0.0.1", "::1", "192.0.2.9") for _ in range(9))


def test_a_connection_that_ends_gives_its_place_back():
    """However it ends, thousands one after the other find a place."""
    with served(Limits(connections=2, head=0.2)) as port:
        for content in (b"", HEAD, BODY, STREAM, HELD, WHOLE) * 5:
            sending(port, content).close()
        time.sleep(0.5)
        with closing(sending(port, WHOLE)) as visitor:
            assert b"ok" in answer(visitor)


@pytest.mark.parametrize("hard", [300, 3000, 100_000])
def test_the_limit_of_descriptors_is_raised(hard):
    """As far as the system lets it, and there are no more connections than it can bear."""
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (256, {min(hard, _hard_limit())}));"
        "from interface.web.connections import limits_of_this_process as limits;"
        "print(limits().connections, resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    connections, descriptors = map(int, done.stdout.split())
    assert descriptors == min(hard, 8192, _hard_limit())
    assert connections == min(2000, descriptors // 4)


def _hard_limit():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def test_more_connections_than_descriptors_lock_nobody_out(serve_slowly):
    """Held open by the hundreds, of whatever kind, they take no visitor's place and fill no log."""
    child = serve_slowly(descriptors=512)
    for content in (b"", HEAD, BODY, STREAM):
        held = [sending(child.port, content) for _ in range(550)]
        for _ in range(3):
            with urllib.request.urlopen(f"{child.address}api/openapi.json", timeout=10) as response:
                assert response.status == 200
        for connection in held:
            connection.close()
    assert child.log.stat().st_size < 10_000
