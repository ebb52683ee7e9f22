"""Cases in, a table out of what each half of the search brings: words alone, then one thing more a line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from answer.assistant import Assistant
from answer.subjects import interleave
from eval.cases import Case
from eval.matching import locate, region_of
from eval.metrics import retrieval
from eval.outcomes import variants
from eval.perturb import perturbations
from eval.run import commit
from index.analysis import tokens
from index.encoder import open_encoder
from index.fusion import read_weights
from index.store import open_index
from index.words import Reading, Words
from ingest.glossary import build_glossary
from ingest.isolation import read_corpus
from settings import ROOT, Settings

TABLE = ROOT / "docs" / "ablation.md"
DEPTH = 5
TYPED = ("faute de frappe", "sigle")  # what the last line is for

# Weights by hand, the same for a signal on every line, until the fitted ones replace them.
_BY_HAND = {
    "words only": {"words.text": 1.0, "words.headings": 0.3},
    "+ vectors": {"vectors.text": 0.5},
    "+ expansions in words": {"words.questions": 1.0, "words.terms": 0.5},
    "+ expansions in vectors": {"vectors.questions": 0.5},
    "+ spans": {"words.span": 0.5, "vectors.span": 0.3},
    "+ n-grams of the expansions": {"grams.span": 0.5, "grams.passage": 0.5, "grams.section": 0.3, "grams.part": 0.1},
}


class Literal(Words):
    """Words that stand for themselves: no mistyped word is recognised, no acronym spelled out, no everyday word known."""

    def read(self, question: str) -> tuple[Reading, ...]:
        """Give each different word of a question as it is."""
        return tuple(dict.fromkeys(((token.term, 1.0),) for token in tokens(question)))


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
    encoder = open_encoder(settings.model)
    glossary = build_glossary(document.text for document in read_corpus(settings.corpus))
    changes = perturbations(glossary)
    typed = [case for label in TYPED for case in variants(asked, changes[label])]
    for name, weights, words in _searches():
        assistant = Assistant(open_index(settings, encoder=encoder, weights=weights, words=words))
        yield _line(name, assistant, asked, typed)


def _searches() -> Iterator[tuple[str, Mapping[str, float], type[Words]]]:
    fitted = read_weights(expanded=True)
    weights = dict.fromkeys(fitted, 0.0)
    for name, added in _BY_HAND.items():
        weights = {**weights, **added}
        yield name, weights, Literal
    yield "+ fitted weights", fitted, Literal
    yield "+ typos, acronyms, everyday words", fitted, Words


def _line(name: str, assistant: Assistant, asked: Sequence[Case], typed: Sequence[Case]) -> Line:
    everything, others = _found(assistant, asked), _found(assistant, typed)
    paraphrases = np.array([case.kind == "paraphrase" for case in asked])
    (first, five), (paraphrase_first, paraphrase_five) = everything.mean(axis=0), everything[paraphrases].mean(axis=0)
    return Line(name, first, five, paraphrase_first, paraphrase_five, others.mean(axis=0)[1])


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
of the fingers, or with the acronym spelled out or abbreviated. Nothing is fitted on them. Until the fitted ones, the weights
are set by hand, the same on every line.

| search | first | first five | paraphrases, first | first five | mistyped, first five |
| --- | --: | --: | --: | --: | --: |
"""
    rows = (
        f"| {line.name} | {100 * line.first:.1f} | {100 * line.five:.1f} | {100 * line.paraphrases_first:.1f} "
        f"| {100 * line.paraphrases_five:.1f} | {100 * line.typed_five:.1f} |\n"
        for line in lines
    )
    target.write_text(said + "".join(rows), encoding="utf-8")
