import re

import gradio as gr
import pytest
from gradio.context import LocalContext
from gradio.exceptions import InvalidPathError
from gradio.processing_utils import _check_allowed
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from interface.security import HEAD, Guard, french_page
from interface.server import web_application

PAGE = (
    '<!doctype html>\n<html\n\tlang="en"\n>\n<head><script>1</script><script type="module" src="a.js"></script></head>'
    "<body>é</body></html>"
)


@pytest.fixture
def client():
    routes = [
        Route("/", lambda _: HTMLResponse(PAGE)),
        Route("/{path:path}", lambda _: PlainTextResponse("ouvert"), methods=["GET", "POST"]),
    ]
    return TestClient(Guard(Starlette(routes=routes), names=["tresse.local"]), base_url="http://127.0.0.1:7860")


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost", "[::1]:7860", "192.168.1.7:7860", "Tresse.local:7860"])
def test_our_names_and_bare_addresses_are_served(client, host):
    """A name that was given, this machine and any address by number reach the page."""
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["pirate.example", "127.0.0.1.pirate.example", "localhost.pirate.example:7860", "", "["])
def test_foreign_names_are_refused(client, host):
    """A name that someone else made point here does not reach the page."""
    assert client.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://127.0.0.1:7860", 200), ("http://127.0.0.1:80", 403), ("https://pirate.example", 403), ("null", 403)],
)
def test_only_our_own_page_may_ask(client, origin, status):
    """A request that another site sends through the visitor's browser is refused."""
    assert status == client.post("/gradio_api/queue/join", headers={"origin": origin}).status_code


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/file=https://x.example/",
        "/file=/etc/passwd",
        "/gradio_api/proxy=x",
        "/monitoring",
        "/gradio_api/deep_link",
    ],
)
def test_what_the_page_does_not_use_is_closed(client, path):
    """Upload, files, addresses fetched by the server and monitoring do not exist."""
    assert client.get(path).status_code == 404


def test_every_response_has_the_policy(client):
    """Pages and files alike may load and call nothing but their own server."""
    for path in ("/", "/theme.css"):
        headers = client.get(path).headers
        assert "default-src 'self'; script-src 'self' 'nonce-" in headers["content-security-policy"]
        assert "connect-src 'self'" in headers["content-security-policy"]
        assert "unsafe-eval" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_each_page_has_its_own_nonce(client):
    """Every script of a page carries the nonce of its policy, and the next page has another."""
    nonces = set()
    for response in (client.get("/"), client.get("/")):
        nonce = re.search(r"'nonce-([^']+)'", response.headers["content-security-policy"])[1]
        assert 2 + HEAD.count("<script") == response.text.count("<script") == response.text.count(f'<script nonce="{nonce}"')
        assert len(response.content) == int(response.headers["content-length"])
        nonces.add(nonce)
    assert len(nonces) == 2


def test_the_page_is_french():
    """The language is said from the first byte, and the page carries our style and script."""
    html = french_page(PAGE, "n")
    assert '<html lang="fr"' in html
    assert '<link rel="stylesheet" href="/interface/tresse.css">' in html
    assert '<script nonce="n" src="/interface/tresse.js">' in html
    assert HEAD.format(nonce="n") in html


def test_every_response_keeps_to_itself(client):
    """No other site may embed, read or open what is served; refusals are no exception."""
    for response in (client.get("/"), client.get("/theme.css"), client.get("/", headers={"host": "pirate.example"})):
        assert response.headers["cross-origin-opener-policy"] == "same-origin"
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
        assert response.headers["referrer-policy"] == "same-origin"
        assert "camera=(), microphone=(), geolocation=()" in response.headers["permissions-policy"]


@pytest.mark.parametrize(
    ("site", "mode", "destination", "status"),
    [
        ("none", "navigate", "document", 200),
        ("same-origin", "cors", "empty", 200),
        ("cross-site", "navigate", "document", 200),
        ("cross-site", "navigate", "iframe", 403),
        ("cross-site", "no-cors", "image", 403),
        ("same-site", "no-cors", "empty", 403),
        ("same-site", "cors", "empty", 403),
    ],
)
def test_a_link_of_another_site_leads_here_and_nothing_else_of_it(client, site, mode, destination, status):
    """What the browser says of who asks is believed: a link may be followed, not an image fetched nor a form sent."""
    headers = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": destination}
    assert status == client.get("/config", headers=headers).status_code
    assert client.post("/config", headers=headers).status_code == (403 if site in ("cross-site", "same-site") else 200)


def guarded(upload_limit=None):
    """A server that reads bodies whole and says how long they were."""

    async def read(request):
        return PlainTextResponse(str(len(await request.body())))

    web = Starlette(routes=[Route("/{path:path}", read, methods=["GET", "POST"])])
    return TestClient(Guard(web, names=[], upload_limit=upload_limit), base_url="http://127.0.0.1")


def in_pieces(length, piece=10_000):
    """A body that does not say how long it is."""
    yield from (b"a" * min(piece, length - sent) for sent in range(0, length, piece))


@pytest.mark.parametrize(("path", "limit"), [("/gradio_api/queue/join", 1024 * 1024), ("/api/ask", 64 * 1024)])
def test_a_body_is_limited_announced_or_not(path, limit):
    """One byte too many is refused, in the form that the caller reads, and the connection ends."""
    client = guarded()
    for make in (lambda length: b"a" * length, in_pieces):
        assert client.post(path, content=make(limit)).text == str(limit)
        refused = client.post(path, content=make(limit + 1))
        assert (refused.status_code, refused.headers["connection"]) == (413, "close")
        told = refused.json()["error"] if path.startswith("/api/") else refused.text
        assert told == "Ce qui est envoyé est trop grand\u00a0: envoyez moins à la fois."


@pytest.mark.parametrize("length", ["-1", "1e3", "\uff19", "9" * 5000, ""])
def test_a_length_that_is_none_is_refused(length):
    """What announces no number of bytes is refused as too long."""
    headers = {"content-length": length.encode()}
    assert guarded().post("/config", content=b"", headers=headers).status_code == 413


def test_uploads_are_let_through_where_they_were_asked_for():
    """With a limit files may be sent up to it, and their progress followed; the other routes stay closed and limited."""
    client = guarded(upload_limit=2_000_000)
    assert client.post("/gradio_api/upload", content=in_pieces(2_000_000)).text == "2000000"
    assert client.post("/gradio_api/upload", content=in_pieces(2_000_001)).status_code == 413
    assert client.post("/gradio_api/upload", content=b"a" * 2_000_001).status_code == 413
    assert client.get("/gradio_api/upload_progress").status_code == 200
    assert client.get("/gradio_api/file=/etc/passwd").status_code == 404
    assert client.post("/gradio_api/queue/join", content=b"a" * 1_500_000).status_code == 413
    for path in ("/gradio_api/upload", "/upload", "/gradio_api/upload_progress"):
        assert guarded().get(path).status_code == 404


@pytest.mark.parametrize(("limit", "statuses"), [(None, (404, 404)), (50_000, (200, 413))])
def test_gradio_takes_files_where_they_were_asked_for(limit, statuses):
    """Its own route for files answers as the guard lets it, behind the other refusals of the server."""
    with gr.Blocks(analytics_enabled=False) as page:
        gr.File()
    client = TestClient(web_application(page, names=[], upload_limit=limit), base_url="http://127.0.0.1")
    for length, status in zip((40_000, 60_000), statuses, strict=True):
        assert status == client.post("/gradio_api/upload", files={"files": ("a.txt", b"a" * length)}).status_code
    assert client.get("/gradio_api/file=a.txt").status_code == 404


def test_what_breaks_on_a_cut_body_was_answered_already():
    """Whatever the application makes of a body that ends too soon, the caller reads the refusal."""

    async def break_(request):
        try:
            await request.body()
        except Exception as cut:
            raise ZeroDivisionError from cut

    web = Guard(Starlette(routes=[Route("/", break_, methods=["POST"])]), names=[])
    response = TestClient(web, base_url="http://127.0.0.1").post("/", content=in_pieces(2_000_000))
    assert response.status_code == 413


def test_a_breakdown_of_the_application_is_not_hidden():
    """Only what a cut body causes is."""

    def break_(_):
        raise ZeroDivisionError

    web = Guard(Starlette(routes=[Route("/", break_)]), names=[])
    with pytest.raises(ZeroDivisionError):
        TestClient(web, base_url="http://127.0.0.1").get("/")


def test_no_socket_is_opened(client):
    """No page uses a WebSocket, and none is accepted."""
    with pytest.raises(WebSocketDisconnect) as closed, client.websocket_connect("/gradio_api/ws"):
        pass
    assert closed.value.code == 1008


def test_gradio_checks_the_files_of_a_mounted_page_itself(tmp_path):
    """Behind the gate, should an event ever take a file, Gradio refuses those that were not sent to it."""
    with gr.Blocks(analytics_enabled=False) as page:
        gr.File()
    web_application(page, names=[], upload_limit=1000)
    (tmp_path / "secret.txt").write_text("secret")
    LocalContext.blocks.set(page)
    try:
        with pytest.raises(InvalidPathError, match="was not uploaded by a user"):
            _check_allowed(tmp_path / "secret.txt", check_in_upload_folder=True)
    finally:
        LocalContext.blocks.set(None)
