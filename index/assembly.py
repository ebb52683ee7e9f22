"""Prepared documents in, what an index holds of them together out: the texts to encode, and every file but the manifest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

import numpy as np

from index.analysis import stem, tokens
from index.contents import Contents, dump_contents
from index.encoder import Vectors
from index.files import CONTENTS, DOCUMENTS, GRAMS, KNOWLEDGE, LAYOUT, PASSAGES, TOLD, VOCABULARY, WORD_FORMS, WORDS
from index.grams import write_grams
from index.knowledge import dump_knowledge, know, load_told
from index.lines import write_lines
from index.prepared import Prepared, WordForms, load_stored, load_words, span_text
from index.units import NO_SPAN, Layout, Numbers, Unit, find_groups, write_layout
from index.vectors import write_vectors
from index.vocabulary import count_words, dump_vocabulary
from index.words import FIELDS, WordUnit, write_words
from ingest.passages import Passage

Terms = list[str]


@dataclass(frozen=True, slots=True)
class Assembly:
    """Documents put together: their passages, their units and the word forms of each passage, numbered throughout."""

    prepared: Sequence[Prepared]
    contents: Contents
    passages: Sequence[Passage]
    units: Sequence[Unit]
    words: Sequence[WordForms]

    def counts(self) -> dict[str, int]:
        """Count what is searched."""
        return {
            "documents": len(self.contents),
            "passages": len(self.passages),
            "spans": sum(unit.span != NO_SPAN for unit in self.units),
            "questions": sum(len(unit.questions) for unit in self.units),
        }


def assemble(prepared: Sequence[Prepared]) -> Assembly:
    """Put documents together, in this order."""
    contents, first = {}, 0
    for each in prepared:
        contents[each.listed.id] = each.listed.moved(first)
        first += len(each.passages)
    stored = [load_stored(number, line) for number, line in enumerate(chain.from_iterable(each.passages for each in prepared))]
    return Assembly(
        prepared,
        contents,
        [each.passage for each in stored],
        [unit for each in stored for unit in each.units],
        [load_words(line) for each in prepared for line in each.words],
    )


def embedded_texts(whole: Assembly) -> list[str]:
    """List what gets a vector, in the order of the rows: each passage, each span, each expansion question."""
    passages = [f"{'. '.join(passage.place.headings[-2:])}. {passage.text}".lstrip(". ") for passage in whole.passages]
    spans = [span_text(whole.passages[unit.passage], unit) for unit in whole.units if unit.span != NO_SPAN]
    questions = [question for unit in whole.units for question in unit.questions]
    return passages + spans + questions


def write_assembly(folder: Path, whole: Assembly, vectors: Vectors) -> None:
    """Write every file of a generation except its manifest. `vectors` has the rows that `embedded_texts` lists."""
    prepared = whole.prepared
    _write(folder / CONTENTS, dump_contents(whole.contents))
    write_lines(folder / DOCUMENTS, (each.document for each in prepared))
    write_lines(folder / TOLD, (each.told for each in prepared))
    write_lines(folder / PASSAGES, (line for each in prepared for line in each.passages))
    write_lines(folder / WORD_FORMS, (line for each in prepared for line in each.words))
    layout, groups = Layout.of(whole.units, len(whole.passages)), find_groups(whole.passages)
    write_layout(folder / LAYOUT, layout, groups)
    write_vectors(folder, vectors)
    _write_grams(folder / GRAMS, whole, layout, groups)
    fields = _fields(whole, groups["section"])
    _write(folder / VOCABULARY, dump_vocabulary(count_words(fields, _forms(whole))))
    texts = [frozenset(terms) for terms in fields["text"]]
    _write(folder / KNOWLEDGE, dump_knowledge(know((load_told(each.told) for each in prepared), whole.passages, texts)))
    owners = {
        "sections": np.unique(groups["section"], return_index=True)[1].tolist(),  # the first passage of each
        "passages": range(len(whole.passages)),
        "units": [unit.passage for unit in whole.units],
    }
    for shelf, numbers in owners.items():
        write_words(folder / WORDS / shelf, shelf, _word_units(whole, shelf, numbers, fields))


def _write_grams(path: Path, whole: Assembly, layout: Layout, groups: Mapping[str, Numbers]) -> None:
    """Write the centroids of the expansion questions, where there are any."""
    questions = [question for unit in whole.units for question in unit.questions]
    if not questions:
        return
    owners = layout.unit_passage[layout.question_unit]
    sized = {level: (group[owners], int(group.max()) + 1) for level, group in groups.items()}
    write_grams(path, questions, {"span": (layout.question_unit, len(whole.units)), **sized})


def _fields(whole: Assembly, sections: Numbers) -> dict[str, list[Terms]]:
    """Give, for each field, the terms of each of its units."""
    texts = [_stemmed(words.text) for words in whole.words]
    units = [[_stemmed(forms) for forms in unit] for words in whole.words for unit in words.units]
    spans, questions, terms = (list(column) for column in zip(*units, strict=True)) if units else ([], [], [])
    return {
        "section": _section_terms(whole.passages, texts, sections),
        "text": texts,
        "headings": [_heading_terms(whole.contents[passage.document].title, passage) for passage in whole.passages],
        "span": spans,
        "questions": questions,
        "terms": terms,
    }


def _stemmed(forms: str) -> Terms:
    return [stem(form) for form in forms.split()]


def _section_terms(passages: Sequence[Passage], texts: Sequence[Terms], sections: Numbers) -> list[Terms]:
    """Give the terms of each section whole, its titles once."""
    found: dict[int, Terms] = {}
    for passage, terms, number in zip(passages, texts, sections.tolist(), strict=True):
        found.setdefault(number, [term for heading in passage.place.headings for term, _ in _words(heading)]).extend(terms)
    return list(found.values())


def _heading_terms(title: str, passage: Passage) -> Terms:
    """Give the terms of what names a passage: its document, its titles and who speaks."""
    names = dict.fromkeys((title, *passage.place.headings, str(passage.place.speaker or "")))
    return [term for name in names for term, _ in _words(name)]


@lru_cache(maxsize=16_384)
def _words(heading: str) -> tuple[tuple[str, str], ...]:
    """Return the terms and the forms of a heading: it stands above many passages."""
    return tuple((token.term, token.form) for token in tokens(heading))


def _forms(whole: Assembly) -> Iterator[str]:
    """Give every word form that can be searched, some several times."""
    for passage, words in zip(whole.passages, whole.words, strict=True):
        yield from words.text.split()
        for unit in words.units:
            yield from chain.from_iterable(forms.split() for forms in unit)
        names = (whole.contents[passage.document].title, *passage.place.headings, str(passage.place.speaker or ""))
        yield from (form for name in names for _, form in _words(name))


def _word_units(
    whole: Assembly, shelf: str, owners: Sequence[int], fields: Mapping[str, Sequence[Terms]]
) -> Iterator[WordUnit]:
    for number, owner in enumerate(owners):
        passage = whole.passages[owner]
        terms = {field: fields[field][number] for field in FIELDS[shelf]}
        yield WordUnit(number, (passage.document, passage.scope), terms)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
