"""The product as a visitor meets it: `python app.py` with the real booklet and the real model, in Chromium."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUESTION = "Quelle part du capital d’une Scic les collectivités peuvent-elles détenir ?"

# The first start encodes every expansion of the booklet: a minute on two idle cores, several on busy ones.
pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """The address that app.py prints when started with no index, on a free port, once questions are answered."""
    var = tmp_path_factory.mktemp("var")
    environ = os.environ | {"TRESSE_INDEX": str(var / "index")}
    command = [sys.executable, "app.py", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, encoding="utf-8") as server:
        said = ""
        for line in server.stdout:
            said += line
            if "L’index est chargé" in line:
                break
        found = re.search(r"http://\S+", said)
        assert found, said
        assert said.endswith("L’index est chargé : Tresse répond.\n")
        yield found[0]
        server.terminate()


def test_a_question_is_answered_from_the_booklet(visit, ask, address):
    """Ask, read the answer, follow [1], see the highlighted quote; every request goes to the server of the page."""
    page = visit(address)
    reply = ask(page, QUESTION)
    assert "jusqu’à 50 % du capital d’une Scic" in re.sub(r"\s", " ", reply.inner_text()).replace("'", "’")
    reply.locator("a.chip").first.click()
    quote = page.locator("mark:focus")
    assert quote.is_visible()
    assert re.sub(r"\s+", " ", quote.inner_text()) in re.sub(r"\s+", " ", reply.inner_text())
    assert page.sent
    assert [url for url in page.sent if not url.startswith(address)] == []
    if pictures := os.environ.get("TRESSE_PICTURES"):
        page.mouse.move(0, 0)
        page.screenshot(path=Path(pictures) / "assistant.png")


def test_what_is_suggested_is_answered(visit, ask, address):
    """Under an answer stand questions that Tresse answers; one click asks, and what was searched is shown on request."""
    page = visit(address)
    ask(page, QUESTION)
    suggested = page.locator(".nexts button").first
    suggested.wait_for(timeout=30_000)
    question = suggested.inner_text()
    suggested.click()
    reply = page.locator("#chat .reponse.answered").nth(1)
    reply.wait_for(timeout=30_000)
    reply.locator(".searched summary").click()
    assert reply.locator(".searched .query").inner_text() == question
