"""The failures of a run in, those that a visitor filters out: ten a page, what was expected beside what was given."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.failures import Failure
from eval.markup import Html, element, joined, number
from eval.outcomes import Outcome
from eval.report import KINDS
from eval.report_cases import STATUSES
from interface.evaluation.figures import Titles
from interface.links import passage_link

PAGE = 10  # failures: they are read whole, two columns of quotations each
GIVEN_LIMIT = 300  # characters of an answer without a quotation: enough to see what it is
NONE_FOUND = "Aucun échec avec ces filtres."
NOTHING_EXPECTED = "Rien\u00a0: les documents ne répondent pas."
NOTHING_GIVEN = "Rien."

Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a failure has to be of; « » is any."""

    kind: str = ""
    part: str = ""
    fault: str = ""

    def keeps(self, failure: Failure) -> bool:
        """Whether a failure is shown."""
        case = failure.outcome.case
        return self.kind in ("", case.kind) and (not self.part or self.part in case.parts) and self.fault in ("", failure.fault)


def choices(failures: Sequence[Failure], titles: Titles) -> tuple[Choices, Choices, Choices]:
    """Return the kinds, the parts and the causes that there are, each with how many failures it has."""
    kinds = Counter(failure.outcome.case.kind for failure in failures)
    parts = Counter(part for failure in failures for part in failure.outcome.case.parts)
    faults = Counter(failure.fault for failure in failures)
    order = [*(part for part in titles if part in parts), *sorted(parts.keys() - titles.keys())]
    return (
        _choices("Tous les genres", {kind: (KINDS[kind], kinds[kind]) for kind in KINDS if kind in kinds}),
        _choices("Toutes les parties", {part: (titles.get(part, part), parts[part]) for part in order}),
        _choices("Toutes les causes", {fault: (fault, count) for fault, count in faults.most_common()}),
    )


def _choices(every: str, found: Mapping[str, tuple[str, int]]) -> Choices:
    return [(every, ""), *((f"{name} ({count})", value) for value, (name, count) in found.items())]


def page_count(failures: Sequence[Failure]) -> int:
    """Return how many pages these failures take, 1 at least."""
    return max(1, -(-len(failures) // PAGE))


def failure_page(failures: Sequence[Failure], place: int, titles: Titles, *, readable: Iterable[str] = ()) -> Html:
    """Return the page at `place`, from 0; quotations lead into the documents of `readable`, unchanged since the run."""
    if not failures:
        return element("p", NONE_FOUND, class_="note")
    first = place * PAGE
    shown = failures[first : first + PAGE]
    told = f"{first + 1} à {first + len(shown)} sur {len(failures)}"
    known = frozenset(readable)
    return joined((element("p", told, class_="place"), *(_failure(each, titles, known) for each in shown)))


def _failure(failure: Failure, titles: Titles, readable: frozenset[str]) -> Html:
    outcome, case = failure.outcome, failure.outcome.case
    history = [element("p", f"{_SPEAKERS[turn.role]}\u00a0: {turn.content}", class_="history") for turn in case.history]
    about = " · ".join((case.id, KINDS[case.kind], *(titles.get(part, part) for part in sorted(case.parts)), *_ranked(outcome)))
    return element(
        "article",
        element("h3", case.question),
        element("p", element("span", failure.fault, class_="cause"), " ", about, class_="about"),
        *history,
        element("div", _expected(outcome), _given(outcome, readable), class_="sides"),
    )


_SPEAKERS = {"user": "Avant, on a demandé", "assistant": "Tresse a répondu"}


def _ranked(outcome: Outcome) -> tuple[str, ...]:
    """Say at which rank the first passage with evidence was found."""
    reciprocal = outcome.scores.get("mrr")
    if reciprocal is None:
        return ()
    return (f"preuve au rang\u00a0{round(1 / reciprocal)}",) if reciprocal else ("preuve absente des dix premiers passages",)


def _expected(outcome: Outcome) -> Html:
    quotes = [element("blockquote", group[0], *_others(group)) for group in outcome.case.evidence]
    return element("div", element("h4", "Attendu"), *(quotes or [element("p", NOTHING_EXPECTED, class_="nothing")]))


def _others(group: Sequence[str]) -> list[Html]:
    others = len(group) - 1
    told = "une autre phrase le dit" if others == 1 else f"{others} autres phrases le disent"
    return [element("small", f"ou\u00a0: {told}")] if others else []


def _given(outcome: Outcome, readable: frozenset[str]) -> Html:
    told = f"{STATUSES.get(outcome.answer['status'], '')}, confiance {number(100 * outcome.answer['confidence'])}\u00a0%"
    quotes = [_quote(citation, readable) for citation in outcome.answer["citations"]]
    nothing = element("p", outcome.answer["text"][:GIVEN_LIMIT] or NOTHING_GIVEN, class_="nothing")
    return element("div", element("h4", "Donné"), *(quotes or [nothing]), element("p", told, class_="told"))


def _quote(citation: Mapping[str, object], readable: frozenset[str]) -> Html:
    document, start, end = str(citation["document"]), int(str(citation["start"])), int(str(citation["end"]))
    link = [element("a", "Lire dans le document", href=passage_link(document, start, end))] if document in readable else []
    return element("blockquote", str(citation["quote"]), *link, class_="given")
