"""What is asked for in the page in, a run saved as the command line saves it out: one at a time, in a thread, for all visitors.

Knows nothing of HTML. Imports `eval` when a run begins: the page is served before.
"""

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Literal

from answer.live import Live
from errors import TresseError
from eval.listing import QUESTIONS, RUNS
from interface.evaluation.naming import HALVES
from settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eval.cases import Case
    from interface.desk import Desk

State = Literal["none", "running", "saved", "stopped", "failed"]

PAUSE = 0.004  # second after each question, in which a visitor’s own goes first; lengthens a run by a sixth
BUSY = "Une évaluation est déjà en cours\u00a0: attendez qu’elle finisse, ou arrêtez-la."
BROKEN = "L’évaluation s’est arrêtée sur une erreur inattendue\u00a0: le journal du serveur en donne la cause."
NO_QUESTION = "{} ne contient aucune question sur les documents servis\u00a0: rien ne peut être mesuré."
FIRST = "lecture des questions"
LAST = "calcul des intervalles"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the latest evaluation is. `number` counts them from 1, 0 while there was none; `stage` says what is being done.

    `said` is the name of the folder when it is saved, a French sentence when it failed; `left_out` counts the questions whose
    evidence stands in no document of now.
    """

    number: int = 0
    state: State = "none"
    name: str = ""
    split: str = ""
    stage: str = FIRST
    done: int = 0
    total: int = 0
    seconds: float = 0
    left_out: int = 0
    said: str = ""


class _StoppedError(Exception):
    """Raised between two questions of a run that a visitor stopped."""


class Evaluator:
    """Runs one evaluation at a time on what the page answers with."""

    def __init__(self, live: "Live[Desk]", *, runs: Path = RUNS, questions: Path = QUESTIONS) -> None:
        self._live, self.runs, self._questions = live, runs, questions
        self._progress = Progress()
        self._starting = Lock()
        self._stopping = False
        self._began = 0.0

    @property
    def progress(self) -> Progress:
        """Where the latest evaluation is."""
        return self._progress

    def start(self, name: str, split: str) -> None:
        """Begin an evaluation and return at once. Raises TresseError where one is under way, or this one cannot be."""
        desk = self._live.current()
        from eval.run import check_name

        check_name(name)
        if split not in HALVES:
            raise TresseError(f"Cette moitié n’existe pas\u00a0: choisissez parmi {', '.join(HALVES)}.")
        with self._starting:
            if self._progress.state == "running":
                raise TresseError(BUSY)
            self._progress = Progress(self._progress.number + 1, "running", name, split)
            self._stopping = False
        Thread(target=self._work, args=(desk,), daemon=True).start()

    def stop(self) -> None:
        """Stop the evaluation under way after the question that is being answered; nothing of it is kept."""
        self._stopping = True

    def _work(self, desk: "Desk") -> None:
        try:
            folder = self._measure(desk)
        except _StoppedError:
            self._end("stopped", "")
        except TresseError as fault:
            self._end("failed", str(fault))
        except OSError as fault:
            self._end("failed", f"L’évaluation ne peut pas être enregistrée ({fault.strerror})\u00a0: vérifiez {self.runs}.")
        except Exception:  # in a thread: nobody else would say it
            log.exception("evaluation %s", self._progress.name)
            self._end("failed", BROKEN)
        else:
            self._end("saved", folder.name)

    def _measure(self, desk: "Desk") -> Path:
        from eval.cases import read_cases
        from eval.run import describe, rounds, run, save

        name, split = self._progress.name, self._progress.split
        documents = desk.assistant.index.documents
        cases, faults = read_cases(self._questions, [document.text for document in documents.values()])
        chosen = [case for case in cases if split in ("all", case.split)]
        if not chosen:
            raise TresseError(NO_QUESTION.format(self._questions.name))
        total = sum(map(len, rounds(chosen, documents).values()))
        self._began = monotonic()
        self._progress = replace(self._progress, total=total, left_out=len(faults))
        manifest = describe(desk.assistant, self._questions, read_settings().corpus, split)
        measured = run(desk.assistant, chosen, name=name, manifest=manifest, progress=self._asked)
        if self._stopping:
            raise _StoppedError
        return save(measured, self.runs)

    def _asked(self, cases: "Sequence[Case]", label: str) -> "Iterator[Case]":
        """Yield the questions of a round, with what is done of it told, and room for the questions of visitors."""
        for case in cases:
            if self._stopping:
                raise _StoppedError
            self._progress = replace(self._progress, stage=label, seconds=monotonic() - self._began)
            yield case
            self._progress = replace(self._progress, done=self._progress.done + 1)
            sleep(PAUSE)
        if self._progress.done == self._progress.total:
            self._progress = replace(self._progress, stage=LAST)

    def _end(self, state: State, said: str) -> None:
        self._progress = replace(self._progress, state=state, said=said)


def remaining(progress: Progress) -> float | None:
    """Return about how many seconds the questions left will take; None while too few were asked to tell."""
    if progress.done < min(20, progress.total):
        return None
    return progress.seconds / max(progress.done, 1) * (progress.total - progress.done)
