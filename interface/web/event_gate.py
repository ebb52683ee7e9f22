"""What a page may send of an event: checked whole, before Gradio reads any of it.

Gradio hands over whatever comes: an object with a `path` is a file that it opens, or an address that it fetches. No event of
ours takes an object: text, numbers, lists of them and what was never filled in are all that passes, each within its length.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from json import JSONDecodeError
from typing import Any, Literal

import gradio as gr
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interface.web.addresses import JOIN, RUN, SESSION, STREAM

LONGEST_TEXT = 200_000  # characters: a book pasted into the box of the question, which says then how many are too many
LONGEST_CHOICE = 600  # characters: a document and a part of it
MOST_CHOICES = 200  # boxes ticked one by one
_DEEPEST = 4  # lists in lists: what a browser keeps has two
_MOST_KEPT = 2_000  # values in what a browser keeps: 20 questions with 50 scopes each

Kind = Literal["state", "text", "choice", "choices", "kept", "none"]
_KINDS: Mapping[str, Kind] = {
    "state": "state",
    "textbox": "text",
    "dropdown": "choice",
    "radio": "choice",
    "checkboxgroup": "choices",
    "browserstate": "kept",
}
_EMPTY: Mapping[Kind, Any] = {"text": "", "choices": [], "kept": []}

_UNREADABLE = "Ce qui est envoyé ne se lit pas\u00a0: rechargez la page, puis recommencez."
_UNKNOWN = "Cette action n’existe pas ici\u00a0: rechargez la page, puis recommencez."
_MISFIT = "Ce qui est envoyé n’a pas la forme attendue\u00a0: rechargez la page, puis recommencez."
_FILE = "Aucun fichier ni aucune adresse ne s’envoie ainsi\u00a0: ajoutez un document depuis la page Document."


@dataclass(frozen=True, slots=True)
class EventRule:
    """What an event takes, in order, and whether it waits in Gradio's queue or is answered at once."""

    kinds: tuple[Kind, ...]
    queued: bool


class RefusedEventError(Exception):
    """An event that is not passed on: the status and the French sentence that answer it."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def event_rules(page: gr.Blocks) -> dict[int, EventRule]:
    """Return what each event of a page takes, by its number. A component that is not known here may send nothing."""
    return {
        number: EventRule(tuple(_KINDS.get(block.get_block_name(), "none") for block in event.inputs), bool(event.queue))
        for number, event in page.fns.items()
    }


class EventGate:
    """ASGI middleware that passes on the events of the pages, and nothing in them that no page sends."""

    def __init__(self, app: ASGIApp, *, rules: Mapping[int, EventRule], asked: Callable[[str], bool]) -> None:
        """`asked`: whether a session has sent an event that waits its turn; who listens to nothing breaks Gradio down."""
        self.app, self.rules, self.asked = app, rules, asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an event on as it was understood, or refuse it; what is no event goes by."""
        if scope["type"] != "http" or scope["path"] not in (JOIN, RUN):
            await (self._deaf(scope) or self.app)(scope, receive, send)
            return
        try:
            body = await _body(Request(scope, receive))
            event = json.dumps(read_event(body, self.rules, queued=scope["path"] == JOIN)).encode()
        except ClientDisconnect:  # nobody is left to answer
            return
        except RefusedEventError as refused:
            await _refusal(refused)(scope, receive, send)
            return
        await self.app(_with_length(scope, len(event)), _again(event, receive), send)

    def _deaf(self, scope: Scope) -> Response | None:
        """Return the refusal of whoever listens to what was never asked."""
        if scope["type"] != "http" or scope["path"] != STREAM:
            return None
        known = self.asked(Request(scope).query_params.get("session_hash", ""))
        return None if known else _refusal(RefusedEventError(HTTPStatus.NOT_FOUND, _UNKNOWN))


async def _body(request: Request) -> bytes:
    if request.method != "POST":
        raise RefusedEventError(HTTPStatus.METHOD_NOT_ALLOWED, _UNKNOWN)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RefusedEventError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _UNREADABLE)
    return await request.body()


def read_event(body: bytes, rules: Mapping[int, EventRule], *, queued: bool) -> dict[str, Any]:
    """Read an event as Gradio is given it. Raises RefusedEventError.

    Of what a page sends, the value with an event and the component that it came from are left out: no handler reads them.
    """
    try:
        sent = json.loads(body)
    except (JSONDecodeError, UnicodeDecodeError, RecursionError, ValueError):
        raise RefusedEventError(HTTPStatus.BAD_REQUEST, _UNREADABLE) from None
    if not isinstance(sent, dict) or not isinstance(sent.get("data"), list):
        raise RefusedEventError(HTTPStatus.UNPROCESSABLE_ENTITY, _MISFIT)
    number, session = sent.get("fn_index"), sent.get("session_hash")
    rule = rules.get(number) if type(number) is int else None
    if rule is None or rule.queued is not queued:
        raise RefusedEventError(HTTPStatus.NOT_FOUND, _UNKNOWN)
    if not isinstance(session, str) or not SESSION.fullmatch(session) or len(sent["data"]) != len(rule.kinds):
        raise RefusedEventError(HTTPStatus.UNPROCESSABLE_ENTITY, _MISFIT)
    data = [_read(value, kind) for value, kind in zip(sent["data"], rule.kinds, strict=True)]
    return {"data": data, "fn_index": number, "session_hash": session, "event_data": None, "trigger_id": None}


def _read(value: Any, kind: Kind) -> Any:
    """Return a value as it is passed on: that of a state is the server's own, and a text that was never typed in is empty."""
    _refuse_objects(value)
    if not _fits(value, kind):
        raise RefusedEventError(HTTPStatus.UNPROCESSABLE_ENTITY, _MISFIT)
    return _EMPTY.get(kind) if value is None or kind == "state" else value


def _refuse_objects(value: Any) -> None:
    """Refuse an object wherever it stands, lists that lie too deep or hold too much, and halves of characters."""
    level, count = [value], 0
    for _ in range(_DEEPEST + 1):
        inside: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                raise RefusedEventError(HTTPStatus.UNPROCESSABLE_ENTITY, _FILE)
            if isinstance(each, str) and not _whole(each):
                raise RefusedEventError(HTTPStatus.UNPROCESSABLE_ENTITY, _UNREADABLE)
            inside += each if isinstance(each, list) else ()
        level, count = inside, count + len(inside)
        if count > _MOST_KEPT:
            break
    if level:
        raise RefusedEventError(HTTPStatus.UNPROCESSABLE_ENTITY, _MISFIT)


def _whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _fits(value: Any, kind: Kind) -> bool:
    if value is None or kind == "state":
        return True
    if kind == "text":
        return isinstance(value, str) and len(value) <= LONGEST_TEXT
    if kind == "choice":
        return isinstance(value, str) and len(value) <= LONGEST_CHOICE
    if kind == "choices":
        return isinstance(value, list) and len(value) <= MOST_CHOICES and all(map(_is_choice, value))
    return kind == "kept" and isinstance(value, list)


def _is_choice(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_CHOICE


def _refusal(refused: RefusedEventError) -> Response:
    # Gradio's page shows `detail` of what its queue refuses, and `error` of what is answered at once.
    return JSONResponse({"error": refused.sentence, "detail": refused.sentence}, refused.status)


def _with_length(scope: Scope, length: int) -> Scope:
    kept = [(name, value) for name, value in Headers(scope=scope).raw if name not in (b"content-length", b"transfer-encoding")]
    return {**scope, "headers": [*kept, (b"content-length", str(length).encode())]}


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read already, then whatever comes after it."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return left.pop() if left else await receive()

    return receive_again
