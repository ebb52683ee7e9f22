"""A folder of runs in, the one that a visitor chooses out, with the documents of now that it was asked on.

Imports `eval` when a run is opened: the page is laid out before.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from answer.live import Live
from errors import TresseError
from eval.listing import RUNS, list_runs
from interface.evaluation.naming import label
from settings import ROOT

if TYPE_CHECKING:
    from eval.run import Run
    from ingest.document import Document
    from interface.desk import Desk

PUBLISHED = "mesures-publiees"  # stands for the committed figures where the name of a folder does
PUBLISHED_LABEL = "Mesures publiées avec Tresse"
RESULTS = ROOT / "eval" / "results.json"
KEPT = 6  # runs in memory, one megabyte each: what a visitor goes back and forth between
_LONGEST_NAME = 200  # characters: beyond, a file system may refuse to look
GONE = "Cette évaluation n’existe plus\u00a0: choisissez-en une autre dans la liste."


class Shelf:
    """The runs of a folder, and the figures that were published."""

    def __init__(self, live: "Live[Desk]", *, runs: Path = RUNS, results: Path = RESULTS) -> None:
        self._live, self._runs, self._results = live, runs, results

    def choices(self) -> list[tuple[str, str]]:
        """Return the label and the folder of each run, newest first, then the published figures."""
        published = [(PUBLISHED_LABEL, PUBLISHED)] if self._results.is_file() else []
        return [(label(each), each.folder) for each in list_runs(self._runs)] + published

    def open(self, folder: str) -> "Run":
        """Return a run. Raises TresseError where there is none of that name."""
        if folder == PUBLISHED:
            from eval.readme import published

            measured = published(self._results)
        else:
            named = len(folder) <= _LONGEST_NAME and Path(folder).name == folder
            inside = named and (self._runs / folder / "manifest.json").is_file()
            measured = _loaded(self._runs / folder) if inside else None
        if measured is None:
            raise TresseError(GONE)
        return measured

    @property
    def ready(self) -> bool:
        """Whether the documents are there."""
        return self._live.ready

    def documents(self, measured: "Run") -> list["Document"]:
        """Return the documents that are as they were when the run was made; none while the index loads."""
        try:
            documents = self._live.current().index.documents
        except TresseError:
            return []
        hashes = measured.manifest.get("documents") or {}
        return [each for each in documents.values() if hashes.get(each.id) == each.sha256]

    def report(self, folders: Sequence[str]) -> str:
        """Return the page of one run or of several, to be kept: it needs no network. Raises TresseError as `open` does."""
        from eval.report import report

        runs = [self.open(folder) for folder in folders if folder != PUBLISHED]
        if not runs:
            raise TresseError(GONE)
        return report(runs, self.documents(runs[-1]))


@lru_cache(maxsize=KEPT)
def _loaded(folder: Path) -> "Run":
    from eval.run import load

    return load(folder)
