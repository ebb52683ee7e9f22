"""Visitors who ask at once, of a fake for a second at most: what is counted, never how fast."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from time import sleep

import pytest

from eval.load import COMPARED, ApiVisitor, Load, PageVisitor, UnansweredError, answered, load, question_event, told, verdicts

CONFIG = {
    "components": [
        {"id": 3, "props": {"elem_id": "other", "value": "x"}},
        {"id": 5, "props": {"elem_id": "question"}},
        {"id": 7, "props": {"value": []}},
    ],
    "dependencies": [
        {"id": 0, "targets": [[5, "change"]], "inputs": [5]},
        {"id": 4, "targets": [[3, "click"], [5, "submit"]], "inputs": [7, 5, 3]},
    ],
}


def _lines(*messages: dict) -> BytesIO:
    return BytesIO(b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in messages))


class Fake:
    """A visitor who is answered, or breaks on the second question."""

    def __init__(self, *, breaks: bool = False):
        self.breaks, self.asked = breaks, 0

    def ask(self, question):
        """Take a millisecond."""
        assert question == "Q"
        self.asked += 1
        sleep(0.001)
        if self.breaks and self.asked > 1:
            raise UnansweredError(question)


def test_visitors_ask_until_time_is_over():
    """Every visitor arrives once and asks more than once; the first question of each is not counted."""
    arrived = []

    def arrive():
        arrived.append(Fake())
        return arrived[-1]

    measured = load(arrive, 3, 0.2, ["Q"])
    assert len(arrived) == 3
    assert all(fake.asked > 1 for fake in arrived)
    assert sum(fake.asked for fake in arrived) - 3 == len(measured.waits)
    assert (measured.visitors, measured.errors) == (3, ())


def test_whoever_meets_an_error_arrives_anew():
    """An error is counted with what it was, and the visitor goes on."""
    measured = load(lambda: Fake(breaks=True), 1, 0.1, ["Q"])
    assert len(measured.errors) > 1
    assert measured.errors[0] == "UnansweredError Q"
    assert "UnansweredError Q" in told(measured)


def test_what_was_met_is_said_by_hand_counts():
    """Rate, median and 95th percentile of twenty-one answers in three seconds; nothing answered is infinitely slow."""
    measured = Load(2, 3.0, tuple(float(each) for each in range(21)), ())
    assert (measured.rate, measured.median, measured.slow) == (7.0, 10.0, 19.0)
    assert Load(2, 3.0, (), ("x",)).median == float("inf")


def test_the_goals_are_judged_at_sixteen_visitors():
    """One and a half times the echo holds, more does not; an error anywhere fails the first goal."""
    echo = [Load(1, 1.0, (10.0,), ()), Load(COMPARED, 1.0, (100.0,), ())]
    page = [Load(1, 1.0, (40.0,), ()), Load(COMPARED, 1.0, (150.0,), ())]
    api = [Load(1, 1.0, (10.0,), ()), Load(COMPARED, 1.0, (160.0,), ("x",))]
    errors, alone, held, *_, missed = verdicts(echo, page, api)
    assert errors == "Erreurs : 1 (but : 0, manqué)."
    assert alone == "Temps de la page rapporté à l’écho, 1 à la fois : 4.00."
    assert held.endswith("16 à la fois : 1.50 (but : 1.5 au plus, tenu).")
    assert missed.endswith("16 à la fois : 1.60 (but : 1.5 au plus, manqué).")


def test_the_event_of_the_question_box_is_found():
    """By the name of the box: its number, the values sent at first, and where the question goes among them."""
    assert question_event(CONFIG) == (4, [[], None, "x"], 1)


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([{"msg": "process_generating"}, {"msg": "process_completed", "success": True}], True),
        ([{"msg": "process_completed", "success": False}], False),
        (
            [
                {"msg": "process_generating", "output": "<div class='reponse fault'>"},
                {"msg": "process_completed", "success": True},
            ],
            False,
        ),
        ([{"msg": "close_stream"}], False),
    ],
)
def test_an_answer_is_an_event_that_succeeds_and_shows_no_fault(messages, expected):
    """A stream that ends early, an event that fails, and a fault shown as a message are no answers."""
    assert answered(_lines(*messages)) is expected


class _Server(BaseHTTPRequestHandler):
    """Answers as Gradio and the API do; the API refuses the first question of all for want of a turn."""

    protocol_version = "HTTP/1.1"
    bodies: list[dict] = []

    def do_GET(self):
        """Give the configuration, or the stream of an answer."""
        if self.path == "/config":
            self._send(200, json.dumps(CONFIG).encode())
        else:
            self._send(200, _lines({"msg": "process_completed", "success": True}).getvalue())

    def do_POST(self):
        """Take a question."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.bodies.append(body)
        if self.path == "/api/ask" and len(self.bodies) == 1:
            self._send(429, b"{}")
        else:
            self._send(200, b'{"text": "Oui.", "event_id": "e"}')

    def _send(self, status, body):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.send_header("retry-after", "0")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server():
    """The address of a fake server."""
    _Server.bodies = []
    fake = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=fake.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{fake.server_port}/"
    fake.shutdown()
    fake.server_close()


def test_a_program_waits_its_turn(server):
    """A refusal for want of a turn is followed by the same question, and is no error."""
    ApiVisitor(server).ask("Q")
    assert _Server.bodies == [{"question": "Q"}] * 2


def test_a_browser_puts_its_question_in_the_queue(server):
    """The question goes where the event expects it; after some questions another conversation begins."""
    visitor = PageVisitor(server)
    for _ in range(6):
        visitor.ask("Q")
    assert {(body["fn_index"], json.dumps(body["data"])) for body in _Server.bodies} == {(4, '[[], "Q", "x"]')}
    sessions = [body["session_hash"] for body in _Server.bodies]
    assert len(set(sessions[:5])) == 1
    assert sessions[5] != sessions[4]
