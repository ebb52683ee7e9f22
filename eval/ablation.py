"""What each part of the search brings: a table of words alone, vectors alone, then one thing more a line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from answer.assistant import Assistant
from answer.evidence.reader import open_reader
from answer.subjects import interleave
from answer.weights import read_weights as answer_weights
from eval.cases import Case
from eval.matching import locate, region_of
from eval.metrics import retrieval
from eval.outcomes import variants
from eval.perturb import perturbations
from eval.run import commit
from index.analysis import tokens
from index.encoder import open_encoder
from index.fusion import SIGNALS, read_weights
from index.store import open_index
from index.words import Reading, Words
from ingest.glossary import build_glossary
from ingest.isolation import read_corpus
from settings import ROOT, Settings

TABLE = ROOT / "docs" / "ablation.md"
DEPTH = 5
TYPED = ("faute de frappe", "sigle")  # what the last line is for

_NOT_READ = {"read": 0.0}


class Literal(Words):
    """Words that stand for themselves: no mistyped word is recognised, no acronym spelled out."""

    def read(self, question: str) -> tuple[Reading, ...]:
        """Give each different word of a question as it is."""
        return tuple(dict.fromkeys(((token.term, 1.0),) for token in tokens(question)))


@dataclass(frozen=True, slots=True)
class Search:
    """What a line of the table searches with: the weights of the signals, how words are read, whether passages are."""

    name: str
    weights: Mapping[str, float]
    words: type[Words] = Literal
    read: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """What a search finds, in shares of the evidence: of all cases, of the paraphrases, of cases with a slip or an acronym."""

    name: str
    first: float
    five: float
    paraphrases_first: float
    paraphrases_five: float
    typed_five: float


def ablate(settings: Settings, asked: Sequence[Case]) -> Iterator[Line]:
    """Measure the search of answerable cases that stand alone, one thing more a line."""
    encoder, reader = open_encoder(settings.model), open_reader(settings.reader)
    glossary = build_glossary(document.text for document in read_corpus(settings.corpus))
    changes = perturbations(glossary)
    typed = [case for label in TYPED for case in variants(asked, changes[label])]
    fitted = answer_weights()
    for search in searches():
        index = open_index(settings, encoder=encoder, weights=search.weights, words=search.words)
        weights = fitted if search.read else replace(fitted, rank={**fitted.rank, **_NOT_READ})
        yield _line(search.name, Assistant(index, reader, weights=weights), asked, typed)


def searches() -> tuple[Search, ...]:
    """Return the lines of the table, each with one thing more than the one before it."""
    fitted = read_weights()
    return (
        Search("words alone", {**dict.fromkeys(SIGNALS, 0.0), "words.text": 1.0, "words.headings": 0.3}),
        Search("vectors alone", {**dict.fromkeys(SIGNALS, 0.0), "vectors": 1.0}),
        Search("both, fitted", fitted),
        Search("+ typos and acronyms", fitted, Words),
        Search("+ the reader", fitted, Words, read=True),
    )


def _line(name: str, assistant: Assistant, asked: Sequence[Case], typed: Sequence[Case]) -> Line:
    everything, others = _found(assistant, asked), _found(assistant, typed)
    paraphrases = np.array([case.kind == "paraphrase" for case in asked])
    (first, five), (paraphrase_first, paraphrase_five) = everything.mean(axis=0), everything[paraphrases].mean(axis=0)
    return Line(name, first, five, paraphrase_first, paraphrase_five, others.mean(axis=0)[1] if len(typed) else 0.0)


def _found(assistant: Assistant, cases: Sequence[Case]) -> np.ndarray:
    """Give, for each case, the shares of its evidence that the first passage and the first five give."""
    rows = []
    for case in cases:
        hits = interleave([side.hits for side in assistant.search(case.question, (), top=DEPTH).sides])
        scores = retrieval(
            [region_of(hit.passage) for hit in hits[:DEPTH]], locate(case.evidence, assistant.index.documents), 1
        )
        rows.append([scores["recall@1"], scores["recall@5"]])
    return np.array(rows)


def write(lines: Sequence[Line], count: int, *, date: str, target: Path = TABLE) -> None:
    """Write the table, with what it was measured on."""
    said = f"""\
# What each half of the search brings

`python -m eval ablate`, {date}, commit {commit()}. Share of the evidence that the first passage and the first five give, in
per cent, on the {count} answerable questions of the test half that stand alone; last column: the same questions with a slip
of the fingers, or with the acronym spelled out or abbreviated. Nothing is fitted on them.

| search | first | first five | paraphrases, first | first five | mistyped, first five |
| --- | --: | --: | --: | --: | --: |
"""
    rows = (
        f"| {line.name} | {100 * line.first:.1f} | {100 * line.five:.1f} | {100 * line.paraphrases_first:.1f} "
        f"| {100 * line.paraphrases_five:.1f} | {100 * line.typed_five:.1f} |\n"
        for line in lines
    )
    target.write_text(said + "".join(rows), encoding="utf-8")
