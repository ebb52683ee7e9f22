"""What stands against whoever sends what no page sends, on the server as it starts."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from eval.hostile import attack, forged, hostile_hits, loopback

ROOT = Path(__file__).parents[2]
# The server as it starts, with an index that takes its time: events are there before it.
SLOW_START = "import sys, time, app; app._open_or_build = lambda *_: time.sleep(600); sys.exit(app.main(sys.argv[1:]))"
QUICKLY = 5.0  # seconds in which a server ends that is asked to


@contextmanager
def started(*options: str) -> Iterator[tuple[str, subprocess.Popen]]:
    """Start a server on a free port, and give its address and its process."""
    environ = os.environ | {"TRESSE_CORPUS": "absent", "TRESSE_INDEX": "absent", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_START, "--port", "0", *options],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as server:
        try:
            yield re.search(r"http://\S+", server.stdout.readline())[0], server
        finally:
            server.kill()


@pytest.mark.parametrize("options", [(), ("--upload",)])
def test_nothing_hostile_is_taken_breaks_the_server_or_hangs_it(options, tmp_path):
    """Whatever is forged is refused by a 4xx, no trace of it is left in the log, and the server still ends when it is asked."""
    secret = tmp_path / "secret.txt"
    secret.write_text("le mot de passe est ortolan", encoding="utf-8")
    secret.chmod(0o600)
    with started(*options) as (address, server):
        hits, sent = attack(address, file=secret)
        assert hits == ()
        assert sent > 300
        began = time.monotonic()
        server.terminate()
        _, log = server.communicate(timeout=QUICKLY)
        assert time.monotonic() - began < QUICKLY
        assert "Traceback" not in log


def test_a_refusal_is_a_sentence_in_french():
    """Where a page would show it: under the name that Gradio reads."""
    event = {"data": [{"path": "/etc/passwd"}, None], "fn_index": 12, "session_hash": "a"}
    with started() as (address, _), httpx.Client(base_url=address, timeout=10) as client:
        for route, sent, status in (
            ("/gradio_api/run/predict", event, 422),
            ("/gradio_api/queue/join", event | {"fn_index": 10**6}, 404),
        ):
            refused = client.post(route, json=sent)
            assert status == refused.status_code
            assert refused.json()["error"] == refused.json()["detail"]
            assert refused.json()["error"].endswith((".", "recommencez."))
            assert "\u00a0: " in refused.json()["error"]


def test_what_was_forwarded_by_nobody_is_not_believed():
    """Whoever asks cannot say under which name, for which address or over what: no page leads elsewhere for it."""
    forged_ = {
        "x-forwarded-host": "pirate.example",
        "x-forwarded-proto": "https",
        "x-gradio-server": "http://pirate.example",
        "forwarded": "host=pirate.example;proto=https",
        "x-forwarded-for": "203.0.113.9",
    }
    with started() as (address, _), httpx.Client(base_url=address, timeout=10) as client:
        told = client.get("/config", headers=forged_)
        assert told.json()["root"] == address.rstrip("/")
        assert "pirate" not in client.get("/", headers=forged_).text


def test_a_proxy_that_is_declared_says_under_which_name():
    """It is believed for names of ours alone, and on TLS; a name of others is refused as ever."""
    with (
        started("--proxy", "127.0.0.1", "--public", "--host", "127.0.0.1", "--name", "tresse.test") as (address, _),
        httpx.Client(base_url=address, timeout=10) as client,
    ):
        forwarded = {"x-forwarded-host": "tresse.test", "x-forwarded-proto": "https"}
        assert client.get("/config", headers=forwarded).json()["root"] == "https://tresse.test"
        assert client.get("/config", headers={"x-forwarded-host": "pirate.example"}).status_code == 421
        assert client.get("/config", headers={"host": "pirate.example", "x-forwarded-host": "tresse.test"}).status_code == 421


def test_only_this_machine_is_attacked():
    """The function that sends hostile requests sends none elsewhere."""
    assert loopback("http://127.0.0.1:7860/") == "127.0.0.1:7860"
    for elsewhere in ("http://192.168.1.7:7860/", "https://127.0.0.1/", "http://tresse.mairie.fr/"):
        with pytest.raises(ValueError, match=r"Seule cette machine|does not appear"):
            hostile_hits(elsewhere)
    assert len(list(forged("/dev/zero"))) == 10
