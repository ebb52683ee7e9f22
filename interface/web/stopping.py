"""An end that cuts no question: who asks is answered first, who comes then is told to come back."""

import signal
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from interface.security import API
from interface.web.connections import ACCEPTED_AT_ONCE, LISTENING, Limits, limited

if TYPE_CHECKING:
    from gradio.queueing import Queue

RESTARTING = "Tresse redémarre\u00a0: reposez votre question dans quelques secondes."
PATIENCE = 10.0  # seconds that questions under way have
_CLOSING = 1  # second that connections have after that: an open page listens without end
_LATER = {"Retry-After": "5", "Cache-Control": "no-store"}


class Stop:
    """Whether the server ends, and what is still under way: requests, and the questions in the queue of the pages."""

    def __init__(self) -> None:
        self.begun = False
        self.requests = 0
        self.queue: Queue | None = None

    @property
    def under_way(self) -> bool:
        """Whether somebody waits for an answer."""
        queue = self.queue
        return self.requests > 0 or (queue is not None and (len(queue) > 0 or queue.get_active_worker_count() > 0))


class Farewell:
    """ASGI middleware that counts the requests under way and, once the server ends, says so to whoever asks something new.

    What a page sends for a question that is under way still passes; a new one is refused under its box, where it stays.
    """

    def __init__(self, app: ASGIApp, *, stop: Stop) -> None:
        self.app, self.stop = app, stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or put it off."""
        path = scope.get("path", "")
        if scope["type"] != "http" or path.startswith(LISTENING):
            await self.app(scope, receive, send)
            return
        if self.stop.begun and (refusal := _refusal(path, Headers(scope=scope))):
            await refusal(scope, receive, send)
            return
        self.stop.requests += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.stop.requests -= 1


def _refusal(path: str, headers: Headers) -> Response | None:
    if path == f"{API}health":
        return JSONResponse({"status": "loading", "error": RESTARTING}, 503, _LATER)
    if path.startswith(API):
        return JSONResponse({"error": RESTARTING}, 503, _LATER)
    if "text/html" in headers.get("accept", ""):
        return PlainTextResponse("Tresse redémarre\u00a0: rechargez la page dans quelques secondes.", 503, _LATER)
    return None


class Server(uvicorn.Server):
    """A server that ends, at the first signal, once nothing is under way or patience is over; at the second one, at once."""

    def __init__(self, config: uvicorn.Config, stop: Stop) -> None:
        super().__init__(config)
        self._stop = stop
        self._signal: tuple[int, FrameType | None] = (signal.SIGTERM, None)
        self._until = 0.0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end, or end."""
        if self._stop.begun:
            super().handle_exit(sig, frame)
            return
        self._stop.begun, self._signal, self._until = True, (sig, frame), monotonic() + PATIENCE

    async def on_tick(self, counter: int) -> bool:
        """Look, ten times a second, whether it is time to go."""
        if self._stop.begun and not self.should_exit and (not self._stop.under_way or monotonic() > self._until):
            super().handle_exit(*self._signal)
        return await super().on_tick(counter)


def server_of(web: Any, limits: Limits, stop: Stop, *, proxy: str | None = None) -> Server:
    """Return what serves `web`, within `limits`, until `stop`. What it logs goes where everything does.

    `proxy`: the address of the proxy that is believed on who asks, "" where none is, None for what Uvicorn reads in its
    environment.
    """
    config = uvicorn.Config(
        web,
        http=limited(limits, proxy or ""),
        ws="none",  # no page uses one
        backlog=ACCEPTED_AT_ONCE,
        log_config=None,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_CLOSING,
        proxy_headers=proxy != "",
        forwarded_allow_ips=proxy,
    )
    return Server(config, stop)
