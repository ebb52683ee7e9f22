"""A run in, the committed figures and the README's table of them out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from errors import TresseError
from eval.run import Run
from eval.summary import Figure
from settings import ROOT

RESULTS = ROOT / "eval" / "results.json"
README = ROOT / "README.md"
BEGIN, END = "<!-- eval: written by make eval -->", "<!-- /eval -->"
UNMEASURED = "Not measured yet: `make eval` writes the figures here."

# What each figure of the table is called; the others are in the committed file.
OVERALL = {
    "recall@1": "evidence in the first passage",
    "recall@5": "evidence in the first five passages",
    "right_part": "right part of the document first",
    "first_citation": "first quotation is evidence",
    "citation_recall": "evidence quoted",
    "citation_precision": "quotations that are evidence",
    "facts": "expected facts stated",
    "quotes_true": "quotations exact to the letter",
    "declined": "unanswerable questions declined",
    "refused": "answerable questions refused",
    "not_answered": "answerable questions refused, or given only as the nearest passages",
    "auc": "area under the ROC curve of the confidence",
    "calibration_error": "calibration error of the confidence",
    "ms_total": "milliseconds an answer (median, 5th and 95th percentile)",
}
BY_KIND = {
    "recall@5": "evidence in the first five",
    "first_citation": "first quotation right",
    "declined": "declined",
    "smalltalk": "greeted",
}
DIGITS = 6


def results(measured: Run) -> dict[str, Any]:
    """Return the figures that are committed, with what they were measured on."""
    told = measured.manifest
    return {
        **{name: told.get(name) for name in ("date", "commit", "split", "model", "documents")},
        "questions": len(measured.outcomes),
        "figures": _rounded(measured.figures),
        "by_kind": {kind: _rounded(figures) for kind, figures in measured.by_kind.items()},
        "falsified": [asdict(trial) for trial in measured.trials],
    }


def _rounded(figures: Mapping[str, Figure]) -> dict[str, dict[str, float]]:
    return {name: {key: round(each, DIGITS) for key, each in asdict(figure).items()} for name, figure in figures.items()}


def section(measured: Mapping[str, Any] | None) -> str:
    """Return what stands between the README's markers for these committed figures, None where there are none yet."""
    if measured is None:
        return UNMEASURED
    half = {"tune": "the tuning half", "test": "the half that nothing was fitted on"}.get(measured["split"], "all")
    intro = (
        f"{measured['questions']} questions, {half}, {str(measured['date'])[:10]}, commit {measured['commit']}; 95 % intervals."
    )
    figures = measured["figures"]
    overall = [(told, *_cells(name, figures[name])) for name, told in OVERALL.items() if name in figures]
    kinds = [
        (kind, *(f"{100 * of[name]['value']:.0f} %" if name in of else "" for name in BY_KIND), str(of["words"]["count"]))
        for kind, of in measured["by_kind"].items()
    ]
    made, ours, theirs = (sum(t[key] for t in measured["falsified"]) for key in ("made", "accepted", "accepted_by_overlap"))
    falsified = f"Of {made} falsified quotations the verifier takes {ours} for true; a fuzzy match of 35 % takes {theirs}."
    blocks = (intro, _table(("", "", "95 %", "n"), overall), falsified, _table(("kind", *BY_KIND.values(), "n"), kinds))
    return "\n\n".join(blocks)


def _cells(name: str, figure: Mapping[str, float]) -> tuple[str, str, str]:
    scale, unit = (1, "") if name.startswith("ms_") else (100, " %")
    low, high = (f"{scale * figure[bound]:.1f}" for bound in ("low", "high"))
    return f"{scale * figure['value']:.1f}{unit}", f"{low} – {high}", str(figure["count"])


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    rule = ("---", *("--:" for _ in head[1:]))
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def publish(measured: Run, *, target: Path = RESULTS, readme: Path = README) -> None:
    """Write the figures of a run, and the table of them between the README's markers. Raises TresseError without markers."""
    text = readme.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise TresseError(
            f"{readme.name} n’a pas les repères «\u00a0{BEGIN}\u00a0» et «\u00a0{END}\u00a0»\u00a0: remettez-les."
        )
    kept = results(measured)
    target.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    readme.write_text(f"{before}{BEGIN}\n{section(kept)}\n{END}{after}", encoding="utf-8")


def read_section(readme: Path = README) -> str:
    """Return what stands between the README's markers."""
    return readme.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip()
