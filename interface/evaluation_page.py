"""How good the answers are: what Gradio shows of the runs of `eval`, and what a choice, a start or a stop changes in it.

`interface` imports `eval` for this page alone, which shows and starts what `eval` measures. Only the handlers import it, with
what draws with it in `interface/evaluation/`: that takes seconds, and the page is laid out before the server listens.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import gradio as gr

from answer.live import Live
from errors import TresseError
from interface.evaluation.evaluator import Evaluator
from interface.evaluation.naming import RUN_PARAMETER, report_address
from interface.evaluation.shelf import PUBLISHED, Shelf
from interface.evaluation.starter import QUICK, QUIET, lay_out_starter, run_evaluations
from interface.evaluation.telling import NO_RUN, block, notice
from interface.web.turns import Turns

if TYPE_CHECKING:
    from interface.desk import Desk

log = logging.getLogger(__name__)

UNEXPECTED = "Une erreur inattendue a empêché l’affichage\u00a0; le journal du serveur en donne la cause."
HEADER = (
    "<header><h1>Évaluation</h1><p>Ce que valent les réponses de Tresse, mesuré sur des questions dont on connaît "
    "la bonne réponse, mot pour mot.</p></header>"
)
NO_OTHER = "aucune"
AT_ONCE, WAITING = 2, 12  # readers: a comparison draws thousands of samples, and the others must find a thread of the server
FIRST_CHOICES = ("Tous les genres", "Toutes les parties", "Toutes les causes")


@dataclass(frozen=True, slots=True)
class Board:
    """The components that the events change. `place` is the page of failures, from 0; `titled`, whether documents are named."""

    chosen: gr.Dropdown
    report: gr.Button
    shown: gr.Markdown
    filters: tuple[gr.Dropdown, gr.Dropdown, gr.Dropdown]
    place: gr.State
    titled: gr.State
    failures: gr.Markdown
    previous: gr.Button
    following: gr.Button
    failing: gr.Column
    other: gr.Dropdown
    compared: gr.Markdown
    both: gr.Button
    comparing: gr.Column
    turns: Turns = field(default_factory=lambda: Turns(AT_ONCE, WAITING))


def evaluation_page(live: Live["Desk"], evaluator: Evaluator | None = None, shelf: Shelf | None = None) -> None:
    """Lay out the evaluations of var/eval, or of another `shelf`; with an `evaluator`, visitors may start and stop some."""
    shelf = shelf or Shelf(live)
    gr.Markdown(HEADER, elem_id="eval-head", latex_delimiters=[])
    with gr.Row(elem_id="eval-choice"):
        chosen = gr.Dropdown([], label="Évaluation montrée", filterable=False, elem_id="eval-chosen", scale=1)
        report = gr.Button("Télécharger le rapport", elem_id="eval-report", scale=0, min_width=0, visible=False)
    starter = lay_out_starter() if evaluator else None
    shown = gr.Markdown(notice("Les évaluations se chargent…"), elem_id="eval-shown", latex_delimiters=[])
    board = _board(chosen, report, shown)
    _list_at_arrival(board, shelf)
    _show_what_is_chosen(board, shelf)
    _filter_failures(board, shelf)
    _compare(board, shelf)
    if evaluator and starter:
        lists = [board.chosen, board.other, board.comparing]
        run_evaluations(starter, evaluator, board.chosen, lists, lambda wanted: _listed(board, shelf, wanted))


def _board(chosen: gr.Dropdown, report: gr.Button, shown: gr.Markdown) -> Board:
    with gr.Column(visible=False, elem_id="eval-failing") as failing:
        gr.Markdown("<h2>Échecs</h2>", elem_id="eval-failures-title", latex_delimiters=[])
        with gr.Row(elem_id="eval-filters"):
            kind, part, fault = (
                gr.Dropdown([(every, "")], value="", label=label, filterable=False, min_width=140, interactive=True)
                for label, every in zip(("Genre", "Partie", "Cause"), FIRST_CHOICES, strict=True)
            )
        failures = gr.Markdown("", elem_id="eval-failures", latex_delimiters=[])
        with gr.Row(elem_id="eval-pages"):
            previous = gr.Button("Précédents", size="sm", min_width=0, scale=0, elem_id="eval-previous")
            following = gr.Button("Suivants", size="sm", min_width=0, scale=0, elem_id="eval-following")
    with gr.Column(visible=False, elem_id="eval-comparing") as comparing:
        gr.Markdown("<h2>Comparer</h2>", latex_delimiters=[])
        with gr.Row(elem_id="eval-other-row"):
            other = gr.Dropdown(
                [("Choisissez une évaluation", NO_OTHER)], value=NO_OTHER, label="Comparer avec", filterable=False,
                elem_id="eval-other", scale=1, interactive=True,
            )  # fmt: skip
            both = gr.Button("Rapport des deux", elem_id="eval-both", scale=0, min_width=0, visible=False)
        compared = gr.Markdown("", elem_id="eval-compared", latex_delimiters=[])
    return Board(
        chosen=chosen,
        report=report,
        shown=shown,
        filters=(kind, part, fault),
        place=gr.State(0),
        titled=gr.State(False),
        failures=failures,
        previous=previous,
        following=following,
        failing=failing,
        other=other,
        compared=compared,
        both=both,
        comparing=comparing,
    )


def _show_what_is_chosen(board: Board, shelf: Shelf) -> None:
    kept = [
        board.shown,
        board.report,
        board.failing,
        board.titled,
        board.place,
        board.failures,
        board.previous,
        board.following,
    ]
    loading = gr.Timer(QUICK)

    def show(folder: str | None) -> dict[Any, Any]:
        return _told(board, board.shown, lambda: _shown(board, shelf, folder))

    def name_parts(folder: str | None, titled: bool) -> dict[Any, Any]:
        """Show the run again once the documents are there, whose parts it names."""
        if not (titled or shelf.ready):
            return {board.titled: False}
        return {loading: gr.update(active=False)} | ({} if titled else show(folder))

    board.chosen.change(show, board.chosen, [*kept, *board.filters], **QUIET)
    loading.tick(name_parts, [board.chosen, board.titled], [loading, *kept, *board.filters], **QUIET)


def _shown(board: Board, shelf: Shelf, folder: str | None) -> dict[Any, Any]:
    from eval.failures import failures
    from interface.evaluation.failure_list import Filter, choices
    from interface.evaluation.figures import run_section, titles_of

    if not folder:
        return {board.shown: notice(NO_RUN), board.report: gr.update(visible=False), board.failing: gr.update(visible=False)}
    measured = shelf.open(folder)
    titles = titles_of(shelf.documents(measured), measured)
    first = [notice(NO_RUN)] if folder == PUBLISHED and len(shelf.choices()) == 1 else []
    found = choices(failures(measured.outcomes), titles)
    filters = {each: gr.update(choices=of, value="") for each, of in zip(board.filters, found, strict=True)}
    return {
        board.shown: "".join((*first, block(run_section(measured, titles)))),
        board.report: gr.update(visible=folder != PUBLISHED, link=report_address(folder)),
        board.failing: gr.update(visible=folder != PUBLISHED),
        board.titled: shelf.ready,
        **filters,
        **_failures(board, shelf, folder, 0, Filter()),
    }


def _filter_failures(board: Board, shelf: Shelf) -> None:
    inputs = [board.chosen, board.place, *board.filters]
    outputs = [board.failures, board.place, board.previous, board.following]

    def turned(step: int | None) -> Callable[..., dict[Any, Any]]:
        """Return what shows another page: so many further, or the first where the filters changed."""

        def turn(folder: str | None, place: int, kind: str, part: str, fault: str) -> dict[Any, Any]:
            from interface.evaluation.failure_list import Filter

            target = 0 if step is None else place + step
            wanted = Filter(kind, part, fault)
            return _told(board, board.failures, lambda: _failures(board, shelf, folder, target, wanted) if folder else {})

        return turn

    gr.on([each.input for each in board.filters], turned(None), inputs, outputs, **QUIET)
    board.previous.click(turned(-1), inputs, outputs, **QUIET)
    board.following.click(turned(1), inputs, outputs, **QUIET)


def _failures(board: Board, shelf: Shelf, folder: str, place: int, wanted: Any) -> dict[Any, Any]:
    from eval.failures import failures
    from interface.evaluation.failure_list import failure_page, page_count
    from interface.evaluation.figures import titles_of

    measured = shelf.open(folder)
    documents = shelf.documents(measured)
    found = [failure for failure in failures(measured.outcomes) if wanted.keeps(failure)]
    last = page_count(found) - 1
    place = min(max(place, 0), last)
    readable = [document.id for document in documents]
    return {
        board.failures: block(failure_page(found, place, titles_of(documents, measured), readable=readable)),
        board.place: place,
        board.previous: gr.update(interactive=place > 0, visible=last > 0),
        board.following: gr.update(interactive=place < last, visible=last > 0),
    }


def _compare(board: Board, shelf: Shelf) -> None:
    def compare(folder: str | None, other: str) -> dict[Any, Any]:
        return _told(board, board.compared, lambda: _compared(board, shelf, folder or PUBLISHED, other or NO_OTHER))

    gr.on(
        [board.chosen.change, board.other.change], compare, [board.chosen, board.other], [board.compared, board.both], **QUIET
    )


def _compared(board: Board, shelf: Shelf, folder: str, other: str) -> dict[Any, Any]:
    from interface.evaluation.comparison import PUBLISHED_ALONE, SAME_RUN, comparison_section

    said = SAME_RUN if folder == other else PUBLISHED_ALONE if folder == PUBLISHED else ""
    if other == NO_OTHER or said:
        return {board.compared: notice(said) if said and other != NO_OTHER else "", board.both: gr.update(visible=False)}
    one, two = shelf.open(folder), shelf.open(other)
    # The folder of a run begins with its date: the report shows the earlier first, as the page does.
    link = report_address(*sorted((folder, other)))
    return {board.compared: block(comparison_section(one, two)), board.both: gr.update(visible=True, link=link)}


def _list_at_arrival(board: Board, shelf: Shelf) -> None:
    def arrive(request: gr.Request) -> dict[Any, Any]:
        wanted = request.query_params.get(RUN_PARAMETER)
        return _told(board, board.shown, lambda: _listed(board, shelf, wanted))

    shown = [board.chosen, board.other, board.comparing, board.shown]
    gr.context.Context.root_block.load(arrive, None, shown, **QUIET)


def _listed(board: Board, shelf: Shelf, wanted: str | None) -> dict[Any, Any]:
    """Return the lists of runs, with the one that is wanted chosen, else the newest."""
    choices = shelf.choices()
    folders = [folder for _, folder in choices]
    value = wanted if wanted in folders else next(iter(folders), None)
    runs = [each for each in choices if each[1] != PUBLISHED]
    return {
        board.chosen: gr.update(choices=choices, value=value),
        board.other: gr.update(choices=[("Choisissez une évaluation", NO_OTHER), *runs]),
        board.comparing: gr.update(visible=len(runs) > 1),
    }


def _told(board: Board, where: gr.Markdown, make: Callable[[], dict[Any, Any]]) -> dict[Any, Any]:
    """Return what `make` does, or the sentence that says why it could not: where a handler raises, Gradio hides the page."""
    try:
        with board.turns.taken():
            return make()
    except TresseError as fault:
        return {where: notice(str(fault))}
    except Exception:
        log.exception("evaluation page")
        return {where: notice(UNEXPECTED)}
