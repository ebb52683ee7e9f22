"""What each thing that a visitor does changes on the Assistant page. Lays out nothing.

No handler raises: Gradio would hide the whole conversation. What comes from the browser is not trusted: Gradio hands it over
unread, because its own reading would refuse the scopes of documents that came after the page was laid out.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import gradio as gr

from answer.entry import QUESTION_LIMIT
from answer.live import Live
from errors import TresseError
from interface.assistant.exchange import STOPPED, Exchange, settle, settle_all, suggested
from interface.assistant.export import as_markdown, as_page
from interface.assistant.feedback import Feedback
from interface.assistant.kept import keep, read_kept
from interface.assistant.messages import messages
from interface.assistant.orders import Done, obey
from interface.assistant.running import Running
from interface.assistant.sources import panel
from interface.assistant.told import announced, comment_label, download, finished, notice, welcome
from interface.web.turns import BusyError, Turns
from interface.web.waiting import AT_ONCE

if TYPE_CHECKING:
    from index.contents import Contents
    from interface.desk import Desk

Said = tuple[Exchange, ...]
Shown = dict[Any, Any]  # what a handler changes, by component

EVERYWHERE = "Chercher partout"
WAITING = 24  # questions of all visitors, beyond those that are answered at once
RECALLS_WAITING, PATIENCE = 4, 5.0  # conversations that wait to be asked again, and seconds that each of them waits
RECALL = 3.0  # seconds that one may take: ten times what it takes a reader who comes back
MOST_QUESTIONS = 100  # of a conversation
LONGEST_ORDER = 2_000  # characters: a remark, and what it is about
TOO_MANY = f"Cette conversation compte déjà {MOST_QUESTIONS} questions\u00a0: commencez-en une nouvelle."
NOTHING_ASKED = "Écrivez d’abord votre question."
RESTARTED, ERASED = "Nouvelle conversation.", "Conversation effacée\u00a0: rien n’en reste dans ce navigateur."


@dataclass(frozen=True, eq=False)
class Parts:
    """What of the page changes: what is shown, and what is only held."""

    chat: gr.Chatbot
    panel: gr.Markdown
    question: gr.Textbox
    scopes: gr.CheckboxGroup
    comment: gr.Textbox
    status: gr.Markdown
    outbox: gr.Markdown
    loading: gr.Timer
    talk: gr.State
    judged: gr.State
    kept: gr.BrowserState

    @property
    def all(self) -> list[Any]:
        """Every part, as the outputs of a handler."""
        return list(vars(self).values())


class Handlers:
    """Answers what a visitor does on one page, by what changes in it."""

    def __init__(self, parts: Parts, live: "Live[Desk]", feedback: Feedback | None) -> None:
        self.parts, self.live, self.feedback = parts, live, feedback
        self.running: Running[Exchange] = Running()
        self.answering, self.recalling, self.working = Turns(AT_ONCE, WAITING), Turns(1, RECALLS_WAITING), Turns(2, WAITING)

    def furnish(self, stored: Any, said: Said) -> Shown:
        """Fill in what rests on the documents, once they are there, and ask again what the visitor's browser kept."""
        parts = self.parts
        try:
            desk = self.live.current()
        except TresseError as fault:
            return {parts.chat: gr.update(placeholder=notice(str(fault)))}
        contents = desk.index.contents
        shown: Shown = {
            parts.chat: gr.update(placeholder=welcome(contents, desk.examples)),
            parts.scopes: gr.update(choices=scope_choices(contents)),
            parts.loading: gr.update(active=False),
            parts.status: announced("Tresse est prête.", ready=True),
        }
        try:
            found = () if any(exchange.answer for exchange in said) else self._again(stored, patience=0)
        except BusyError:  # the next tick tries again
            return shown | {parts.loading: gr.update(active=True)}
        return shown | self._restored(found, shown) if found else shown

    def _again(self, stored: Any, *, patience: float) -> Said:
        """Ask again what a browser kept, within a few seconds of one processor for all visitors. Raises BusyError."""
        questions = read_kept(stored)
        if not questions:
            return ()
        with self.recalling.taken(patience):
            return settle_all(questions, self.live, seconds=RECALL)

    def _restored(self, found: Said, furnished: Shown) -> Shown:
        parts = self.parts
        counted = f"{len(found)} réponse{'s' if len(found) > 1 else ''}"
        told = self._told(found, f"Conversation retrouvée, {counted}.", ready=True)
        value = messages(found, suggested(found, self.live))
        return told | {parts.chat: gr.update(value=value, placeholder=furnished[parts.chat]["placeholder"])}

    def ask(self, text: Any, within: Any, said: Said, stored: Any, request: gr.Request) -> Iterator[Shown]:
        """Show a question at once, then its answer, then what could be asked next."""
        parts, said = self.parts, self._recalled(said, stored)
        scopes = tuple(str(scope) for scope in within) if isinstance(within, list) else ()
        asked = Exchange(len(said) + 1, str(text).strip(), scopes)
        yield self._told((*said, asked), "") | {parts.talk: said, parts.question: ""}
        outcome = self.running.outcome(str(request.session_hash), partial(self._settled, asked, said))
        if outcome == "forgotten":
            return
        told = (*said, replace(asked, fault=STOPPED) if outcome == "stopped" else outcome)
        yield self._told(told, finished(told[-1])) | ({parts.kept: keep(told)} if told[-1].answer else {})
        yield {parts.chat: messages(told, suggested(told, self.live))}

    def _settled(self, asked: Exchange, said: Said) -> Exchange:
        """Answer a question when its turn comes: one that is not waited for any more still holds it."""
        try:
            with self.answering.taken():
                return settle(asked, said, self.live)
        except BusyError as busy:
            return replace(asked, fault=str(busy))

    def _recalled(self, said: Said, stored: Any) -> Said:
        """Return the conversation; where a server that was started again has forgotten it, as the browser still knows it.

        Where too many are asked again at once it begins anew.
        """
        try:
            return said if said or not self.live.ready else self._again(stored, patience=PATIENCE)
        except BusyError:
            return ()

    def stop(self, request: gr.Request) -> None:
        """Stop waiting for the question under way."""
        self.running.cut(str(request.session_hash), "stopped")

    def restart(self, request: gr.Request) -> Shown:
        """Begin a new conversation."""
        return self._begun(RESTARTED, request)

    def erase(self, request: gr.Request) -> Shown:
        """Forget the conversation, here and in the browser."""
        return self._begun(ERASED, request)

    def _begun(self, words: str, request: gr.Request) -> Shown:
        self.running.cut(str(request.session_hash), "forgotten")
        parts = self.parts
        return self._told((), words) | {parts.question: "", parts.outbox: "", parts.kept: []}

    def follow(self, order: Any, said: Said, stored: Any) -> Shown:
        """Do what a button of an answer asks for, as « 4 judge 3 useful »: the fourth order, on the third answer."""
        parts, wanted = self.parts, str(order)[:LONGEST_ORDER].partition(" ")[2]
        try:
            with self.working.taken():
                return self._followed(obey(wanted, self._recalled(said, stored), self.live, self.feedback))
        except BusyError as busy:
            return {parts.status: announced(str(busy))}

    def _followed(self, done: Done) -> Shown:
        parts = self.parts
        shown: Shown = {
            parts.chat: messages(done.said, suggested(done.said, self.live)),
            parts.talk: done.said,
            parts.status: announced(done.words),
        }
        if not done.judged:
            return shown
        box = gr.update(visible=True, value="", label=comment_label(done.judged))
        return shown | {parts.comment: box, parts.judged: done.judged.number}

    def remark(self, words: Any, judged: int, said: Said) -> Shown:
        """Add words to the opinion that was just given."""
        remark = str(words).strip()[:LONGEST_ORDER]
        try:
            with self.working.taken():
                done = obey(f"remark {judged} {remark}", said, self.live, self.feedback)
        except BusyError as busy:
            return {self.parts.status: announced(str(busy))}
        return {self.parts.status: announced(done.words), self.parts.comment: gr.update(visible=False, value="")}

    def export_markdown(self, said: Said, stored: Any) -> Shown:
        """Hand over the conversation as Markdown."""
        return self._exported("conversation-tresse.md", as_markdown, said, stored)

    def export_page(self, said: Said, stored: Any) -> Shown:
        """Hand over the conversation as a page of its own."""
        return self._exported("conversation-tresse.html", as_page, said, stored)

    def _exported(self, name: str, write: Callable[[Said, datetime], str], said: Said, stored: Any) -> Shown:
        try:
            with self.working.taken():
                text = write(self._recalled(said, stored), datetime.now())
        except BusyError as busy:
            return {self.parts.status: announced(str(busy))}
        told = announced(f"Fichier {name} enregistré.")
        return {self.parts.outbox: download(name, text, token_hex(4)), self.parts.status: told}

    def _told(self, said: Said, words: str, *, ready: bool = False) -> Shown:
        parts = self.parts
        return {
            parts.chat: messages(said),
            parts.panel: panel(said),
            parts.talk: said,
            parts.status: announced(words, ready=ready),
            parts.comment: gr.update(visible=False),
        }


def scope_choices(contents: "Contents") -> list[tuple[str, str]]:
    """Return what can be searched alone: the parts of one document, or the documents of several."""
    if len(contents) > 1:
        return [(document.title, document.id) for document in contents.values()]
    return [(part.title, f"{document.id}#{part.id}") for document in contents.values() for part in document.parts]


def scope_label(chosen: Sequence[str]) -> str:
    """Say in the closed filter where the next question is searched."""
    if not chosen:
        return EVERYWHERE
    return "Chercher dans 1 partie" if len(chosen) == 1 else f"Chercher dans {len(chosen)} parties"


def check(text: Any, *others: Any, refusal: str = "") -> list[dict[str, Any]]:
    """Refuse a question under its box, where it stays to be corrected. Gradio wants a word on every other input too.

    The second of the `others` is the conversation, of which every question shows the whole again. `refusal`: why no question
    is taken now, whatever it is.
    """
    many = TOO_MANY if len(others) > 1 and len(others[1] or ()) >= MOST_QUESTIONS else ""
    fault = question_fault(str(text)) or many or refusal
    return [gr.validate(not fault, fault), *(gr.validate(True, "") for _ in others)]


def question_fault(text: str) -> str:
    """Return why `text` cannot be asked, or nothing."""
    if not text.strip():
        return NOTHING_ASKED
    if len(text) > QUESTION_LIMIT:
        return (
            f"Votre question compte {len(text)} caractères\u00a0; la limite est de {QUESTION_LIMIT}. "
            "Raccourcissez-la, elle est restée dans la case."
        )
    return ""
