"""Runs in, one HTML page out that needs no network: how good the answers are, where they fail, what changed."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from eval.compare import Comparison, compare
from eval.markup import Html, element, gauge, joined, measure, more, number, range_of, table
from eval.outcomes import Outcome
from eval.report_cases import failures_section, map_section
from eval.report_plots import (
    confidence_plots,
    falsified_plot,
    groups_plot,
    lost_plot,
    ranks_plot,
    run_names,
    speed_plot,
)
from eval.run import Run
from eval.summary import Figure
from eval.tables import NAMES, PLAIN
from ingest.document import Document

KEYS = {
    "first_citation": "des réponses commencent par la bonne phrase",
    "recall@5": "des preuves sont dans les 5 premiers passages",
    "citation_precision": "des phrases citées sont des preuves",
    "declined": "des questions sans réponse possible sont déclinées",
    "refused": "des questions sont refusées à tort",
    "facts": "des faits attendus figurent dans la réponse",
    "quotes_true": "des citations sont exactes à la lettre",
    "ms_total": "par réponse, en médiane (5 à 95 % des questions)",
}
KINDS = {
    "factual": "fait",
    "paraphrase": "autres mots",
    "number": "nombre",
    "entity": "nom",
    "list": "liste",
    "definition": "définition",
    "typo": "style SMS",
    "keyword": "mots-clés",
    "english": "anglais",
    "followup": "question de suite",
    "compare": "comparaison",
    "unanswerable-near": "sans réponse, proche",
    "unanswerable-far": "sans réponse, lointaine",
    "injection": "détournement",
    "smalltalk": "politesse",
}
SEVERAL = "Plusieurs parties"
SMALLEST_P = 0.001
_STATIC = Path(__file__).parent / "static"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def report(runs: Sequence[Run], documents: Iterable[Document]) -> str:
    """Return the page of one run, or of several side by side; `documents` are those that the last one was asked on."""
    known = {document.id: document for document in documents if _same(document, runs[-1])}
    titles = {part.id: part.title for document in known.values() for part in document.parts}
    sections = {
        "En bref": _keys(runs),
        **({"Ce qui a changé": _changes(runs)} if len(runs) > 1 else {}),
        "Par genre": groups_plot("genres", runs, lambda outcome: KINDS[outcome.case.kind], list(KINDS.values())),
        "Par partie": groups_plot("parties", runs, lambda outcome: _part(outcome, titles), [*titles.values(), SEVERAL]),
        "Recherche": ranks_plot(runs),
        "Confiance": confidence_plots(runs),
        "Robustesse": joined((lost_plot(runs), falsified_plot(runs))),
        "Vitesse": speed_plot(runs),
        "Phrases citées": map_section(known, runs[-1]),
        "Toutes les mesures": _everything(runs),
        "Échecs": failures_section(runs, KINDS, titles),
    }
    return _page(runs, {title: content for title, content in sections.items() if content})


def _same(document: Document, measured: Run) -> bool:
    return bool(measured.manifest.get("documents", {}).get(document.id) == document.sha256)


def _part(outcome: Outcome, titles: Mapping[str, str]) -> str | None:
    parts = outcome.case.parts
    return SEVERAL if len(parts) > 1 else next((titles.get(part, part) for part in parts), None)


def _page(runs: Sequence[Run], sections: Mapping[str, Html]) -> str:
    style, script = ((_STATIC / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    links = [element("a", title, href=f"#s{place}") for place, title in enumerate(sections)]
    content = [
        element("section", element("h2", title), body, id=f"s{place}") for place, (title, body) in enumerate(sections.items())
    ]
    head = joined(
        (
            Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
            element("title", f"Évaluation de Tresse : {', '.join(run_names(runs))}".replace(" :", "\u00a0:")),
            element("style", Html(style)),
        )
    )
    theme = element("button", "Clair ou sombre", id="theme", type="button", hidden="")
    header = element("header", element("div", element("h1", "Évaluation de Tresse"), theme, class_="title"), *map(_about, runs))
    body = joined(
        (header, element("nav", *links, aria_label="Sections"), element("main", *content), element("script", Html(script)))
    )
    return f'<!doctype html>\n<html lang="fr">\n<head>{head}</head>\n<body>{body}</body>\n</html>\n'


def _about(measured: Run) -> Html:
    told = measured.manifest
    date = str(told.get("date", ""))
    asked = f"{len(measured.outcomes)} questions"
    half = {"tune": "moitié de réglage", "test": "moitié de test", "all": "toutes"}.get(str(told.get("split")), "")
    model = str(told.get("model", "")).split(":")[0]
    pieces = (
        asked,
        half,
        f"le {date[8:10]}/{date[5:7]}/{date[:4]} à {date[11:16]}",
        f"commit {told.get('commit', '?')}",
        model,
    )
    return element("p", element("strong", measured.name), " · ", " · ".join(piece for piece in pieces if piece))


def _keys(runs: Sequence[Run]) -> Html:
    cards = [_card(name, told, runs) for name, told in KEYS.items() if any(name in measured.figures for measured in runs)]
    note = "La barre sous chaque chiffre est son intervalle à 95 %, par rééchantillonnage des questions.".replace(
        " %", "\u00a0%"
    )
    return joined((element("div", *cards, class_="cards"), element("p", note, class_="note")))


def _card(name: str, told: str, runs: Sequence[Run]) -> Html:
    rows = []
    for label, measured in zip(run_names(runs), runs, strict=True):
        figure = measured.figures.get(name)
        if figure is not None:
            whose = [element("span", label, class_="whose")] if len(runs) > 1 else []
            mark = [] if name in PLAIN else [gauge(figure)]
            value = element("strong", measure(name, figure.value))
            rows.append(element("div", *whose, value, *mark, element("small", range_of(name, figure)), class_="value"))
    return element("div", *rows, element("p", told), class_="card")


def _changes(runs: Sequence[Run]) -> Html:
    names = run_names(runs)
    return joined(
        _change(f"De «\u00a0{names[0]}\u00a0» à «\u00a0{name}\u00a0»", compare(runs[0], after))
        for name, after in zip(names[1:], runs[1:], strict=True)
    )


def _change(title: str, comparison: Comparison) -> Html:
    if not comparison.changes:
        return joined((element("h3", title), element("p", "Aucune question commune\u00a0: rien à comparer.", class_="note")))
    rows = [
        (
            NAMES[each.metric],
            measure(each.metric, each.before),
            measure(each.metric, each.after),
            f"{measure(each.metric, each.low)} à {measure(each.metric, each.high)}",
            number(each.p, 3) if each.p >= SMALLEST_P else f"< {number(SMALLEST_P, 3)}",
            element("span", each.said, class_="verdict", data_said=each.said.split()[0]),
        )
        for each in comparison.changes
    ]
    head = ("mesure", "avant", "après", "écart à 95\u00a0%", "p", "verdict")
    sides = [
        more(
            f"Questions {label}\u00a0: {len(pairs)}",
            element("ul", *(element("li", before.case.question) for before, _ in pairs)),
        )
        for label, pairs in (("devenues justes", comparison.gained), ("devenues fausses", comparison.lost))
    ]
    return joined((element("h3", title), table(head, rows, caption=title), *sides))


def _everything(runs: Sequence[Run]) -> Html:
    names = [name for name in NAMES if any(name in measured.figures for measured in runs)]
    rows = [
        (NAMES[name], *(cell for measured in runs for cell in _measured(name, measured.figures.get(name)))) for name in names
    ]
    head = [cell for name in run_names(runs) for cell in (name, "intervalle à 95\u00a0%", "n")]
    definitions = "Ce que chaque mesure veut dire est écrit dans docs/evaluation.md."
    return joined((table(("mesure", *head), rows, caption="Toutes les mesures"), element("p", definitions, class_="note")))


def _measured(name: str, figure: Figure | None) -> tuple[str, str, str]:
    return ("–", "", "") if figure is None else (measure(name, figure.value), range_of(name, figure), str(figure.count))
