"""Who may come in, where accounts are asked for: a session for the pages, HTTP Basic for programs.

The session is a random name in a cookie that scripts cannot read and that no other site can have sent. Programs send a name and
a password with each request, to `/api/` alone. What a form changes is refused where the browser does not say that it is ours.
"""

import re
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from math import ceil
from secrets import token_urlsafe
from time import monotonic
from urllib.parse import parse_qs, quote

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from interface.accounts import Accounts, Locked
from interface.login_page import LOGIN, LOGOUT, login_page, logout_page
from interface.security import API, OPERATOR, VISITOR

COOKIE = "tresse_session"
SESSION_LENGTH = 12 * 3600  # seconds: a working day
MOST_SESSIONS = 1000  # beyond, the oldest ends
MOST_CHECKS = 8  # passwords that wait to be hashed, one after the other
_LONGEST_FORM = 16 * 1024  # bytes
_NOT_KEPT = {"Cache-Control": "no-store"}
_LEADS_TO = re.compile(r"/(?![/\\])[!-\[\]-~]*")  # an address of this server: « //x » and « /\x » are others

_WRONG = "Ce nom et ce mot de passe ne vont pas ensemble."
_NO_SESSION = "Votre session est terminée\u00a0: rechargez la page pour vous connecter de nouveau."
_NO_ACCOUNT = "Un compte est demandé\u00a0: envoyez son nom et son mot de passe en HTTP Basic."
_FOREIGN = "Demande refusée\u00a0: elle ne vient pas d’une page de Tresse."


class Sessions:
    """The sessions that are open, by the hash of what their cookie holds. They end with the server."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._open: OrderedDict[bytes, tuple[str, float]] = OrderedDict()

    def begin(self, name: str) -> str:
        """Open a session and return what its cookie holds."""
        token = token_urlsafe(32)
        self._open[_hash(token)] = name, self._clock() + SESSION_LENGTH
        while len(self._open) > MOST_SESSIONS:
            self._open.popitem(last=False)
        return token

    def name(self, token: str) -> str:
        """Return whose session it is, "" where there is none or it is over."""
        name, until = self._open.get(_hash(token), ("", 0.0))
        return name if until > self._clock() else ""

    def end(self, token: str) -> None:
        """Close a session, if it is one."""
        self._open.pop(_hash(token), None)


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "replace")).digest()


class Entrance:
    """ASGI middleware that asks for an account before anything is answered. It stands behind the guard."""

    def __init__(self, app: ASGIApp, *, accounts: Accounts) -> None:
        self.app, self.accounts = app, accounts
        self.sessions = Sessions()
        self._checking = CapacityLimiter(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request pass, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = await self._answer(Request(scope, receive))
        await (answer or self.app)(scope, receive, send)

    async def _answer(self, request: Request) -> Response | None:
        """Return what is answered in place of the application, None where it may answer."""
        path = request.url.path
        if path == LOGIN:
            return await self._login(request)
        if path == LOGOUT:
            return self._logout(request)
        name = self.sessions.name(request.cookies.get(COOKIE, ""))
        if name:
            request.scope[VISITOR], request.scope[OPERATOR] = name, self.accounts.operates(name)
            return None
        if path.startswith(API):
            return await self._program(request)
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            asked = f"{path}?{request.url.query}" if request.url.query else path
            return RedirectResponse(f"{LOGIN}?suite={quote(asked, safe='')}", HTTPStatus.SEE_OTHER, _NOT_KEPT)
        return PlainTextResponse(_NO_SESSION, HTTPStatus.UNAUTHORIZED)

    async def _login(self, request: Request) -> Response:
        if request.method != "POST":
            leads_to = _safe(request.query_params.get("suite", "/"))
            if self.sessions.name(request.cookies.get(COOKIE, "")):
                return RedirectResponse(leads_to, HTTPStatus.SEE_OTHER)
            return HTMLResponse(login_page(leads_to), headers=_NOT_KEPT)
        if "origin" not in request.headers:
            return PlainTextResponse(_FOREIGN, HTTPStatus.FORBIDDEN)
        form = parse_qs((await request.body())[:_LONGEST_FORM].decode("utf-8", "replace"))
        name, password, leads_to = (form.get(field, [""])[0] for field in ("nom", "mot", "suite"))
        try:
            right = await self._check(name, password)
        except Locked as locked:
            headers = _NOT_KEPT | {"Retry-After": str(ceil(locked.seconds))}
            return HTMLResponse(login_page(_safe(leads_to), _later(locked)), HTTPStatus.TOO_MANY_REQUESTS, headers)
        if not right:
            return HTMLResponse(login_page(_safe(leads_to), _WRONG), HTTPStatus.FORBIDDEN, _NOT_KEPT)
        self.sessions.end(request.cookies.get(COOKIE, ""))
        welcome = RedirectResponse(_safe(leads_to), HTTPStatus.SEE_OTHER, _NOT_KEPT)
        _set_cookie(welcome, request, self.sessions.begin(name), SESSION_LENGTH)
        return welcome

    def _logout(self, request: Request) -> Response:
        token = request.cookies.get(COOKIE, "")
        name = self.sessions.name(token)
        if not name:
            return RedirectResponse(LOGIN, HTTPStatus.SEE_OTHER)
        if request.method != "POST":
            return HTMLResponse(logout_page(name), headers=_NOT_KEPT)
        if "origin" not in request.headers:
            return PlainTextResponse(_FOREIGN, HTTPStatus.FORBIDDEN)
        self.sessions.end(token)
        # What the browser keeps of conversations goes too, where it is asked over TLS or on this machine.
        headers = _NOT_KEPT | {"Clear-Site-Data": '"cache", "storage"'}
        farewell = RedirectResponse(LOGIN, HTTPStatus.SEE_OTHER, headers)
        _set_cookie(farewell, request, "", 0)
        return farewell

    async def _program(self, request: Request) -> Response | None:
        given = _basic(request.headers.get("authorization", ""))
        try:
            if given and await self._check(*given):
                return None
        except Locked as locked:
            headers = {"Retry-After": str(ceil(locked.seconds))}
            return JSONResponse({"error": _later(locked)}, HTTPStatus.TOO_MANY_REQUESTS, headers)
        headers = {"WWW-Authenticate": 'Basic realm="Tresse", charset="UTF-8"'}
        return JSONResponse({"error": _WRONG if given else _NO_ACCOUNT}, HTTPStatus.UNAUTHORIZED, headers)

    async def _check(self, name: str, password: str) -> bool:
        if self.accounts.remembers(name, password):
            return True
        if self._checking.statistics().tasks_waiting >= MOST_CHECKS:
            raise Locked(1)
        return await to_thread.run_sync(self.accounts.check, name, password, limiter=self._checking)


def _basic(header: str) -> tuple[str, str] | None:
    """Read a name and a password as HTTP Basic sends them; None where they are not there."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (name, password) if colon else None


def _safe(leads_to: str) -> str:
    return leads_to if _LEADS_TO.fullmatch(leads_to) and not leads_to.startswith((LOGIN, LOGOUT)) else "/"


def _later(locked: Locked) -> str:
    minutes = ceil(locked.seconds / 60)
    wait = f"{ceil(locked.seconds)} secondes" if locked.seconds <= 60 else f"{minutes} minutes"
    return f"Trop d’essais\u00a0: attendez {wait}, puis recommencez."


def _set_cookie(response: Response, request: Request, token: str, seconds: int) -> None:
    response.set_cookie(COOKIE, token, max_age=seconds, httponly=True, samesite="strict", secure=request.url.scheme == "https")
