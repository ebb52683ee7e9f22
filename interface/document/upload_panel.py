"""The part of the documents where one is added or taken out again: what Gradio shows, and what happens meanwhile."""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import gradio as gr

from answer.live import Live
from errors import TresseError
from interface.document.looking import Looking, look
from interface.document.upload import MOST_BYTES, MOST_FILES, Added, Job, Uploads, spoken_size
from interface.links import passage_link
from interface.web.visitor import mailbox, operates, owner

if TYPE_CHECKING:
    from interface.desk import Desk
    from interface.document_page import Board

log = logging.getLogger(__name__)

_LOOK = 0.3  # second between two looks at what an addition is doing
_PATIENCE = 10  # seconds between two signs that it goes on: a screen reader says each of them
WAITING = "Un instant"
NOT_YOURS = (
    "Ce document a été ajouté par quelqu’un d’autre, ou avant que Tresse soit relancée : "
    "demandez à la personne qui tient ce serveur de le retirer."
)
QUEUED = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 1}
AT_ONCE = {"show_progress": "hidden", "api_visibility": "private", "queue": False}


@dataclass(frozen=True, eq=False)
class Panel:
    """The components that an addition or a removal changes, besides those of `board`, and what becomes of them."""

    uploads: Uploads
    board: "Board"
    live: Live["Desk"]
    file: gr.File
    told: gr.Markdown
    withdraw: gr.Button
    sure: gr.Column
    asked: gr.Markdown

    def add(self, seen: Looking, request: gr.Request) -> Iterator[dict[Any, Any]]:
        """Add the file that whoever asks has just sent."""
        try:
            path = mailbox(request).take()
        except TresseError as fault:
            yield {self.told: _notice(str(fault)), self.file: None}
            return
        job = self.uploads.add(path, path.name, owner(request))
        for progress in _watched(job):
            yield {self.told: progress}
        try:
            added = job.outcome.result()
        except TresseError as fault:
            yield {self.told: _refused(path.name, str(fault)), self.file: None}
            return
        assert isinstance(added, Added)
        desk = self.live.current()
        place = look(desk, f"{added.document.id}@0-0", seen)
        yield {**self.board.shown(desk, place, ""), self.told: added_html(added), self.file: None}

    def remove(self, seen: Looking, request: gr.Request) -> Iterator[dict[Any, Any]]:
        """Take the document that is read out again."""
        if not self._may_remove(seen, request):
            yield {self.told: _notice(NOT_YOURS), self.sure: gr.update(visible=False)}
            return
        job = self.uploads.remove(seen.document)
        for progress in _watched(job):
            yield {self.told: progress, self.sure: gr.update(visible=False)}
        try:
            title = job.outcome.result()
        except TresseError as fault:
            yield {self.told: _notice(str(fault)), self.sure: gr.update(visible=False)}
            return
        desk = self.live.current()
        yield {
            **self.board.shown(desk, look(desk, "", seen), ""),
            self.told: f'<p class="fait">«\u00a0{escape(str(title))}\u00a0» est retiré, et son fichier effacé.</p>',
            self.sure: gr.update(visible=False),
        }

    def offer(self, seen: Looking, request: gr.Request) -> tuple[Any, Any]:
        """Offer to take out the document that is read, to whoever may."""
        return gr.update(visible=self._may_remove(seen, request)), gr.update(visible=False)

    def doubt(self, seen: Looking, request: gr.Request) -> dict[Any, Any]:
        """Ask whether it is meant."""
        if not self._may_remove(seen, request):
            return {self.told: _notice(NOT_YOURS)}
        listed = self.live.current().index.contents.get(seen.document)
        title = listed.title if listed else seen.document
        return {
            self.told: "",
            self.asked: f"<p>Retirer «\u00a0{escape(title)}\u00a0»\u00a0? Son fichier sera effacé.</p>",
            self.sure: gr.update(visible=True),
            self.withdraw: gr.update(visible=False),
        }

    def _may_remove(self, seen: Looking, request: gr.Request) -> bool:
        allowed = operates(request) or self.uploads.added_by(seen.document, owner(request))
        return allowed and self.uploads.added(seen.document)


def upload_panel(uploads: Uploads, board: "Board", live: Live["Desk"]) -> None:
    """Lay out what adds a document to those of `board`, and takes out again the one that is read."""
    with gr.Accordion("Ajouter un document", open=False, elem_id="add"):
        gr.Markdown(limits_html(uploads.formats), elem_id="add-limits", latex_delimiters=[])
        file = gr.File(label="Fichier à ajouter", elem_id="add-file", height=180, interactive=True)
    told = gr.Markdown("", elem_id="add-told", latex_delimiters=[])
    withdraw = gr.Button("Retirer ce document", size="sm", elem_id="withdraw", visible=False)
    with gr.Column(elem_id="withdraw-sure", visible=False) as sure:
        asked = gr.Markdown("", latex_delimiters=[])
        with gr.Row():
            yes = gr.Button("Oui, le retirer", size="sm", elem_id="withdraw-yes", min_width=0)
            no = gr.Button("Non, le garder", size="sm", elem_id="withdraw-no", min_width=0)
    does = Panel(uploads, board, live, file, told, withdraw, sure, asked)
    outputs = [*board.outputs, file, told, withdraw, sure, asked]
    # The file is no input, for no event takes one: it waits where whoever sent it alone reaches it.
    file.upload(does.add, board.looking, outputs, **QUEUED)
    board.looking.change(does.offer, board.looking, [withdraw, sure], **AT_ONCE)
    withdraw.click(does.doubt, board.looking, [told, asked, sure, withdraw], **AT_ONCE)
    no.click(does.offer, board.looking, [withdraw, sure], **AT_ONCE)
    yes.click(does.remove, board.looking, outputs, **QUEUED)
    gr.context.Context.root_block.unload(_leave)


def _leave(request: gr.Request) -> None:
    """Remove what a visitor has sent and not added when they close the page."""
    with suppress(TresseError):
        mailbox(request).forget()


def _watched(job: Job) -> Iterator[str]:
    """Tell what a job is doing: at once, at each of its steps, and now and then that it goes on."""
    started, told = monotonic(), ""
    while True:
        patience = int((monotonic() - started) // _PATIENCE * _PATIENCE)
        now = _progress(tuple(job.steps) or (WAITING,), patience)
        if now != told:
            told = now
            yield now
        try:
            job.outcome.exception(timeout=_LOOK)
        except NotYet:
            continue
        return


def limits_html(formats: dict[str, int]) -> str:
    """Say before what can be added, to the reader and to static/document.js, which stops what is too large from being sent."""
    lines = ""
    for size in sorted(set(formats.values())):
        known = [suffix for suffix in formats if formats[suffix] == size]
        lines += f'<li class="max-{size}" title="{" ".join(known)}">{", ".join(known)}\u00a0: {spoken_size(size)} au plus</li>'
    return (
        f'<ul class="limites">{lines}</ul><p>Le fichier reste sur le serveur, à lire par tous ceux qui s’en servent. '
        f"{MOST_FILES}\u00a0documents et {spoken_size(MOST_BYTES)} au plus en tout. Vous pourrez le retirer.</p>"
        '<p id="add-refused" class="avis"></p>'
    )


def _progress(steps: Sequence[str], seconds: int) -> str:
    *finished, current = (escape(step) for step in steps)
    items = "".join(f'<li class="fini">{step}</li>' for step in finished)
    since = f" ({seconds}\u00a0secondes)" if seconds else ""
    return f'<ol class="etapes">{items}<li class="en-cours">{current}…{since}</li></ol>'


def _notice(sentence: str) -> str:
    return f'<p class="avis">{escape(sentence)}</p>'


def _refused(name: str, reason: str) -> str:
    return f'<p class="avis"><strong>{escape(name)}</strong> n’a pas été ajouté. {escape(reason)}</p>'


def added_html(added: Added) -> str:
    """Say what was found in a document, and what can be asked of it."""
    document = added.document
    pages = document.page(len(document.text) - 1)
    sections = sum(block.kind == "heading" for block in document.blocks)
    paragraphs = len(document.blocks) - sections
    found = [
        _count(pages, "page") if pages else "",
        _count(paragraphs, "paragraphe"),
        _count(sections, "titre"),
        _count(added.passages, "passage cherchable", "passages cherchables"),
    ]
    remarks = "".join(f"<li>{escape(remark)}</li>" for remark in added.remarks)
    questions = "".join(
        f'<li><a href="/?q={quote(question, safe="")}">{escape(question)}</a></li>' for question in added.questions
    )
    link = escape(passage_link(document.id, 0, 0))
    return (
        f'<section class="fait ajout"><h2>Ajouté</h2><p><a href="{link}">{escape(document.title)}</a></p>'
        f"<p>{', '.join(filter(None, found))}.</p>"
        + (f'<p>À savoir sur sa lecture\u00a0:</p><ul class="remarques">{remarks}</ul>' if remarks else "")
        + (f'<p>Questions auxquelles il répond\u00a0:</p><ul class="questions">{questions}</ul>' if questions else "")
        + ("" if questions else '<p><a href="/">Posez-lui vos questions</a></p>')
        + "</section>"
    )


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number}\u00a0{noun}" if number == 1 else f"{number}\u00a0{plural or noun + 's'}"
