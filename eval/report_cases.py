"""Runs in, what a report shows of single sentences and questions: the map of the documents and the table of failures."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from eval.failures import Failure, failures
from eval.markup import Html, element, joined, more, number
from eval.outcomes import Outcome
from eval.reach import Sentence, reach
from eval.report_plots import run_names
from eval.run import Run
from ingest.document import Document

OFTEN = 5  # answers: a sentence cited more often than that is of the few that carry the document
STATUSES = {"answered": "réponse", "related": "passages proches", "refused": "refus", "smalltalk": "politesse"}
LEGEND = {
    "missed": "attendue par une question, jamais citée",
    "never": "jamais citée",
    "once": "citée une fois",
    "some": f"citée 2 à {OFTEN} fois",
    "often": f"citée plus de {OFTEN} fois",
}


def map_section(documents: Mapping[str, Document], measured: Run) -> Html:
    """Show every sentence of the documents as a mark, by how many answers of a run cite it."""
    if not documents:
        told = "Les documents de cette évaluation ont changé ou manquent\u00a0: la carte ne peut pas être dessinée."
        return element("p", told, class_="note")
    keys = (element("span", Html(f'<i class="mark {name}"></i>'), told) for name, told in LEGEND.items())
    legend = element("p", *keys, class_="legend", aria_hidden="true")
    shown = "Un trait par phrase, large comme elle est longue\u00a0; survolez-le pour la lire."
    note = f"Évaluation «\u00a0{measured.name}\u00a0». {shown}"
    maps = (_document(document, measured) for document in documents.values())
    return joined((element("p", note, class_="note"), legend, *maps))


def _document(document: Document, measured: Run) -> Html:
    sentences = reach(document, measured.outcomes)
    titles = {part.id: part.title for part in document.parts}
    parts = (_part(titles.get(part, part), list(group)) for part, group in groupby(sentences, lambda each: each.part))
    return joined((element("h3", f"{document.title} – {_counted(sentences)}"), *parts))


def _part(title: str, sentences: Sequence[Sentence]) -> Html:
    told = f"{title}\u00a0: {_counted(sentences)}"
    marks = element("div", *map(_mark, sentences), class_="map", role="img", aria_label=told)
    silent = [sentence for sentence in sentences if not sentence.cited]
    items = (element("li", each.text, *_wanted(each)) for each in silent)
    listed = [more(f"Jamais citées\u00a0: {len(silent)}", element("ul", *items, class_="read"))] if silent else []
    return element("div", element("h4", title, element("small", _counted(sentences))), marks, *listed, class_="part")


def _counted(sentences: Sequence[Sentence]) -> str:
    cited = sum(sentence.cited > 0 for sentence in sentences)
    return f"{cited} phrases citées sur {len(sentences)} ({number(100 * cited / max(len(sentences), 1))}\u00a0%)"


def _mark(sentence: Sentence) -> Html:
    width = 4 + len(sentence.text) // 9
    title = f"{sentence.text} – {LEGEND[_level(sentence)]}"
    return Html(f"{element('i', class_=f'mark {_level(sentence)}', style=f'width:{width}px', title=title)}")


def _level(sentence: Sentence) -> str:
    if not sentence.cited:
        return "missed" if sentence.wanted else "never"
    if sentence.cited == 1:
        return "once"
    return "some" if sentence.cited <= OFTEN else "often"


def _wanted(sentence: Sentence) -> list[Html]:
    return [element("small", f" attendue par {', '.join(sentence.wanted)}")] if sentence.wanted else []


def failures_section(runs: Sequence[Run], kinds: Mapping[str, str], titles: Mapping[str, str]) -> Html:
    """List what is wrong or incomplete: question, what was expected, what was given; filtered by word and by choice."""
    names = run_names(runs)
    found = [(name, failure) for name, each in zip(names, runs, strict=True) for failure in failures(each.outcomes)]
    if not found:
        return element("p", "Aucun échec.", class_="note")
    rows = [_failure(name, failure, kinds, titles, several=len(runs) > 1) for name, failure in found]
    choices = [
        _choice("kind", "tous les genres", [kinds[kind] for kind in kinds]),
        _choice("part", "toutes les parties", [*titles.values()]),
        _choice("fault", "tous les défauts", list(dict.fromkeys(failure.fault for _, failure in found))),
        *([_choice("run", "toutes les évaluations", names)] if len(runs) > 1 else []),
    ]
    words = element("input", type="search", id="words", placeholder="Filtrer par mots", aria_label="Filtrer par mots")
    count = element("output", f"{len(rows)} sur {len(rows)}", id="count")
    unfold = element("button", "Tout ouvrir", type="button", id="unfold", aria_pressed="false")
    controls = element("div", words, *choices, unfold, count, class_="filter", id="filter", hidden="")
    return joined((controls, element("div", *rows, class_="failures", id="failures")))


def _choice(name: str, label: str, values: Sequence[str]) -> Html:
    options = (element("option", label, value=""), *(element("option", value) for value in values))
    return element("select", *options, data_of=name, aria_label=label)


def _failure(name: str, failure: Failure, kinds: Mapping[str, str], titles: Mapping[str, str], *, several: bool) -> Html:
    outcome, case = failure.outcome, failure.outcome.case
    parts = [titles.get(part, part) for part in sorted(case.parts)]
    status = STATUSES.get(outcome.answer["status"], "")
    told = f"{status}, confiance {number(100 * outcome.answer['confidence'])}\u00a0%"
    about = (*([name] if several else []), case.id, kinds[case.kind], *parts, told)
    columns = element("div", _expected(outcome), _given(outcome), class_="sides")
    history = [element("p", f"{'–' if turn.role == 'user' else '→'} {turn.content}", class_="history") for turn in case.history]
    title = element("span", case.question, class_="question")
    summary = element("summary", title, element("span", failure.fault, class_="fault"))
    body = element("div", *history, element("p", " · ".join(about), class_="about"), columns, class_="body")
    data = {"data_kind": kinds[case.kind], "data_part": "|".join(parts), "data_fault": failure.fault, "data_run": name}
    return element("details", summary, body, **data)


def _expected(outcome: Outcome) -> Html:
    groups = [element("blockquote", quote) for group in outcome.case.evidence for quote in group[:1]]
    if not groups:
        groups = [element("p", "Rien\u00a0: les documents ne répondent pas.", class_="nothing")]
    return element("div", element("h5", "Attendu"), *groups)


def _given(outcome: Outcome) -> Html:
    quotes = [element("blockquote", citation["quote"]) for citation in outcome.answer["citations"]]
    if not quotes:
        quotes = [element("p", outcome.answer["text"][:160] or "Rien.", class_="nothing")]
    return element("div", element("h5", "Donné"), *quotes)
