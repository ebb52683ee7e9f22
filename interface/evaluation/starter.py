"""An evaluation started from the page: what Gradio shows of it, and what a start, a stop and a second that passes change.

Every visitor sees the one that runs, whoever started it. Knows nothing of what a run contains.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from errors import TresseError
from eval.listing import list_runs
from interface.evaluation.evaluator import Evaluator, Progress
from interface.evaluation.naming import HALVES
from interface.evaluation.telling import notice, progress_told
from interface.web.visitor import NOT_OPERATOR, operates

QUICK, SLOW = 1.0, 4.0  # seconds between two looks at an evaluation: while one runs, and in case another visitor starts one
# Nothing here waits for the questions asked. What comes is handed over unread, and looked at here: it may be forged, and Gradio
# breaks down on a choice that it does not know.
QUIET = {"show_progress": "hidden", "api_visibility": "private", "queue": False, "preprocess": False}

Updates = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Starter:
    """The components by which an evaluation is started, followed and stopped."""

    fold: gr.Accordion
    half: gr.Radio
    name: gr.Textbox
    start: gr.Button
    stop: gr.Button
    said: gr.Markdown
    bar: gr.Markdown


def lay_out_starter() -> Starter:
    """Lay out the components, closed until a visitor opens them."""
    with gr.Accordion("Lancer une évaluation", open=False, elem_id="eval-start") as fold:
        half = gr.Radio(
            [(told.capitalize(), half) for half, told in HALVES.items()],
            value="test",
            label="Questions",
            info="Tresse n’a pas été réglée sur la moitié de test\u00a0: elle seule dit ce que valent ses réponses ailleurs.",
            elem_id="eval-half",
        )
        with gr.Row(elem_id="eval-name-row"):
            name = gr.Textbox("essai", label="Nom", max_lines=1, elem_id="eval-name")
            start = gr.Button("Lancer l’évaluation", variant="primary", scale=0, min_width=0, elem_id="eval-run")
    with gr.Row(elem_id="eval-progress"):
        with gr.Column(min_width=0):
            said = gr.Markdown("", elem_id="eval-said", latex_delimiters=[])
            bar = gr.Markdown("", elem_id="eval-bar", latex_delimiters=[])
        stop = gr.Button("Arrêter", visible=False, scale=0, min_width=0, elem_id="eval-stop")
    return Starter(fold, half, name, start, stop, said, bar)


def run_evaluations(
    starter: Starter, evaluator: Evaluator, chosen: gr.Dropdown, lists: Sequence[Any], listed: Callable[[str | None], Updates]
) -> None:
    """Say what a start, a stop and the passing of time change.

    When a run is saved the `lists` are updated to what `listed` gives, with that run chosen for who started it.
    """
    timer, seen, mine = gr.Timer(SLOW), gr.State(Progress()), gr.State(0)
    followed = [starter.said, starter.bar, starter.stop, timer, seen]

    def told(progress: Progress, request: gr.Request) -> Updates:
        said, bar = progress_told(progress)
        running = progress.state == "running"
        stopped = gr.update(visible=running and operates(request))
        rhythm = {starter.stop: stopped, timer: gr.update(value=QUICK if running else SLOW)}
        return {starter.said: said, starter.bar: bar, seen: progress, **rhythm}

    def arrive(request: gr.Request) -> Updates:
        progress = evaluator.progress
        over = progress.state != "running"  # what ended before this visit is no news
        return {
            **told(Progress() if over else progress, request),
            seen: progress,
            starter.fold: gr.update(open=not list_runs(evaluator.runs), visible=operates(request)),
        }

    def look(before: Progress, started_here: int, folder: str | None, request: gr.Request) -> Updates:
        progress = evaluator.progress
        shown = told(progress, request)
        if (progress.number, progress.state) == (before.number, before.state):
            return {seen: progress} if progress == before else {starter.bar: shown[starter.bar], seen: progress}
        if progress.state != "saved":
            return shown
        return shown | listed(progress.said if progress.number == started_here else folder)

    gr.context.Context.root_block.load(arrive, None, [*followed, starter.fold], **QUIET)
    timer.tick(look, [seen, mine, chosen], [*followed, *lists], **QUIET)
    _start_and_stop(starter, evaluator, told, [*followed, mine], mine)


def _start_and_stop(
    starter: Starter,
    evaluator: Evaluator,
    told: Callable[[Progress, gr.Request], Updates],
    outputs: Sequence[Any],
    mine: gr.State,
) -> None:
    """Let operators start and stop an evaluation; `mine` remembers which one was started here."""

    def start(name: str | None, half: str | None, request: gr.Request) -> Updates:
        if not operates(request):
            return {starter.said: notice(NOT_OPERATOR)}
        try:
            evaluator.start((name or "").strip(), half or "")
        except TresseError as fault:
            return {starter.said: notice(str(fault))}
        return told(evaluator.progress, request) | {mine: evaluator.progress.number}

    def stop(request: gr.Request) -> Updates:
        if not operates(request):
            return {starter.said: notice(NOT_OPERATOR)}
        evaluator.stop()
        return {}

    gr.on([starter.start.click, starter.name.submit], start, [starter.name, starter.half], outputs, **QUIET)
    starter.stop.click(stop, None, [starter.said], **QUIET)
