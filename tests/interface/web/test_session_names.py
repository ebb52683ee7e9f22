"""Tests of which names of sessions are let in, wherever Gradio reads one."""

import json

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from interface.web.session_names import LONGEST, SessionNames

LONG = "x" * 900_000


@pytest.fixture
def client():
    """A server that says what it was sent."""
    web = FastAPI()

    @web.api_route("/{path:path}", methods=["GET", "POST"])
    async def tell(request: Request):
        return {"body": (await request.body()).decode("utf-8", "replace")}

    web.add_middleware(SessionNames)
    return TestClient(web)


@pytest.mark.parametrize("name", ["k4x9z1", "6f1c5a0e-4c3d-4a39-9d4f-0f7d1d0c9b11", "x" * LONGEST])
def test_the_name_that_a_page_makes_up_is_let_in(client, name):
    """And what was sent arrives as it was."""
    body = json.dumps({"data": ["é" * 1000], "fn_index": 1, "session_hash": name})
    assert client.post("/gradio_api/queue/join", content=body).json() == {"body": body}
    assert client.get("/gradio_api/queue/data", params={"session_hash": name}).status_code == 200
    assert client.get(f"/gradio_api/heartbeat/{name}").status_code == 200


@pytest.mark.parametrize("name", [LONG, "x" * (LONGEST + 1), "", "a b", "é", "a/b", "\u0000", 12, ["x"], {"x": "y"}, True])
def test_another_is_refused(client, name):
    """However it is written, and wherever: it would be kept."""
    body = json.dumps({"session_hash": name}).replace("session_hash", "session\\u005fhash")
    for path in ("queue/join", "run/predict", "api/predict", "cancel", "reset", "call/ask"):
        response = client.post(f"/gradio_api/{path}", content=body)
        assert response.status_code == 400
        assert "rechargez la page" in response.text


@pytest.mark.parametrize("name", ["x" * (LONGEST + 1), "", "a b", "é"])
def test_another_is_refused_in_an_address(client, name):
    """A stream is no way in."""
    assert client.get("/gradio_api/queue/data", params={"session_hash": name}).status_code == 400
    assert client.get(f"/gradio_api/heartbeat/{name}").status_code == 400


@pytest.mark.parametrize("body", ["", "no JSON", "[1, 2]", "null", '{"session_hash": null}', "[" * 100_000, '{"data": []}'])
def test_a_body_without_a_name_goes_on_as_it_is(client, body):
    """Whoever reads it says what is wrong with it."""
    assert client.post("/gradio_api/queue/join", content=body).json() == {"body": body}


def test_what_is_not_for_gradio_is_not_read(client):
    """A field of that name elsewhere is somebody else's."""
    assert client.post("/api/ask", content=json.dumps({"session_hash": LONG})).status_code == 200
