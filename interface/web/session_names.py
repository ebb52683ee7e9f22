"""What a browser calls its session: Gradio keeps whatever it is sent, so that only what its pages make up is let in."""

import json
import re
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST = 64  # characters: a page sends a dozen, Gradio's own client 36
_GRADIO, _HEARTBEAT = "/gradio_api/", "/gradio_api/heartbeat/"
_NAME = re.compile(rf"[\w-]{{1,{LONGEST}}}", re.ASCII)
_REFUSED = "Cette session n’est pas celle d’une page de Tresse\u00a0: rechargez la page."


class SessionNames:
    """ASGI middleware that refuses a name of a session that no page makes up, wherever Gradio reads one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request pass, or refuse it."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(_GRADIO):
            await self.app(scope, receive, send)
            return
        names = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).get("session_hash", [])
        if path.startswith(_HEARTBEAT):
            names.append(path.removeprefix(_HEARTBEAT))
        if scope["method"] == "POST" and not Headers(scope=scope).get("content-type", "").startswith("multipart/"):
            body = await _body(receive)
            names += _named(body)
            receive = _again(body, receive)
        known = all(isinstance(name, str) and _NAME.fullmatch(name) for name in names)
        await (self.app if known else PlainTextResponse(_REFUSED, 400))(scope, receive, send)


async def _body(receive: Receive) -> bytes:
    """Read a body, whose length the guard limits."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _named(body: bytes) -> list[object]:
    """Return the name of the session in a body, none where there is no such thing: whoever reads it next will say so."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return []
    name = told.get("session_hash") if isinstance(told, dict) else None
    return [] if name is None else [name]


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read, then what comes after it."""
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return whole.pop() if whole else await receive()

    return read
