"""Runs in, the plots of a report out, each with its caption, its words and its numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence

from eval import curves
from eval.charts import bars, columns, lines
from eval.curves import Curve
from eval.falsify import Trial
from eval.markup import Html, chart, element, joined, measure, more, number, range_of, share, table
from eval.run import Run
from eval.summary import Figure
from eval.tables import NAMES

STAGES = {"search": "recherche", "answer": "réponse", "total": "total"}
LOST = {"citation_recall": "rappel des citations", "recall@5": "preuve dans les 5 premiers"}
GROUPED = {"right": "juste", "recall@5": "preuve dans les 5 premiers passages"}
OVERLAP = "recouvrement à 35\u00a0%"

Rows = Mapping[str, Sequence[Figure | None]]


def run_names(runs: Sequence[Run]) -> list[str]:
    """Return what the runs are called, those of one name told apart by their place."""
    if len({measured.name for measured in runs}) == len(runs):
        return [measured.name for measured in runs]
    seen = Counter(measured.name for measured in runs)
    return [f"{each.name} ({place})" if seen[each.name] > 1 else each.name for place, each in enumerate(runs, 1)]


def groups_plot(name: str, runs: Sequence[Run], label: curves.Label, order: Sequence[str]) -> Html:
    """Show the share of right outcomes by label, in this order, then by name; of one run, what was found too."""
    each = [curves.grouped(measured.outcomes, label) for measured in runs]
    present = {group for groups in each for group in groups}
    found = [*dict.fromkeys(group for group in order if group in present), *sorted(present - set(order))]
    if not found:
        return Html()
    if len(runs) == 1:
        series = list(GROUPED.values())
        rows: Rows = {group: [each[0][group].get(metric) for metric in GROUPED] for group in found}
    else:
        series = run_names(runs)
        rows = {group: [groups.get(group, {}).get("right") for groups in each] for group in found}
    caption = "Juste\u00a0: la première phrase citée est une preuve, ou la question sans réponse possible est déclinée."
    return _bars(name, rows, series, caption, "Part de justes")


def _bars(name: str, rows: Rows, series: Sequence[str], caption: str, measured: str) -> Html:
    cells = [(label, _count(figures), *map(_cell, figures)) for label, figures in rows.items()]
    first = "\u00a0; ".join(f"{label}, {share(figures[0].value)}" for label, figures in rows.items() if figures[0])
    numbers = table(("", "n", *series), cells, caption=caption)
    return chart(bars(name, rows, series), caption, f"Barres. {measured}\u00a0: {first}.", numbers)


def _count(figures: Sequence[Figure | None]) -> str:
    return str(max(figure.count for figure in figures if figure is not None))


def _cell(figure: Figure | None) -> Html | str:
    if figure is None:
        return "–"
    bounds = "" if figure.low == figure.high else f"{number(100 * figure.low)} à {number(100 * figure.high)}"
    return joined((share(figure.value), " ", element("small", bounds)))


def ranks_plot(runs: Sequence[Run]) -> Html:
    """Show the rank of the first passage that gives evidence."""
    counts = [curves.first_ranks(measured.outcomes) for measured in runs]
    totals = [sum(each.values()) for each in counts]
    if not all(totals):
        return Html()
    rows = {rank: [each[rank] / total for each, total in zip(counts, totals, strict=True)] for rank in counts[0]}
    cells = [
        (rank, *(f"{share(part)} ({each[rank]})" for part, each in zip(parts, counts, strict=True)))
        for rank, parts in rows.items()
    ]
    caption = "À quel rang se trouve le premier passage qui donne une preuve"
    first, none = share(rows["1"][0]), share(rows["absente"][0])
    told = f"Colonnes. Au premier rang\u00a0: {first}\u00a0; absente des dix premiers\u00a0: {none}."
    svg = columns("rangs", rows, run_names(runs), label="rang")
    return chart(svg, caption, told, table(("rang", *run_names(runs)), cells, caption=caption))


def confidence_plots(runs: Sequence[Run]) -> Html:
    """Show whether confidence tells what has an answer, whether it says true, and what answering more costs."""
    names = run_names(runs)
    rocs = {name: curve for name, each in zip(names, runs, strict=True) if (curve := curves.roc(each.outcomes))}
    risks = {name: curves.risk(each.outcomes) for name, each in zip(names, runs, strict=True)}
    plots = [_calibration(runs)]
    if rocs:
        svg = lines("roc", rocs, labels=("sans réponse, au-dessus du seuil", "avec réponse, au-dessus"), diagonal=True)
        plots.insert(0, _judged(svg, "Courbe ROC\u00a0: la confiance sépare-t-elle ce qui a une réponse\u00a0?", runs, "auc"))
    if any(len(curve.x) for curve in risks.values()):
        svg = lines("risque", risks, labels=("questions répondues", "réponses fausses"), steps=True)
        plots.append(_judged(svg, "Risque\u00a0: ce que coûte de répondre à plus de questions", runs, "coverage@95"))
    return element("div", *plots, class_="three")


def _calibration(runs: Sequence[Run]) -> Html:
    points = {name: curves.calibration(each.outcomes) for name, each in zip(run_names(runs), runs, strict=True)}
    drawn = {name: curve for name, (curve, _) in points.items()}
    svg = lines("calibration", drawn, labels=("confiance annoncée", "réponses justes"), diagonal=True, dots=True)
    cells = [
        (name, share(x), share(y), count)
        for name, (curve, counts) in points.items()
        for x, y, count in zip(curve.x, curve.y, counts, strict=True)
    ]
    numbers = more("Les points", table(("", "confiance", "justes", "n"), cells, caption="Calibration"))
    return _judged(svg, "Calibration\u00a0: sur la diagonale, la confiance dit vrai", runs, "calibration_error", numbers)


def _judged(svg: str, caption: str, runs: Sequence[Run], metric: str, *numbers: Html) -> Html:
    written = [
        f"{name}\u00a0: {measure(metric, each.figures[metric].value)} ({range_of(metric, each.figures[metric])})"
        for name, each in zip(run_names(runs), runs, strict=True)
        if metric in each.figures
    ]
    label = NAMES[metric][:1].upper() + NAMES[metric][1:]
    told = f"{label} – {', '.join(written)}." if written else ""
    return chart(svg, caption, f"Courbe. {told}", element("p", told, class_="note"), *numbers)


def lost_plot(runs: Sequence[Run]) -> Html:
    """Show how many points the same questions lose when other hands type them."""
    labels = list(dict.fromkeys(label for measured in runs for label in measured.lost))
    if not labels:
        return Html()
    if len(runs) == 1:
        series = list(LOST.values())
        rows: Rows = {label: [runs[0].lost[label].get(metric) for metric in LOST] for label in labels}
    else:
        series = run_names(runs)
        rows = {label: [measured.lost.get(label, {}).get("citation_recall") for measured in runs] for label in labels}
    caption = "Points perdus quand la même question est tapée autrement"
    return _bars("perdus", rows, series, caption, "Points perdus")


def falsified_plot(runs: Sequence[Run]) -> Html:
    """Show how many falsified quotations the verifier takes for true in the last run, and how many a fuzzy match does."""
    trials = [trial for trial in runs[-1].trials if trial.made]
    if not trials:
        return Html()
    caption = "Citations falsifiées prises pour vraies (aucune ne devrait l’être)"
    ours, theirs, made = (sum(each) for each in zip(*map(_tried, trials), strict=True))
    told = f"Barres. Sur {made} citations falsifiées, Tresse en accepte {ours}, un {OVERLAP} en accepte {theirs}."
    cells = [(trial.kind, trial.made, trial.accepted, trial.accepted_by_overlap) for trial in trials]
    rows: Rows = {t.kind: [_rate(t.accepted, t.made), _rate(t.accepted_by_overlap, t.made)] for t in trials}
    numbers = table(("", "essais", "Tresse", OVERLAP), cells, caption=caption)
    return chart(bars("falsifiees", rows, ("Tresse", OVERLAP)), caption, told, numbers)


def _tried(trial: Trial) -> tuple[int, int, int]:
    return trial.accepted, trial.accepted_by_overlap, trial.made


def _rate(accepted: int, made: int) -> Figure:
    return Figure(accepted / made, accepted / made, accepted / made, made)


def speed_plot(runs: Sequence[Run]) -> Html:
    """Show how long the answers take: each stage of one run, the whole of several."""
    if len(runs) == 1:
        drawn = {label: curves.spent(runs[0].outcomes, stage) for stage, label in STAGES.items()}
    else:
        drawn = {name: curves.spent(each.outcomes, "total") for name, each in zip(run_names(runs), runs, strict=True)}
    drawn = {label: curve for label, curve in drawn.items() if len(curve.x)}
    if not drawn:
        return Html()
    rows = [(label, *(_quantile(curve, at) for at in (0.5, 0.95, 1))) for label, curve in drawn.items()]
    caption = "Part des questions qui ont leur réponse en tant de millisecondes"
    told = "\u00a0; ".join(f"{label}, médiane {half}, 95\u00a0% sous {most}" for label, half, most, _ in rows)
    svg = lines("vitesse", drawn, labels=("millisecondes", "questions"), steps=True, shares=False)
    numbers = table(("", "médiane", "95\u00a0%", "la plus lente"), rows, caption=caption)
    return chart(svg, caption, f"Courbes. {told}.", numbers)


def _quantile(curve: Curve, at: float) -> str:
    place = next(x for x, y in zip(curve.x, curve.y, strict=True) if y >= at - 1e-9)
    return f"{number(place, 1)}\u00a0ms"
