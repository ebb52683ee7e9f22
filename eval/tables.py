"""Runs and comparisons in, tables for a terminal out."""

from collections.abc import Iterable, Mapping, Sequence

from eval.compare import Comparison
from eval.run import Run
from eval.summary import Figure

# What each metric is called, in the order of a table.
NAMES = {
    "recall@1": "preuve dans le 1er passage",
    "recall@3": "preuve dans les 3 premiers",
    "recall@5": "preuve dans les 5 premiers",
    "recall@10": "preuve dans les 10 premiers",
    "mrr": "rang réciproque moyen",
    "ndcg@10": "nDCG@10",
    "right_part": "bonne partie en premier",
    "citation_recall": "rappel des citations",
    "citation_precision": "précision des citations",
    "first_citation": "première citation juste",
    "facts": "faits présents",
    "quotes_true": "citations exactes",
    "quote_share": "part citée de la réponse",
    "words": "mots par réponse",
    "refused": "refusées à tort",
    "not_answered": "sans réponse directe",
    "right_answer": "réponses justes",
    "declined": "sans réponse possible, déclinées",
    "smalltalk": "politesses reconnues",
    "auc": "aire sous la courbe ROC",
    "coverage@95": "couverture à 95 % de justesse",
    "calibration_error": "erreur de calibration",
    "ms_search": "recherche, ms (médiane, 5-95 %)",
    "ms_answer": "réponse, ms",
    "ms_total": "total, ms",
}
PLAIN = frozenset({"words", "ms_search", "ms_answer", "ms_total"})


def shown(name: str, value: float) -> str:
    """Write a figure as its metric is read: a share in per cent, a count or a time as it is."""
    if value != value:
        return "–"
    return f"{value:.1f}" if name in PLAIN else f"{100 * value:.1f}"


def run_table(measured: Run) -> str:
    """Lay out the figures of a run: overall, by kind, points lost, falsified quotations."""
    rows = [(NAMES[name], *_cells(name, measured.figures[name])) for name in NAMES if name in measured.figures]
    blocks = [_table(("mesure", "valeur", "intervalle à 95 %", "n"), rows), _by("genre", measured.by_kind)]
    blocks.append(_by("partie", {part: f for part, f in measured.by_part.items() if "citation_recall" in f}))
    lost = [
        (label, *(f"{100 * figures[m].value:.1f}" for m in ("citation_recall", "recall@5")), str(figures["recall@5"].count))
        for label, figures in measured.lost.items()
    ]
    blocks.append(_table(("points perdus", "citations", "5 premiers", "n"), lost))
    trials = [(t.kind, str(t.made), str(t.accepted), str(t.accepted_by_overlap)) for t in measured.trials]
    blocks.append(_table(("citation falsifiée", "essais", "acceptées", "par recouvrement à 35 %"), trials))
    return "\n\n".join(blocks)


def comparison_table(comparison: Comparison) -> str:
    """Lay out what changed from a run to another, and the questions that changed side."""
    rows = [
        (
            NAMES.get(change.metric, change.metric),
            shown(change.metric, change.before),
            shown(change.metric, change.after),
            f"[{shown(change.metric, change.low)} ; {shown(change.metric, change.high)}]",
            f"{change.p:.3f}",
            change.said,
        )
        for change in comparison.changes
    ]
    blocks = [_table(("mesure", "avant", "après", "écart à 95 %", "p", "verdict"), rows)]
    for label, pairs in (("Devenues justes", comparison.gained), ("Devenues fausses", comparison.lost)):
        questions = [f"  {before.id}  {before.case.question}" for before, _ in pairs]
        blocks.append("\n".join((f"{label} : {len(pairs)}", *questions)))
    return "\n\n".join(blocks)


def _by(trait: str, groups: Mapping[str, Mapping[str, Figure]]) -> str:
    columns = ("recall@1", "recall@5", "citation_recall", "citation_precision", "refused", "declined", "smalltalk")
    head = (trait, "n", "1er", "5 premiers", "rappel", "précision", "refusées", "déclinées", "politesses")
    rows = []
    for name, figures in groups.items():
        cells = (shown(column, figures[column].value) if column in figures else "" for column in columns)
        rows.append((name, str(figures["words"].count), *cells))
    return _table(head, rows)


def _cells(name: str, figure: Figure) -> tuple[str, str, str]:
    return shown(name, figure.value), f"[{shown(name, figure.low)} ; {shown(name, figure.high)}]", str(figure.count)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]

    def laid(line: Sequence[str]) -> str:
        first, *others = (
            cell.ljust(width) if not n else cell.rjust(width) for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        return "  ".join((first, *others)).rstrip()

    return "\n".join((laid(lines[0]), "  ".join("-" * width for width in widths), *map(laid, lines[1:])))
