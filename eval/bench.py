"""`python -m eval bench SET...`: ours beside what a user would pick instead, on the same queries, with the same encoder."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from tqdm import tqdm

from errors import TresseError
from eval.peers import PASSAGES, PEERS, Search, chunks
from eval.readme import publish_bench
from eval.retrieval_sets import RetrievalSet, read_set, sample
from eval.run import commit
from eval.set_index import SetIndex
from eval.significance import mean_interval
from index.encoder import ModelEncoder, open_encoder
from index.fusion import read_weights
from settings import ROOT, Settings

RESULTS, INDEXES = ROOT / "var" / "eval", ROOT / "var" / "bench"
MEASURES = ("nDCG@10", "R@1", "R@5", "R@10")
OURS = {
    "words": "Tresse, mots seuls",
    "vectors": "Tresse, vecteurs seuls",
    "search": "Tresse, sans lecture",
    "tresse": "Tresse",
}


@dataclass(frozen=True, slots=True)
class Row:
    """What a system did on a set. `measures` are means over the queries, `interval` the 95 % one of nDCG@10."""

    system: str
    label: str
    measures: Mapping[str, float]
    interval: tuple[float, float]
    ms_query: float
    index_seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of a set, and the size of what was measured."""

    name: str
    documents: int
    queries: int
    rows: tuple[Row, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("sets", nargs="+", type=Path, metavar="ENSEMBLE", help="un dossier\u00a0: corpus, queries, qrels")
    parser.add_argument("--queries", type=int, metavar="N", help="N questions régulièrement espacées, au lieu de toutes")
    parser.add_argument("--model", default=Settings().model, metavar="MODÈLE", help="l’encodeur de tous, au lieu du nôtre")
    parser.add_argument("--only", action="append", choices=(*OURS, *PEERS), help="un seul système (peut être répété)")
    parser.add_argument("--publish", action="store_true", help="écrire aussi eval/bench.json et le tableau de README.md")


def main(arguments: argparse.Namespace) -> int:
    """Measure every set asked for, show the tables and write them; return 1 where a system is not installed."""
    chosen = tuple(arguments.only or (*OURS, *PEERS))
    missing = list(_not_installed(chosen))
    sets = [sample(read_set(folder), arguments.queries) for folder in arguments.sets]
    _import_measures()  # before minutes of work, not after
    encoder, measured_on = open_encoder(arguments.model), commit()
    results = []
    for measured in sets:
        results.append(measure(measured, [name for name in chosen if name not in missing], encoder, INDEXES))
        tqdm.write(table(results[-1]) + "\n")
    record = describe(results, encoder, measured_on)
    tqdm.write(f"Enregistré dans {save(record, RESULTS)}")
    if arguments.publish:
        publish_bench(record)
        tqdm.write("Écrit dans eval/bench.json et README.md")
    return 1 if missing else 0


def measure(measured: RetrievalSet, systems: Sequence[str], encoder: ModelEncoder, indexes: Path) -> Result:
    """Index the set with each system, then ask them every query."""
    opened = _open(measured, systems, encoder, indexes)
    found: dict[str, dict[str, Sequence[str]]] = {system: {} for system in opened}
    spent: dict[str, list[float]] = {system: [] for system in opened}
    for query in tqdm(measured.queries, desc=measured.name, unit=" q", file=sys.stderr, leave=False):
        for system, (search, _) in opened.items():  # in turn, so that a busy neighbour weighs on all of them
            started = perf_counter()
            found[system][query.id] = search(query.text)
            spent[system].append(1000 * (perf_counter() - started))
    rows = tuple(
        _row(system, score(measured, found[system]), median(spent[system]), seconds) for system, (_, seconds) in opened.items()
    )
    return Result(measured.name, len(measured.documents), len(measured.queries), rows)


def score(measured: RetrievalSet, found: Mapping[str, Sequence[str]]) -> dict[str, list[float]]:
    """Give each measure of each query, in order, from the documents found for it; a document ranks as its best passage."""
    library = _import_measures()
    queries = [query.id for query in measured.queries]
    qrels = [
        library.Qrel(query, document, level) for query in queries for document, level in measured.judgements[query].items()
    ]
    run = [
        library.ScoredDoc(query, document, -float(rank))
        for query in queries
        for rank, document in enumerate(dict.fromkeys(found[query]))
    ]
    values = {name: dict.fromkeys(queries, 0.0) for name in MEASURES}
    for metric in library.iter_calc([library.parse_measure(name) for name in MEASURES], qrels, run):
        values[str(metric.measure)][metric.query_id] = float(metric.value)
    return {name: list(by_query.values()) for name, by_query in values.items()}


def table(result: Result) -> str:
    """Lay out the rows of a set in Markdown, the best value of each column in bold, then say where a peer beats ours."""
    columns = _columns(result.rows)
    best = {name: max(values, key=lambda shown: _sense(name) * shown) for name, values in columns.items()}
    lines: list[tuple[str, ...]] = [("système", "nDCG@10", "à 95 %", *MEASURES[1:], "ms par requête", "indexation, s")]
    for place, row in enumerate(result.rows):
        cells = [
            f"**{_shown(values[place])}**" if values[place] == best[name] else _shown(values[place])
            for name, values in columns.items()
        ]
        lines.append((row.label, cells[0], f"{100 * row.interval[0]:.1f}–{100 * row.interval[1]:.1f}", *cells[1:]))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    lines.insert(1, tuple("-" * width for width in widths))
    laid = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines]
    head = (
        f"{result.name}\u00a0: {result.documents} documents, {result.queries} questions (le meilleur de chaque colonne en gras)"
    )
    return "\n".join((head, "", *laid, "", *beaten(result.rows)))


def beaten(rows: Sequence[Row]) -> list[str]:
    """Say, peer by peer, on what it does better than ours with both halves, as far as the table shows."""
    labels = [row.label for row in rows]
    if OURS["tresse"] not in labels or len(rows) < 2:
        return []
    ours = labels.index(OURS["tresse"])
    said = []
    for place, row in enumerate(rows):
        wins = [
            f"{name} ({_shown(values[place])} contre {_shown(values[ours])})"
            for name, values in _columns(rows).items()
            if _sense(name) * values[place] > _sense(name) * values[ours]
        ]
        if wins:
            said.append(f"{row.label} fait mieux que Tresse\u00a0: {', '.join(wins)}.")
    return said or ["Aucun système ne fait mieux que Tresse sur une mesure de ce tableau."]


def describe(results: Sequence[Result], encoder: ModelEncoder, measured_on: str) -> dict[str, Any]:
    """Return the results with what was measured and when."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": measured_on,
        "model": encoder.fingerprint,
        "weights": dict(read_weights()),
        "passages": PASSAGES,
        "sets": [asdict(result) for result in results],
    }


def save(record: Mapping[str, Any], folder: Path) -> Path:
    """Write a record in a file named by its date; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.fromisoformat(record['date']):%Y-%m-%d-%H%M%S}-bench.json"
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def _open(
    measured: RetrievalSet, systems: Sequence[str], encoder: ModelEncoder, indexes: Path
) -> dict[str, tuple[Search, float]]:
    """Give the search of each system, and the seconds that it took to index."""
    index = SetIndex(measured, encoder, indexes) if OURS.keys() & set(systems) else None
    opened = {}
    for system in systems:
        if index and system in OURS:
            opened[system] = index.search(system), index.seconds
        else:
            started = perf_counter()
            opened[system] = PEERS[system].open(chunks(measured.documents), encoder), perf_counter() - started
    return opened


def _row(system: str, values: Mapping[str, Sequence[float]], ms_query: float, index_seconds: float) -> Row:
    label = OURS[system] if system in OURS else PEERS[system].label
    means = {name: float(np.mean(by_query)) for name, by_query in values.items()}
    return Row(system, label, means, mean_interval(np.array(values["nDCG@10"])), ms_query, index_seconds)


def _columns(rows: Sequence[Row]) -> dict[str, list[float]]:
    """Give each column as it is shown, rounded, so that equals on the screen are equals."""
    columns = {name: [round(100 * row.measures[name], 1) for row in rows] for name in MEASURES}
    columns["ms par requête"] = [round(row.ms_query, 1) for row in rows]
    columns["indexation, s"] = [round(row.index_seconds, 1) for row in rows]
    return columns


def _sense(column: str) -> int:
    return 1 if column in MEASURES else -1


def _shown(value: float) -> str:
    return f"{value:.1f}"


def _not_installed(systems: Sequence[str]) -> Iterator[str]:
    """Give the systems that cannot be measured, and say why."""
    for name in systems:
        if name in PEERS:
            try:
                PEERS[name].check()
            except TresseError as fault:
                tqdm.write(str(fault), file=sys.stderr)
                yield name


def _import_measures() -> Any:
    """Import ir_measures, which only this command needs."""
    if find_spec("ir_measures") is None:
        raise TresseError("ir-measures n’est pas installé\u00a0: python -m pip install -r requirements-bench.txt")
    return import_module("ir_measures")


def _alone(run: Callable[[argparse.Namespace], int]) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description="Compare Tresse à d’autres recherches hybrides.")
    add_arguments(parser)
    try:
        return run(parser.parse_args())
    except TresseError as fault:
        tqdm.write(str(fault), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(_alone(main))
