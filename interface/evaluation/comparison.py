"""Two runs in, what changed between them out, in words first, then in tables. Everything is escaped."""

from collections.abc import Mapping, Sequence
from typing import Any

from eval.compare import Change, Comparison, compare
from eval.listing import local
from eval.markup import Html, element, joined, measure, more, number
from eval.outcomes import Outcome
from eval.report import SMALLEST_P
from eval.report_cases import STATUSES
from eval.run import Run
from eval.tables import NAMES
from interface.evaluation.naming import counted, dated
from interface.evaluation.table import table

BETTER, WORSE = "mieux", "moins bien"
SIGNS = {BETTER: "▲ ", WORSE: "▼ "}
QUOTE_LIMIT = 160  # characters of a quotation: enough to tell it from another
MOST = 50  # questions of a list; the report has them all
NOTHING_SHARED = "Ces deux évaluations n’ont aucune question en commun\u00a0: elles ne peuvent pas être comparées."
ALIKE = "Aucune différence que l’on puisse affirmer pour {}\u00a0: l’écart peut tenir au hasard des questions."
GIVEN = {"documents": "les documents", "model": "le modèle", "questions": "le fichier de questions"}
SAME_RUN = "C’est la même évaluation\u00a0: choisissez-en une autre."
PUBLISHED_ALONE = "Des mesures publiées, seuls les nombres sont gardés\u00a0: choisissez au-dessus une évaluation à comparer."
SAME = "Aucune question n’a changé de côté."


def comparison_section(one: Run, other: Run) -> Html:
    """Compare the earlier run with the later one, question by question."""
    before, after = sorted((one, other), key=_date)
    found = compare(before, after)
    title = f"De «\u00a0{before.name}\u00a0» ({_when(before)}) à «\u00a0{after.name}\u00a0» ({_when(after)})"
    if not found.changes:
        return joined((element("h3", title), element("p", NOTHING_SHARED)))
    return joined(
        (
            element("h3", title),
            told(found),
            *(element("p", line, class_="note") for line in differing(before.manifest, after.manifest)),
            _questions(found),
            more("Toutes les mesures comparées", _changes(found.changes)),
        )
    )


def _date(measured: Run) -> str:
    return str(measured.manifest.get("date", ""))


def _when(measured: Run) -> str:
    date = _date(measured)
    return dated(local(date)) if date else "sans date"


def told(found: Comparison) -> Html:
    """Say what is better, what is worse, and for how many measures no difference can be told."""
    asked = max(change.count for change in found.changes)
    better, worse = ([_moved(each) for each in found.changes if each.said == said] for said in (BETTER, WORSE))
    alike = sum(each.said not in SIGNS for each in found.changes)
    lines = [element("p", f"{counted(asked)} en commun, comparée{'s' if asked > 1 else ''} une à une.")]
    for said, moved in ((BETTER, better), (WORSE, worse)):
        if moved:
            lines.append(
                element("p", element("strong", f"{SIGNS[said]}{said.capitalize()} pour {counted(len(moved), 'mesure')}"))
            )
            lines.append(element("ul", *(element("li", each) for each in moved)))
    if alike:
        others = f"{alike}\u00a0autres mesures" if alike > 1 else "une autre mesure"
        lines.append(element("p", ALIKE.format(others if better or worse else "toutes les mesures")))
    return joined(lines)


def _moved(change: Change) -> str:
    before, after = measure(change.metric, change.before), measure(change.metric, change.after)
    return f"{NAMES.get(change.metric, change.metric)} (de {before} à {after})"


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Say what else than the code was not the same in the two runs."""
    changed = [name for key, name in GIVEN.items() if before.get(key) != after.get(key)]
    return [f"D’une évaluation à l’autre, ceci a changé\u00a0: {', '.join(changed)}."] if changed else []


def _questions(found: Comparison) -> Html:
    sides = [("Devenues justes", found.gained), ("Devenues fausses", found.lost)]
    if not any(pairs for _, pairs in sides):
        return element("p", SAME)
    return joined(_side(title, pairs) for title, pairs in sides if pairs)


def _side(title: str, pairs: Sequence[tuple[Outcome, Outcome]]) -> Html:
    """List the questions of a side, each over what was answered before and after: two columns fit a phone."""
    caption = f"{title}\u00a0: {counted(len(pairs))}"
    top = element("thead", element("tr", element("th", "avant", scope="col"), element("th", "après", scope="col")))
    bodies = (
        element(
            "tbody",
            element("tr", element("th", before.case.question, colspan="2", scope="rowgroup")),
            element("tr", element("td", *_answered(before)), element("td", *_answered(after))),
        )
        for before, after in pairs[:MOST]
    )
    rest = len(pairs) - MOST
    note = [element("p", f"et {rest} de plus, dans le rapport.", class_="note")] if rest > 0 else []
    shown = element("table", element("caption", caption), top, *bodies, class_="changed")
    return joined((element("h4", caption), shown, *note))


def _answered(outcome: Outcome) -> tuple[str, ...]:
    """Say how a question was answered, then its first quotation."""
    status, citations = STATUSES.get(outcome.answer["status"], ""), outcome.answer["citations"]
    if not citations:
        return (status,)
    quote = citations[0]["quote"]
    cut = quote if len(quote) <= QUOTE_LIMIT else f"{quote[:QUOTE_LIMIT].rsplit(maxsplit=1)[0]} […]"
    return status, f"\u00a0: «\u00a0{cut}\u00a0»"


def _changes(changes: Sequence[Change]) -> Html:
    rows = [
        (
            NAMES.get(each.metric, each.metric),
            f"{measure(each.metric, each.before)} → {measure(each.metric, each.after)}",
            joined((f"{measure(each.metric, each.low)} à {measure(each.metric, each.high)}", element("small", _p(each)))),
            f"{SIGNS.get(each.said, '')}{each.said}",
        )
        for each in changes
    ]
    return table(("mesure", "avant → après", "écart à 95\u00a0%", "verdict"), rows, caption="Toutes les mesures comparées")


def _p(change: Change) -> str:
    return f"p = {number(change.p, 3)}" if change.p >= SMALLEST_P else f"p < {number(SMALLEST_P, 3)}"
