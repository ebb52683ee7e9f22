"""Tests of the questions that wait: how many, what the others are told, and that what nobody reads goes away."""

import asyncio
import json
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import gradio as gr
import pytest
from fastapi import FastAPI
from gradio import mount_gradio_app
from gradio.queueing import ProcessTime

from eval.load import PageVisitor, UnansweredError
from interface.web.stopping import Stop
from interface.web.waiting import AT_ONCE, MOST_WAITING, PATIENCE, drop_settings, drop_unread, limit_queue, put_off


class Event:
    """What Gradio knows of an event that matters here."""

    def __init__(self, validator):
        self.validator = validator


class Waiting:
    """A queue of so many questions, each of which takes so long."""

    def __init__(self, questions, seconds):
        times = ProcessTime()
        times.add(seconds)
        slow = ProcessTime()
        slow.add(1000.0)
        self.questions = questions
        self.process_time_per_fn = {Event(len): times, Event(None): slow}

    def __len__(self):
        return self.questions


def told(questions, seconds, *, stopping=False):
    stop = Stop()
    stop.begun = stopping
    return put_off(SimpleNamespace(_queue=Waiting(questions, seconds)), stop)


@pytest.mark.parametrize(("questions", "seconds"), [(0, 0.0), (0, 100.0), (MOST_WAITING - 1, 0.1), (8, PATIENCE)])
def test_a_question_that_waits_a_little_is_taken(questions, seconds):
    """As long as its turn comes soon, whatever an addition of documents takes."""
    assert told(questions, seconds) == ""


@pytest.mark.parametrize(("questions", "seconds", "said"), [(MOST_WAITING, 0.1, 5), (9, PATIENCE, 22), (40, 6.0, 30)])
def test_a_question_that_would_wait_too_long_is_told_when_to_come_back(questions, seconds, said):
    """In French, at once, and it stays in its box."""
    assert told(questions, seconds) == (
        f"Trop de questions attendent déjà leur réponse\u00a0: reposez la vôtre dans {said} secondes, "
        "elle est restée dans la case."
    )


def test_a_question_to_a_server_that_ends_is_told_so():
    """It is not taken and lost."""
    assert told(0, 0.0, stopping=True) == (
        "Tresse redémarre\u00a0: reposez votre question dans quelques secondes, elle est restée dans la case."
    )


def posted(address, path, **body):
    request = urllib.request.Request(f"{address}{path}", json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def test_many_at_once_do_not_keep_the_next_waiting(serve_slowly, at_once):
    """Of hundreds who ask at the same moment some are taken and the others told, and the next who comes is told, not queued."""
    child = serve_slowly(20.0)
    PageVisitor(child.address).ask("Prêts ?")

    def join(_):
        visitor = PageVisitor(child.address)
        return visitor.join("Une longue question ?"), visitor.told

    got = at_once(join, 300)
    statuses = Counter(status for status, _ in got)
    assert {200, 422} <= set(statuses) <= {200, 422, 503}
    assert MOST_WAITING <= statuses[200] <= 2 * MOST_WAITING + AT_ONCE
    refused = [json.loads(told)["detail"][0]["message"] for status, told in got if status == 422]
    assert all(message.startswith("Trop de questions attendent déjà leur réponse") for message in refused)
    with pytest.raises(UnansweredError, match="Trop de questions attendent"):
        PageVisitor(child.address).ask("Et moi ?")


def test_there_is_no_way_around_the_queue(serve_slowly):
    """A question that is sent past it is not answered."""
    child = serve_slowly(0.0)
    visitor = PageVisitor(child.address)
    body = {"data": visitor._inputs, "fn_index": visitor._event, "session_hash": "past"}
    for path in ("run/predict", "api/predict", "run/ask"):
        assert posted(child.address, f"gradio_api/{path}", **body)[0] in (404, 422)


@pytest.fixture
def page():
    with gr.Blocks() as made:
        gr.Markdown("")
    return made


def dropped(page, looks):
    """Look at the queue at so many moments, each after something was done to it; return the sessions that it still knows."""

    async def run():
        unread = {}
        for now, change in looks:
            change()
            unread = await drop_unread(page, unread, now)
        return unread

    with ThreadPoolExecutor(1) as pool:  # the thread of the tests may drive a browser, which has a loop of its own
        unread = pool.submit(asyncio.run, run()).result()
    queue = page._queue
    return {*queue.pending_messages_per_session, *queue.pending_event_ids_session, *unread}


def answered(page, session, *events):
    """Have a session wait for events, and a message for each."""

    def happen():
        messages = asyncio.Queue()
        for event in events:
            messages.put_nowait(event)
        page._queue.pending_messages_per_session[session] = messages
        page._queue.pending_event_ids_session[session] = set(events)

    return happen


def test_an_answer_that_nobody_reads_is_dropped(page):
    """After a minute without a reader; until then it is kept."""
    queue = page._queue
    assert dropped(page, [(0.0, answered(page, "left", "a", "b")), (59.0, lambda: None)]) == {"left"}
    assert queue.pending_messages_per_session["left"].qsize() == 2
    assert dropped(page, [(0.0, lambda: None), (61.0, lambda: None)]) == set()


def test_an_answer_that_is_being_read_is_kept(page):
    """However long the conversation: each message that is taken begins the minute anew."""

    def read():
        page._queue.pending_messages_per_session["here"].get_nowait()

    looks = [(0.0, answered(page, "here", *"abcd")), *((50.0 * number, read) for number in (1, 2, 3))]
    assert dropped(page, looks) == {"here"}


def test_a_session_that_waits_for_its_answer_is_kept(page):
    """It reads all that there is."""

    def wait():
        answered(page, "waits")()
        page._queue.pending_event_ids_session["waits"].add("a")

    assert dropped(page, [(0.0, wait), (1000.0, lambda: None)]) == {"waits"}


def test_a_session_that_has_read_everything_is_forgotten(page):
    """What is left of it would never go away."""

    def end():
        page._queue.pending_messages_per_session.pop("over", None)

    assert dropped(page, [(0.0, answered(page, "over"))]) == set()
    assert dropped(page, [(0.0, answered(page, "over")), (0.0, end)]) == set()


def test_statistics_do_not_grow(page):
    """Gradio keeps a few of them, and sums nothing up."""
    limit_queue(page)
    assert page._queue.ANALYTICS_MAX_EVENTS == 100
    assert page._queue.compute_analytics_summary([{"function": "ask", "status": "success", "process_time": 1.0}]) == {
        "functions": {}
    }


def test_what_gradio_copies_for_each_session_is_dropped(page):
    """The settings of components go; what a visitor changed stays, and is copied again when it changes again."""
    mount_gradio_app(FastAPI(), page, path="/")
    state = page.state_holder["visitor"]
    (shown,) = (number for number, block in page.blocks.items() if isinstance(block, gr.Markdown))
    state[shown] = gr.Markdown("changed")
    assert state.config_values
    drop_settings(page)
    assert not state.config_values
    assert state[shown].value == "changed"
    state._update_value_in_config(shown, "again")
    assert state.config_values[shown]["props"]["value"] == "again"
