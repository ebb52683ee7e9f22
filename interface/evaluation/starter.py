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

QUICK, SLOW = 1.0, 4.0  # seconds between two looks at an evaluation: while one runs, and in case another visitor starts one
QUIET = {"show_progress": "hidden", "api_visibility": "private", "queue": False}  # nothing here waits for the questions asked

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

    def told(progress: Progress) -> Updates:
        said, bar = progress_told(progress)
        running = progress.state == "running"
        rhythm = {starter.stop: gr.update(visible=running), timer: gr.update(value=QUICK if running else SLOW)}
        return {starter.said: said, starter.bar: bar, seen: progress, **rhythm}

    def arrive() -> Updates:
        progress = evaluator.progress
        over = progress.state != "running"  # what ended before this visit is no news
        return {
            **told(Progress() if over else progress),
            seen: progress,
            starter.fold: gr.update(open=not list_runs(evaluator.runs)),
        }

    def look(before: Progress, started_here: int, folder: str | None) -> Updates:
        progress = evaluator.progress
        if (progress.number, progress.state) == (before.number, before.state):
            return {seen: progress} if progress == before else {starter.bar: told(progress)[starter.bar], seen: progress}
        if progress.state != "saved":
            return told(progress)
        return told(progress) | listed(progress.said if progress.number == started_here else folder)

    def start(name: str, half: str) -> Updates:
        try:
            evaluator.start(name.strip(), half)
        except TresseError as fault:
            return {starter.said: notice(str(fault))}
        return told(evaluator.progress) | {mine: evaluator.progress.number}

    gr.context.Context.root_block.load(arrive, None, [*followed, starter.fold], **QUIET)
    timer.tick(look, [seen, mine, chosen], [*followed, *lists], **QUIET)
    gr.on([starter.start.click, starter.name.submit], start, [starter.name, starter.half], [*followed, mine], **QUIET)
    starter.stop.click(evaluator.stop, None, None, **QUIET)
