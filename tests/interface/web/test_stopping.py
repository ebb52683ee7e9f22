"""Tests of an end in earnest: a signal to a server of its own process, while visitors wait for answers."""

import json
import signal
import time
import urllib.error
import urllib.request

from eval.load import PageVisitor, UnansweredError
from interface.web.stopping import PATIENCE, RESTARTING


def api_question(address, question="Une longue question ?"):
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(f"{address}api/ask", body, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.loads(refusal.read())


def test_questions_under_way_end_before_the_server_does(serve_slowly, at_once):
    """Sixteen questions of the page, half of them still waiting their turn, and four of programs: each is answered whole."""
    child = serve_slowly(3.0)
    visitors = [PageVisitor(child.address) for _ in range(16)]
    for visitor in visitors:
        visitor.ask("Prêts ?")  # what the first question loads is there
    listening = urllib.request.urlopen(f"{child.address}gradio_api/heartbeat/page", timeout=30)
    assert listening.readline()

    def ask(number):
        return visitors[number].ask("Une longue question ?") if number < 16 else api_question(child.address)

    def stop():
        time.sleep(2.0)
        child.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        new.append(api_question(child.address))
        try:
            late.ask("Et maintenant ?")
        except UnansweredError as told:
            new.append(str(told))

    new, late = [], PageVisitor(child.address)
    got = at_once(ask, 20, meanwhile=stop)
    assert [each for each in got[:16] if each is not None] == []
    assert {status for status, _ in got[16:]} == {200}
    assert new[0] == (503, {"error": RESTARTING})
    assert "Tresse redémarre" in new[1]
    assert child.process.wait(5) == -signal.SIGTERM
    assert "Traceback" not in child.log.read_text(encoding="utf-8")


def test_who_only_listens_does_not_hold_the_end_back(serve_slowly):
    """Pages that are open and ask nothing are left at once."""
    child = serve_slowly()
    listening = [urllib.request.urlopen(f"{child.address}gradio_api/heartbeat/page{number}", timeout=30) for number in range(8)]
    assert all(each.readline() for each in listening)
    child.process.send_signal(signal.SIGTERM)
    assert child.process.wait(PATIENCE / 2) == -signal.SIGTERM
    assert "Traceback" not in child.log.read_text(encoding="utf-8")


def test_a_second_signal_ends_at_once(serve_slowly, at_once):
    """Whoever does not want to wait says so again."""
    child = serve_slowly(60.0)

    def stop():
        time.sleep(0.7)
        child.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert child.process.poll() is None
        child.process.send_signal(signal.SIGTERM)

    at_once(lambda _: api_question(child.address), 1, meanwhile=stop)
    assert child.process.wait(PATIENCE / 2) == -signal.SIGTERM


def test_a_question_that_never_ends_is_cut(serve_slowly, at_once):
    """Patience has an end."""
    child = serve_slowly(60.0)

    def stop():
        time.sleep(0.7)
        child.process.send_signal(signal.SIGTERM)

    at_once(lambda _: api_question(child.address), 1, meanwhile=stop)
    assert child.process.wait(2 * PATIENCE) == -signal.SIGTERM
