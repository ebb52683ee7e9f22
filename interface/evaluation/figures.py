"""A run in, its figures out as HTML: the few that matter, then tables with a bar beside each number. Everything is escaped.

Gradio takes aria-* and data-* attributes away: what a bar shows always stands beside it as a number.
"""

from collections.abc import Iterable, Mapping, Sequence

from eval.curves import grouped
from eval.listing import local
from eval.markup import Html, element, joined, measure, more, number, range_of
from eval.outcomes import Outcome
from eval.report import KEYS, KINDS, SEVERAL
from eval.run import Run
from eval.summary import Figure
from eval.tables import NAMES, PLAIN
from ingest.document import Document
from interface.evaluation.naming import HALVES, counted, dated
from interface.evaluation.plots import confidence
from interface.evaluation.table import table

RIGHT = "Juste\u00a0: la première phrase citée est une preuve, ou la question sans réponse possible est déclinée."
LOST = "Points perdus quand la même question est tapée autrement"
EVERYTHING = "Toutes les mesures"
FOUND = "preuve dans les 5 premiers passages"
INTERVALS = "Sous chaque nombre, son intervalle à 95\u00a0%\u00a0: le trait sombre de la barre."
_SIDES = ("first_citation", "declined", "smalltalk")  # what « right » is for a kind of question: the first that it has
_TRIED = ("made", "accepted", "accepted_by_overlap")

Titles = Mapping[str, str]


def titles_of(documents: Iterable[Document], measured: Run) -> dict[str, str]:
    """Return the titles of the parts of the documents that the run was asked on; a document that changed since has none."""
    known = measured.manifest.get("documents") or {}
    return {part.id: part.title for each in documents if known.get(each.id) == each.sha256 for part in each.parts}


def run_section(measured: Run, titles: Titles) -> Html:
    """Return everything that the page shows of a run, but its failures."""
    return joined(
        (
            about(measured),
            _section("En bref", cards(measured), element("p", INTERVALS, class_="note")),
            _section("Par genre de question", kinds(measured)),
            _section("Par partie", parts(measured, titles)),
            _section("Confiance", confidence(measured)),
            _section("Robustesse", robustness(measured)),
            more(EVERYTHING, scores(measured.figures)),
        )
    )


def _section(title: str, *content: Html) -> Html:
    return element("section", element("h2", title), *content) if content[0] else Html()


def about(measured: Run) -> Html:
    """Return on what a run was made."""
    told = measured.manifest
    asked = len(measured.outcomes) or told["asked"]
    pieces = (
        dated(local(told["date"])) if told.get("date") else "",
        HALVES.get(str(told.get("split")), ""),
        counted(asked),
        f"commit {told.get('commit', '?')}",
        str(told.get("model") or "").split(":")[0],
    )
    return element("p", element("strong", measured.name), " · ", " · ".join(filter(None, pieces)), class_="about")


def cards(measured: Run) -> Html:
    """Return the few figures that say most, each in a sentence."""
    shown = [(name, told, measured.figures[name]) for name, told in KEYS.items() if name in measured.figures]
    return element("ul", *(_card(*each) for each in shown), class_="cards") if shown else Html()


def _card(name: str, told: str, figure: Figure) -> Html:
    return element("li", _cell(name, figure), element("span", told.replace(" %", "\u00a0%"), class_="told"))


def kinds(measured: Run) -> Html:
    """Return the shares of right outcomes and of evidence found, by kind of question."""
    rows = {}
    for kind in (kind for kind in KINDS if kind in measured.by_kind):
        figures = measured.by_kind[kind]
        rows[KINDS[kind]] = (_first(figures), figures.get("recall@5"))
    return _groups("genre", rows)


def _first(figures: Mapping[str, Figure]) -> Figure | None:
    return next((figures[name] for name in _SIDES if name in figures), None)


def parts(measured: Run, titles: Titles) -> Html:
    """Return the same by part of the documents; questions on several parts come last."""
    groups = grouped(measured.outcomes, lambda outcome: part_of(outcome, titles))
    order = [*titles.values(), *sorted(groups.keys() - {*titles.values(), SEVERAL}), SEVERAL]
    rows = {name: (groups[name]["right"], groups[name].get("recall@5")) for name in order if name in groups}
    return _groups("partie", rows)


def part_of(outcome: Outcome, titles: Titles) -> str | None:
    """Return the title of the part where the evidence of an outcome stands, None where there is none."""
    held = outcome.case.parts
    return SEVERAL if len(held) > 1 else next((titles.get(part, part) for part in held), None)


def _groups(trait: str, rows: Mapping[str, Sequence[Figure | None]]) -> Html:
    if not rows:
        return Html()
    cells = [
        (_named(name, max(each.count for each in figures if each)), *(_cell("first_citation", each) for each in figures))
        for name, figures in rows.items()
    ]
    return joined((element("p", RIGHT, class_="note"), table((trait, "juste", FOUND), cells, caption=f"Par {trait}")))


def _named(name: str, count: int) -> Html:
    return joined((name, " ", element("small", counted(count))))


def robustness(measured: Run) -> Html:
    """Return what the same questions lose when typed otherwise, and how many false quotations pass for true."""
    rows = [
        (_named(label, figures["recall@5"].count), _points(figures["citation_recall"]), _points(figures["recall@5"]))
        for label, figures in measured.lost.items()
    ]
    lost = [element("h3", LOST), table(("changement", "rappel des citations", FOUND), rows, caption=LOST)] if rows else []
    made, ours, theirs = (sum(getattr(trial, name) for trial in measured.trials) for name in _TRIED)
    told = (
        f"Sur {made} citations falsifiées, Tresse en prend {ours} pour vraie{'s' if ours > 1 else ''}\u00a0; "
        f"une recherche approchée (35\u00a0% de recouvrement) en prend {theirs}."
    )
    return joined((*lost, *([element("p", told)] if made else [])))


def _points(figure: Figure) -> Html:
    value, low, high = (number(100 * each, 1) for each in (figure.value, figure.low, figure.high))
    bounds = [] if figure.low == figure.high else [" ", element("small", f"{low} à {high}")]
    return joined((element("strong", value), *bounds))


def scores(figures: Mapping[str, Figure]) -> Html:
    """Return every measure with its interval."""
    rows = [(_named(NAMES[name], figures[name].count), _cell(name, figures[name])) for name in NAMES if name in figures]
    return table(("mesure", "valeur et intervalle à 95\u00a0%"), rows, caption=EVERYTHING)


def _cell(name: str, figure: Figure | None) -> Html:
    if figure is None:
        return Html("–")
    drawn = [] if name in PLAIN else [_bar(figure)]
    bounds = [] if figure.low == figure.high else [" ", element("small", range_of(name, figure))]
    return joined((element("strong", measure(name, figure.value)), *drawn, *bounds))


def _bar(figure: Figure) -> Html:
    low, high, value = (min(max(100 * each, 0), 100) for each in (figure.low, figure.high, figure.value))
    interval = element("b", style=f"left:{low:.1f}%;width:{high - low:.1f}%")
    return element("span", element("i", style=f"width:{value:.1f}%"), interval, class_="bar")
