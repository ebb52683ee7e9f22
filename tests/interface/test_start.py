"""What a visitor meets in the first seconds: a page at once, an index that comes a little later."""

import subprocess
import sys
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import pytest

from answer.live import LOADING, Live

ROOT = Path(__file__).parents[2]
# What an index or a model needs: each takes from a tenth of a second to several.
HEAVY = ("torch", "transformers", "sentence_transformers", "sklearn", "scipy", "faiss", "tantivy", "langchain_text_splitters")
PROBE = f"""
import sys
from answer.live import Live
from app import pages
from interface.server import web_application
web_application(pages(Live(lambda _: None, lambda: "")), names=())
print(*sorted(set({HEAVY!r}) & set(sys.modules)))
"""


def test_the_pages_import_nothing_heavy():
    """The pages are composed and ready to serve before anything that an index or a model needs is imported."""
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


@pytest.mark.browser
def test_a_question_before_the_index_is_told_to_wait(visit, ask, serve, live):
    """Until the index is there a question gets a message; then the page furnishes itself, and the question is answered."""
    opened = Event()

    def open_(_):
        opened.wait(60)
        return live.current()

    late = Live(open_, lambda: "g000001")
    late.start()
    with serve(late) as address:
        page = visit(address)
        assert LOADING in ask(page, "Que fait un réseau ?").inner_text()
        opened.set()
        page.locator("#said", has_text="Tresse est prête.").wait_for(state="attached", timeout=20_000)
        assert "Il mutualise." in ask(page, "Que fait un réseau ?").inner_text()
    late.settled.wait(10)


@pytest.mark.browser
def test_a_question_asked_at_once_is_answered(visit, ask, address):
    """Whoever types as soon as the box is there is answered: what the page fetches for itself takes no answer away."""
    for _ in range(3):
        assert "Il mutualise." in ask(visit(address), "Que fait un réseau ?").inner_text()


@pytest.mark.browser
def test_a_server_started_again_goes_on_with_the_conversation(visit, ask, serve, live, assistant):
    """What was asked before a restart of the server is still there, and the next question is understood after it."""
    with serve(live) as address:
        page = visit(address)
        ask(page, "Combien d’adhérents ?")
        page.wait_for_function("'tresse:questions' in localStorage")
        page.wait_for_timeout(500)
    with serve(live, port=urlsplit(address).port):
        page.wait_for_timeout(500)
        page.get_by_role("button", name="Vérifier").click()
        page.locator("#chat .checks").wait_for()
        assert "Il mutualise." in ask(page, "Que fait un réseau ?").inner_text()
        assert page.locator("#chat .question").count() == 2
        assert [turn.content for turn in assistant.asked[-1][1]] == ["Combien d’adhérents ?", "« 340 adhérents » [1]"]
