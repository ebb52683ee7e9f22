from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from threading import Lock
from time import sleep

import gradio as gr

from answer.entry import QUESTION_LIMIT
from interface.assistant import handlers as module
from interface.assistant.exchange import Exchange
from interface.assistant.handlers import (
    EVERYWHERE,
    MOST_QUESTIONS,
    NOTHING_ASKED,
    TOO_MANY,
    Handlers,
    Parts,
    check,
    question_fault,
    scope_choices,
    scope_label,
)
from interface.assistant.kept import KEPT
from interface.assistant.told import TITLES_SHOWN, welcome
from interface.web.turns import BUSY
from interface.web.waiting import AT_ONCE


def test_a_blank_question_is_refused_in_words():
    """Nothing, spaces and line ends are not a question."""
    for text in ("", "   ", "\n\t\u00a0"):
        assert question_fault(text) == NOTHING_ASKED


def test_a_long_question_is_refused_with_the_limit():
    """The sentence says how long the question is and how long it may be."""
    assert question_fault("a" * QUESTION_LIMIT) == ""
    fault = question_fault("a" * 100_000)
    assert "100000 caractères" in fault
    assert str(QUESTION_LIMIT) in fault


def test_the_closed_filter_says_where_it_searches():
    """Everything when nothing is chosen, else how many parts."""
    assert scope_label([]) == EVERYWHERE
    assert scope_label(["livret#fiche-1"]) == "Chercher dans 1 partie"
    assert scope_label(["livret#fiche-1", "livret#fiche-2"]) == "Chercher dans 2 parties"


def test_the_welcome_names_the_documents(assistant, document, other_document, make_live):
    """A visitor sees what can be asked about before asking; of many documents a few, and how many there are."""
    contents = make_live(assistant, document, other_document).current().index.contents
    assert "<li>Le livret</li><li>L’autre texte</li></ul>" in welcome(contents)
    many = {str(number): contents["livret"] for number in range(TITLES_SHOWN + 3)}
    assert welcome(many).count("<li>") == TITLES_SHOWN + 1
    assert "<li>et 3 autres</li>" in welcome(many)


def test_a_search_is_restricted_to_parts_of_one_document_or_to_whole_ones(assistant, document, other_document, make_live):
    """The fiches of a booklet are told apart; with several documents, the documents."""
    alone = scope_choices(make_live(assistant, document).current().index.contents)
    assert alone == [("Fiche 1 – Les réseaux", "livret#fiche-1"), ("Fiche 2 – Les marques", "livret#fiche-2")]
    several = scope_choices(make_live(assistant, document, other_document).current().index.contents)
    assert several == [("Le livret", "livret"), ("L’autre texte", "autre")]


class SlowAssistant:
    """Takes its time, and counts how many questions it is asked at once."""

    def __init__(self, answer):
        self.answer, self.under_way, self.most, self.asked, self.lock = answer, 0, 0, 0, Lock()

    def ask(self, *_, **__):
        """Answer after a while."""
        with self.lock:
            self.under_way, self.asked = self.under_way + 1, self.asked + 1
            self.most = max(self.most, self.under_way)
        sleep(0.05)
        with self.lock:
            self.under_way -= 1
        return self.answer


def handlers(live):
    """The handlers of a page of which nothing is shown."""
    return Handlers(Parts(**{each.name: object() for each in fields(Parts)}), live, None)


def test_conversations_are_asked_again_one_at_a_time(answering, document, make_live, monkeypatch):
    """However many pages come back at once they take one processor, each for a while; those who must wait try again."""
    monkeypatch.setattr(module, "RECALL", 0.2)
    assistant = SlowAssistant(answering("Oui."))
    does = handlers(make_live(assistant, document))
    kept = [["Question ?", []]] * KEPT
    with ThreadPoolExecutor(12) as pool:
        shown = list(pool.map(lambda _: does.furnish(kept, ()), range(12)))
    assert assistant.most == 1
    assert assistant.asked < 4 * KEPT
    later = [each for each in shown if each[does.parts.loading] == gr.update(active=True)]
    found = [each for each in shown if does.parts.talk in each]
    assert found
    assert later
    assert len(found) + len(later) == 12


def test_a_question_that_is_not_waited_for_still_holds_its_turn(answering, document, make_live, monkeypatch):
    """Whoever asks and stops, again and again, has no more questions answered at once than there are turns."""
    monkeypatch.setattr(module, "WAITING", 1)
    assistant = SlowAssistant(answering("Oui."))
    does = handlers(make_live(assistant, document))
    with ThreadPoolExecutor(30) as pool:
        told = list(pool.map(lambda number: does._settled(Exchange(number, "Qui ?"), ()), range(30)))
    assert assistant.most <= AT_ONCE
    assert {each.fault for each in told if not each.answer} == {BUSY}


def test_a_conversation_does_not_grow_without_end():
    """From a number of questions on a new one is begun, which is said under the box."""
    said = tuple(Exchange(number, "Qui ?") for number in range(MOST_QUESTIONS))
    assert check("Et qui ?", [], said, [])[0] == gr.validate(False, TOO_MANY)
    assert check("Et qui ?", [], said[1:], [])[0]["is_valid"]
