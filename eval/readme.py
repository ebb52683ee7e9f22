"""A run or a bench in, the committed figures and the README's tables of them out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from errors import TresseError
from eval.falsify import Trial
from eval.run import Run
from eval.summary import Figure
from settings import ROOT

RESULTS, BENCH = ROOT / "eval" / "results.json", ROOT / "eval" / "bench.json"
README = ROOT / "README.md"
BEGIN, END = "<!-- eval: written by make eval -->", "<!-- /eval -->"
BENCH_BEGIN, BENCH_END = "<!-- bench: written by make eval -->", "<!-- /bench -->"
PUBLISHED = "mesures publiées"
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
    "right_answer": "answerable questions answered, with evidence first",
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
PEERED = ("nDCG@10", "R@1", "R@5", "R@10")
SYSTEMS = {  # what the README calls them; the record has the labels of the terminal
    "tresse": "Tresse",
    "search": "Tresse, not read",
    "words": "Tresse, words only",
    "vectors": "Tresse, vectors only",
    "langchain": "LangChain EnsembleRetriever",
    "haystack": "Haystack, BM25 and vectors",
    "txtai": "txtai hybrid",
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


def published(target: Path = RESULTS) -> Run | None:
    """Return the committed figures as a run without outcomes, the count of its questions as `asked`; None where none are."""
    if not target.is_file():
        return None
    kept = json.loads(target.read_text(encoding="utf-8"))
    manifest = {name: kept[name] for name in ("date", "commit", "split", "model", "documents")}
    by_kind = {kind: _figures(figures) for kind, figures in kept["by_kind"].items()}
    trials = tuple(Trial(**trial) for trial in kept["falsified"])
    return Run(PUBLISHED, (), _figures(kept["figures"]), by_kind, {}, {}, trials, manifest | {"asked": kept["questions"]})


def _figures(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Figure]:
    return {name: Figure(**figure) for name, figure in entries.items()}


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
    kept = results(measured)
    _write(kept, target, readme, section(kept), BEGIN, END)


def publish_bench(record: Mapping[str, Any], *, target: Path = BENCH, readme: Path = README) -> None:
    """Write the record of a bench, and the tables of it between the README's markers. Raises TresseError without markers."""
    _write(record, target, readme, bench_section(record), BENCH_BEGIN, BENCH_END)


def _write(kept: Mapping[str, Any], target: Path, readme: Path, written: str, begin: str, end: str) -> None:
    text = readme.read_text(encoding="utf-8")
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise TresseError(
            f"{readme.name} n’a pas les repères «\u00a0{begin}\u00a0» et «\u00a0{end}\u00a0»\u00a0: remettez-les."
        )
    target.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    before, after = text.split(begin)[0], text.split(end)[1]
    readme.write_text(f"{before}{begin}\n{written}\n{end}{after}", encoding="utf-8")


def read_section(readme: Path = README, *, begin: str = BEGIN, end: str = END) -> str:
    """Return what stands between two of the README's markers."""
    return readme.read_text(encoding="utf-8").split(begin)[1].split(end)[0].strip()


def bench_section(record: Mapping[str, Any] | None) -> str:
    """Return what stands between the README's markers for this record of a bench: a table a set, and where a peer wins."""
    if record is None:
        return UNMEASURED
    intro = f"{str(record['date'])[:10]}, commit {record['commit']}; the interval is that of nDCG@10 at 95 %."
    return "\n\n".join((intro, *(block for measured in record["sets"] for block in _bench_blocks(measured))))


def _bench_blocks(measured: Mapping[str, Any]) -> Iterator[str]:
    rows = sorted(measured["rows"], key=lambda row: tuple(SYSTEMS).index(row["system"]))
    head = (f"{measured['name']}, {measured['documents']} documents, {measured['queries']} questions", PEERED[0], "95 %")
    yield _table((*head, *PEERED[1:], "ms a query", "s to index"), [_bench_row(row) for row in rows])
    ours = next((row for row in rows if row["system"] == "tresse"), None)
    if ours:
        wins = [f"{SYSTEMS[row['system']]} on {', '.join(won)}" for row in rows if (won := _won(row, ours))]
        yield f"Better than Tresse: {'; '.join(wins)}." if wins else "Nothing here is better than Tresse on any column."


def _bench_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    first, *others = (f"{100 * row['measures'][name]:.1f}" for name in PEERED)
    low, high = (f"{100 * bound:.1f}" for bound in row["interval"])
    return (SYSTEMS[row["system"]], first, f"{low} – {high}", *others, f"{row['ms_query']:.1f}", f"{row['index_seconds']:.0f}")


def _won(row: Mapping[str, Any], ours: Mapping[str, Any]) -> list[str]:
    """Name the columns where a row is better than ours, as far as the table shows."""
    found = [name for name in PEERED if round(row["measures"][name] - ours["measures"][name], 3) > 0]
    spent = {"ms a query": "ms_query", "s to index": "index_seconds"}
    return found + [name for name, key in spent.items() if round(row[key], 1) < round(ours[key], 1)]
