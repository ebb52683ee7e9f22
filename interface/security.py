"""What stands between the page and the network: who may call, what the page may load, what is closed.

The content policy is what makes « no request leaves the machine » hold whatever a document or a question contains: Gradio's
sanitiser lets images, media and style addresses through. Host and Origin checks are what keeps another site, open in the same
browser, from asking questions here: Gradio accepts any Host and reflects any Origin. Bodies are limited as they come in, before
anything reads them.
"""

import re
from collections.abc import Collection
from html import escape
from ipaddress import ip_address
from pathlib import Path
from secrets import token_urlsafe

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interface.web.addresses import UPLOAD, is_open

# What a proxy says of a request. Gradio makes the addresses of a page of them, so that only a proxy may say them.
_FORWARDED = re.compile(rb"x-forwarded-.*|forwarded|x-real-ip|x-gradio-.*|x-original-.*|x-rewrite-.*")
_HOST_SAID = "x-forwarded-host"

API, API_BODY_LIMIT = "/api/", 64 * 1024  # bytes: a question and a long conversation
BODY_LIMIT = 1024 * 1024  # bytes: what a page sends back of itself with a click

# A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a port.
_HOST = re.compile(r"([\w.-]+|\[[\da-f:.]+\])(?::\d+)?")

POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
# `same-origin` and not `no-referrer`, under which browsers say of our own forms that they come from nowhere.
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()",
}
STATIC = Path(__file__).with_name("static")
VISITOR = "tresse.visitor"  # in the scope of a request: the name under which a session was opened
OPERATOR = "tresse.operator"  # and whether whoever sends it may do what concerns every visitor
_WAY_OUT = (
    '<footer style="padding: 8px 24px; font: 14px system-ui, sans-serif; color: var(--soft)">{visitor}\u00a0: '
    '<a href="/deconnexion" style="color: var(--accent)">se déconnecter</a></footer></body>'
)
_TOO_LARGE = "Ce qui est envoyé est trop grand\u00a0: envoyez moins à la fois."


def _head() -> str:
    """Return what loads our styles and scripts; `{nonce}` stands for that of the page.

    Classic scripts: they run before Gradio's modules, which then find a French browser.
    """
    styles = (f'<link rel="stylesheet" href="/interface/{path.name}">' for path in sorted(STATIC.glob("*.css")))
    scripts = (f'<script nonce="{{nonce}}" src="/interface/{path.name}"></script>' for path in sorted(STATIC.glob("*.js")))
    return "".join((*styles, *scripts)) + "</head>"


HEAD = _head()


class Guard:
    """ASGI middleware that refuses foreign callers and closed routes, and gives each page its policy and French head."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        names: Collection[str],
        upload_limit: int | None = None,
        proxied: bool = False,
        visitors_operate: bool = True,
    ) -> None:
        """`names`: what the server is called besides its addresses; `upload_limit`: bytes of files to add, None for none.

        `proxied`: whether a proxy says under which name it was called; `visitors_operate`: whether whoever comes may do what
        concerns every visitor, where no account says who may.
        """
        self.app = app
        self.names = frozenset(name.lower() for name in names) | {"localhost"}
        self.upload_limit, self.proxied, self.visitors_operate = upload_limit, proxied, visitors_operate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # no page uses one
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, headers = scope["path"], Headers(scope=scope)
        scope = self._unforged(scope)
        sender = PageSender(scope, send)
        body = Body(receive, sender, limit=self._limit(path), refusal=_refusal(path, 413, _TOO_LARGE))
        refusal = self._refused(path, scope["method"], headers) or body.announced(headers)
        if refusal:
            await refusal(scope, receive, sender)
            return
        try:
            await self.app(scope, body.receive, body.send)
        except Exception:  # what a cut body looks like depends on who reads it; they were answered already
            if not body.refused:
                raise

    def _limit(self, path: str) -> int:
        if path == UPLOAD:
            return self.upload_limit or 0
        return API_BODY_LIMIT if path.startswith(API) else BODY_LIMIT

    def _refused(self, path: str, method: str, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        said = headers.get(_HOST_SAID, host).partition(",")[0].strip() if self.proxied else host
        if not (self._known(host) and self._known(said)):
            return _refusal(path, 421, "Cette adresse n’est pas celle du serveur.")
        if _foreign(method, headers, said):
            return _refusal(path, 403, "Demande refusée\u00a0: elle vient d’un autre site.")
        if not is_open(path, upload=self.upload_limit is not None):
            return _refusal(path, 404, "Cette adresse n’existe pas.")
        return None

    def _unforged(self, scope: Scope) -> Scope:
        """Return a request without what anyone may say of the way by which it came.

        A server started behind a proxy has read the scheme and the address of the visitor before, from that proxy alone.
        """
        kept = [
            (name, value)
            for name, value in scope["headers"]
            if not _FORWARDED.fullmatch(name) or (self.proxied and name == _HOST_SAID.encode())
        ]
        if self.proxied:
            kept.append((b"x-forwarded-proto", scope["scheme"].encode()))
        return {**scope, "headers": kept, OPERATOR: self.visitors_operate}

    def _known(self, host: str) -> bool:
        """Tell whether `host` is a name of ours or a bare address: only a name can be made to point elsewhere."""
        found = _HOST.fullmatch(host.lower())
        name = found[1] if found else ""
        if name in self.names:
            return True
        try:
            ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True


def _foreign(method: str, headers: Headers, host: str) -> bool:
    """Tell whether another site makes the browser ask: by what the browser says of it, for a program says nothing.

    A link of another site may lead to a page, and to no more.
    """
    if "origin" in headers and headers["origin"].partition("://")[2] != host:
        return True
    if headers.get("sec-fetch-site") not in ("cross-site", "same-site"):
        return False
    followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return not (method == "GET" and followed)


def _refusal(path: str, status: int, told: str) -> Response:
    """Return a refusal in the form that a program or a browser expects. What was not read of the body ends the connection."""
    headers = {"connection": "close"} if status == 413 else None
    if path.startswith(API):
        return JSONResponse({"error": told}, status, headers)
    return PlainTextResponse(told, status, headers)


class Body:
    """The body of a request, cut off and refused as soon as it is longer than it may be, announced or not."""

    def __init__(self, receive: Receive, send: Send, *, limit: int, refusal: Response) -> None:
        self._receive, self._send = receive, send
        self._left, self._refusal = limit, refusal
        self._begun = self.refused = False

    def announced(self, headers: Headers) -> Response | None:
        """Return the refusal of a body that is said to be too long, before any of it is read."""
        length = headers.get("content-length", "0")
        return None if length.isdecimal() and len(length) < 20 and int(length) <= self._left else self._refusal

    async def receive(self) -> Message:
        """Read on, for whoever answers; to them a body that is cut off looks like a caller who left."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
        if self._left < 0:
            await self._refuse()
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        """Send on what is answered, unless the refusal was sent already."""
        self._begun = True
        if not self.refused:
            await self._send(message)

    async def _refuse(self) -> None:
        if self._begun or self.refused:
            return
        self.refused = True
        await self._refusal({"type": "http"}, self._receive, self._send)


class PageSender:
    """Sends a response on with the policy in its headers; an HTML page is held until whole, then given its nonce."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope, self.send = scope, send
        self.nonce = token_urlsafe(16)
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        """Take one message of a response."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = POLICY.format(nonce=self.nonce)
            headers.update(HEADERS)
            if headers.get("content-type", "").startswith("text/html"):
                self.start = message
                return
        elif self.start is not None:
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self.start)
            return
        await self.send(message)

    async def _send_page(self, start: Message) -> None:
        body = french_page(self.body.decode(), self.nonce, visitor=self.scope.get(VISITOR, "")).encode()
        MutableHeaders(scope=start)["content-length"] = str(len(body))
        await self.send(start)
        await self.send({"type": "http.response.body", "body": body})


def french_page(html: str, nonce: str, *, visitor: str = "") -> str:
    """Return Gradio's page in French, with our style and script, `nonce` on each script, and the way out of a session."""
    html = re.sub(r"<script\b", f'<script nonce="{nonce}"', html)
    html = re.sub(r'<html\s+lang="\w+"', '<html lang="fr"', html, count=1)
    html = re.sub(r'\s*<meta (property|name)="(og|twitter):[^>]*>', "", html)
    if visitor:
        html = html.replace("</body>", _WAY_OUT.format(visitor=escape(visitor)), 1)
    return html.replace("</head>", HEAD.format(nonce=nonce), 1)
