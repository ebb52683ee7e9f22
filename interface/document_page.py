"""Every document to read: what Gradio shows, and what a link or a search changes in it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from answer.live import LOADING, Live
from errors import TresseError
from interface.document.looking import LONGEST_WORDS, Looking, done, look, search, step, view
from interface.document.outline import SHELF_LENGTH, shelf_html
from interface.web.turns import BusyError, Turns

if TYPE_CHECKING:
    from interface.desk import Desk
    from interface.document.upload import Uploads

log = logging.getLogger(__name__)

AT_ONCE, WAITING = 4, 12  # readers: more do not go faster, and the others must find a thread of the server
LONGEST_ORDER = 2_000  # characters: the address of a passage, or words to search
LOADING_LOOK = 1  # second between two looks at whether the index is there
OPENING = "Les documents s’ouvrent\u00a0: encore quelques secondes."
UNEXPECTED = "Une erreur inattendue a empêché l’affichage. Rechargez la page\u00a0; le journal du serveur en donne la cause."
# Not through Gradio's queue, whose stream misses what comes while it is being closed.
QUIET = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
HEAD = '<header id="titre"><h1>Documents</h1></header>'


@dataclass(frozen=True, slots=True)
class Board:
    """The components that what is read changes. In `order` static/document.js writes what a visitor wants to see."""

    looking: gr.State
    order: gr.Textbox
    head: gr.Markdown
    pick: gr.Textbox
    shelf: gr.Markdown
    contents: gr.Markdown
    words: gr.Textbox
    status: gr.Markdown
    matches: gr.Markdown
    sheet: gr.Markdown
    turns: Turns = field(default_factory=lambda: Turns(AT_ONCE, WAITING))

    @property
    def outputs(self) -> list[Any]:
        """Every component, as the outputs of an event."""
        return [getattr(self, each.name) for each in fields(self) if each.name != "turns"]

    def shown(self, desk: "Desk", seen: Looking, words: str | None = None, *, number: str = "0") -> dict[Any, Any]:
        """Return what changes when a visitor goes to a place, with other words in the box where `words` are given."""
        sight = view(desk, seen)
        several = len(desk.index.contents) > 1
        written = {} if words is None else {self.words: words}
        return written | {
            self.looking: seen,
            self.head: sight.head,
            self.pick: gr.update(visible=len(desk.index.contents) > SHELF_LENGTH),
            self.shelf: _shelf(desk, seen) if several else "",
            self.contents: sight.contents,
            self.status: sight.status,
            self.matches: sight.matches,
            self.sheet: sight.sheet + done(number, sight.address),
        }


def document_page(live: Live["Desk"], uploads: "Uploads | None" = None) -> None:
    """Lay out the documents in the page that is open; with `uploads`, others may be added and removed again."""
    head = gr.Markdown(HEAD, elem_id="doc-head", latex_delimiters=[])
    with gr.Row(elem_id="doc"):
        with gr.Column(elem_id="doc-ways", scale=1, min_width=0):
            pick = gr.Textbox(
                elem_id="pick", label="Trouver un document", placeholder="Mots du titre", visible=False, interactive=True
            )
            shelf = gr.Markdown("", elem_id="shelf", latex_delimiters=[])
            with gr.Column(elem_id="additions", visible=uploads is not None) as additions:
                pass
            contents = gr.Markdown("", elem_id="toc", latex_delimiters=[])
        with gr.Column(elem_id="doc-text", scale=3, min_width=0):
            with gr.Column(elem_id="finder"):
                with gr.Row(elem_id="find-row"):
                    words = gr.Textbox(
                        elem_id="find",
                        label="Chercher dans ce document",
                        placeholder="Un mot, une expression…",
                        interactive=True,
                    )
                    gr.Button("Précédent", size="sm", elem_id="find-previous", min_width=0)
                    gr.Button("Suivant", size="sm", elem_id="find-next", min_width=0)
                status, matches = (gr.Markdown("", elem_id=name, latex_delimiters=[]) for name in ("found", "matches"))
            sheet = gr.Markdown(_notice(OPENING), elem_id="sheet", latex_delimiters=[])
    board = Board(
        gr.State(Looking()),
        gr.Textbox(elem_id="order", show_label=False, visible="hidden", interactive=True),
        head,
        pick,
        shelf,
        contents,
        words,
        status,
        matches,
        sheet,
    )
    _open_at_arrival(board, live)
    _obey(board, live)
    _pick_on_request(board, live)
    if uploads:
        from interface.document.upload_panel import upload_panel  # only where it was asked for

        with additions:
            upload_panel(uploads, board, live)


def _open_at_arrival(board: Board, live: Live["Desk"]) -> None:
    """Show the passage of the page’s address once the documents are there."""
    loading = gr.Timer(LOADING_LOOK)

    def arrive(seen: Looking, request: gr.Request) -> dict[Any, Any]:
        if seen.document:
            return {loading: gr.update(active=False)}
        asked = request.query_params.get("p", "")
        return _kept(board, live, lambda desk: (look(desk, asked, seen), None)) | (
            {loading: gr.update(active=False)} if live.ready else {}
        )

    gr.on([loading.tick, gr.context.Context.root_block.load], arrive, board.looking, [*board.outputs, loading], **QUIET)


def _obey(board: Board, live: Live["Desk"]) -> None:
    """Follow links and search, as static/document.js asks: one order at a time, whose number is echoed when it is done."""

    def obey(order: str, seen: Looking) -> dict[Any, Any]:
        number, verb, what = [*order[:LONGEST_ORDER].split(" ", 2), "", ""][:3]

        def move(desk: "Desk") -> tuple[Looking, str | None]:
            if verb == "go":
                place = look(desk, what, seen)
                return place, None if place.words == seen.words else place.words
            here = seen if seen.document in desk.index.contents else look(desk, "", seen)
            return search(desk, here, what) if verb == "find" else step(desk, here, what, forward=verb == "next"), None

        return _kept(board, live, move, number)

    board.order.change(obey, [board.order, board.looking], board.outputs, **QUIET)


def _pick_on_request(board: Board, live: Live["Desk"]) -> None:
    def pick(words: str, seen: Looking) -> str:
        try:
            with board.turns.taken():
                return _shelf(live.current(), seen, words[:LONGEST_WORDS])
        except TresseError:
            return ""

    board.pick.change(pick, [board.pick, board.looking], board.shelf, **QUIET)


def _kept(
    board: Board, live: Live["Desk"], move: Callable[["Desk"], tuple[Looking, str | None]], number: str = "0"
) -> dict[Any, Any]:
    """Return what a move shows, or why it cannot be made. Never raises: Gradio would cover the text with « Erreur »."""
    try:
        desk = live.current()
        with board.turns.taken():
            return board.shown(desk, *move(desk), number=number)
    except BusyError as busy:
        return {board.status: f"<p>{escape(str(busy))}</p>" + done(number)}
    except TresseError as fault:
        return {board.sheet: _notice(OPENING if str(fault) == LOADING else str(fault)) + done(number)}
    except Exception:
        log.exception("a document could not be shown")
        return {board.sheet: _notice(UNEXPECTED) + done(number)}


def _shelf(desk: "Desk", seen: Looking, words: str = "") -> str:
    contents = desk.index.contents
    listed = shelf_html(contents, seen.document, words)
    opened = " open" if words else ""
    return (
        f'<details class="volet"{opened}><summary>Documents <span>({len(contents)})</span></summary>'
        f'<nav title="Documents">{listed}</nav></details>'
    )


def _notice(words: str) -> str:
    return f'<p class="avis">{escape(words)}</p>'
