"""What stands between the page and the network: who may call, what the page may load, what is closed.

The content policy is what makes « no request leaves the machine » hold whatever a document or a question contains: Gradio's
sanitiser lets images, media and style addresses through. Host and Origin checks are what keeps another site, open in the same
browser, from asking questions here: Gradio accepts any Host and reflects any Origin.
"""

import re
from collections.abc import Collection
from ipaddress import ip_address
from pathlib import Path
from secrets import token_urlsafe

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Routes of Gradio that the page does not use: upload, files and addresses fetched by the server, monitoring, stored links.
CLOSED = re.compile(
    r"(/gradio_api)?/(upload|file=|file/|proxy=|stream/|monitoring|deep_link|vibe|dev|component_server|run_history)"
)

# A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a port.
_HOST = re.compile(r"([\w.-]+|\[[\da-f:.]+\])(?::\d+)?")

POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
STATIC = Path(__file__).with_name("static")


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

    def __init__(self, app: ASGIApp, *, names: Collection[str]) -> None:
        self.app = app
        self.names = frozenset(name.lower() for name in names) | {"localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope["path"], Headers(scope=scope))
        if refusal:
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, PageSender(send))

    def _refusal(self, path: str, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "")
        if not self._known(host):
            return PlainTextResponse("Cette adresse n’est pas celle du serveur.", 421)
        if "origin" in headers and headers["origin"].partition("://")[2] != host:
            return PlainTextResponse("Demande refusée : elle vient d’un autre site.", 403)
        if CLOSED.match(path):
            return PlainTextResponse("Cette adresse n’existe pas.", 404)
        return None

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


class PageSender:
    """Sends a response on with the policy in its headers; an HTML page is held until whole, then given its nonce."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.nonce = token_urlsafe(16)
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        """Take one message of a response."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = POLICY.format(nonce=self.nonce)
            headers["x-content-type-options"] = "nosniff"
            headers["referrer-policy"] = "no-referrer"
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
        body = french_page(self.body.decode(), self.nonce).encode()
        MutableHeaders(scope=start)["content-length"] = str(len(body))
        await self.send(start)
        await self.send({"type": "http.response.body", "body": body})


def french_page(html: str, nonce: str) -> str:
    """Return Gradio's page in French, with our style and script, and `nonce` on each of its scripts."""
    html = re.sub(r"<script\b", f'<script nonce="{nonce}"', html)
    html = re.sub(r'<html\s+lang="\w+"', '<html lang="fr"', html, count=1)
    html = re.sub(r'\s*<meta (property|name)="(og|twitter):[^>]*>', "", html)
    return html.replace("</head>", HEAD.format(nonce=nonce), 1)
