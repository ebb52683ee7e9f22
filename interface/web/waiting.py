"""What Gradio keeps: the questions that wait in its queue, answers that nobody reads, sessions and statistics."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import gradio as gr

from interface.web.stopping import RESTARTING, Stop

AT_ONCE = 8  # questions of several visitors: one that takes long holds nobody else up
MOST_WAITING = 64  # questions
PATIENCE = 20.0  # seconds: whoever would wait longer is told so instead
_SPARE = 64  # places of the queue beyond: many who are let in at once, each before any of them stands in it
_READ_WITHIN = 60.0  # seconds: a page reads an answer as it comes
_LOOK = 5.0  # seconds between two looks at what is not read
# Of events: Gradio keeps 10,000, and has pandas sum them up after each, for a page that is closed here.
_STATISTICS = {"GRADIO_ANALYTICS_MAX_EVENTS": "100", "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000"}

Unread = dict[str, tuple[Any, float]]  # by session: the message that waits to be read, and since when

BUSY = (
    "Trop de questions attendent déjà leur réponse\u00a0: reposez la vôtre dans {seconds} secondes, "
    "elle est restée dans la case."
)
_KEPT = f"{RESTARTING[:-1]}, elle est restée dans la case."


def limit_queue(page: gr.Blocks) -> None:
    """Limit the queue of a page, and close the way around it. To be called before the page is mounted."""
    os.environ.update(_STATISTICS)
    page.queue(max_size=MOST_WAITING + _SPARE, api_open=False)


def put_off(page: gr.Blocks, stop: Stop) -> str:
    """Return why a question is not taken now, to be read under its box, "" where it is."""
    if stop.begun:
        return _KEPT
    waiting = len(page._queue)
    seconds = waiting / AT_ONCE * _duration(page)
    if waiting < MOST_WAITING and seconds <= PATIENCE:
        return ""
    return BUSY.format(seconds=max(round(seconds), 5))


def _duration(page: gr.Blocks) -> float:
    """Return how many seconds a question takes, as measured since the start."""
    measured = page._queue.process_time_per_fn.items()
    return max((times.avg_time for event, times in measured if event.validator is not None), default=0.0)  # questions alone


def tidied(page: gr.Blocks) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """Return the lifespan during which what nobody reads is dropped from the queue of a page."""

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        task = asyncio.create_task(_tidy(page))
        yield
        task.cancel()

    return lifespan


async def _tidy(page: gr.Blocks) -> None:
    unread: Unread = {}
    while True:
        await asyncio.sleep(_LOOK)
        unread = await drop_unread(page, unread, asyncio.get_running_loop().time())
        drop_settings(page)


def drop_settings(page: gr.Blocks) -> None:
    """Drop the settings of every component that Gradio copies for each session, 0.3 MB, for links that are closed here."""
    for state in page.state_holder.session_data.values():
        state.config_values.clear()


async def drop_unread(page: gr.Blocks, unread: Unread, now: float) -> Unread:
    """Drop the sessions of which all was read, and those that nobody has read for long with their questions; return the others.

    Gradio keeps them, whole answers among them, until 2,000 others came; a page takes each message as it comes.
    """
    queue = page._queue
    left: Unread = {}
    for session in {*queue.pending_messages_per_session, *queue.pending_event_ids_session}:
        messages = queue.pending_messages_per_session.get(session)
        if messages is not None and not messages.empty():
            first = messages._queue[0]  # to look without taking it from who reads
            before, since = unread.get(session, (first, now))
            left[session] = first, since if before is first else now
            if now - left[session][1] <= _READ_WITHIN:
                continue
        elif queue.pending_event_ids_session.get(session):
            continue  # somebody reads, and waits
        left.pop(session, None)
        await queue.clean_events(session_hash=session)
        queue.pending_messages_per_session.pop(session, None)
        queue.pending_event_ids_session.pop(session, None)
    return left
