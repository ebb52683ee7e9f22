import re

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from interface.security import Guard, french_page

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
        assert 3 == response.text.count("<script") == response.text.count(f'<script nonce="{nonce}"')
        assert len(response.content) == int(response.headers["content-length"])
        nonces.add(nonce)
    assert len(nonces) == 2


def test_the_page_is_french():
    """The language is said from the first byte, and the page carries our style and script."""
    html = french_page(PAGE, "n")
    assert '<html lang="fr"' in html
    assert "interface/tresse.css" in html
    assert '<script nonce="n" src="./interface/tresse.js">' in html
