"""A reading and its expansions in, the lines that an index keeps of the document out.

They depend on one document and its expansions alone: a build takes them again from the generation before where neither changed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from index.analysis import tokens
from index.contents import Listed, listed
from index.knowledge import dump_told, tell
from index.units import NO_SPAN, Unit, find_units
from ingest.expansions import Expansion
from ingest.passages import Passage
from ingest.reader import Reading
from ingest.records import dump, load_passage, passage_record


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document ready to be indexed, as lines of JSON: itself, what it tells, each passage with its units, their words."""

    listed: Listed
    document: bytes
    told: bytes
    passages: Sequence[bytes]
    words: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage and its units."""

    passage: Passage
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class WordForms:
    """The folded words, spaces between them, of a passage, and of the span, the questions and the terms of each unit."""

    text: str
    units: Sequence[tuple[str, str, str]]


def prepare(reading: Reading, expansions: Sequence[Expansion], files: Sequence[str]) -> Prepared:
    """Make the lines of a document; `files` are its names in the corpus."""
    document, passages = reading.document, reading.passages
    units: list[list[Unit]] = [[] for _ in passages]
    for unit in find_units(passages, expansions):
        units[unit.passage].append(unit)
    return Prepared(
        listed(document, passages, files),
        dump(document).encode(),
        dump_told(tell(document)),
        [_stored(passage, each) for passage, each in zip(passages, units, strict=True)],
        [_words(passage, each) for passage, each in zip(passages, units, strict=True)],
    )


def load_stored(number: int, line: bytes) -> Stored:
    """Read a passage back, with its units; `number` is that of the passage in the index."""
    record = json.loads(line)
    units = tuple(Unit(number, span, tuple(questions), tuple(terms)) for span, questions, terms in record["units"])
    return Stored(load_passage(record["passage"]), units)


def load_words(line: bytes) -> WordForms:
    """Read the words of a passage back."""
    text, units = json.loads(line)
    return WordForms(text, units)


def span_text(passage: Passage, unit: Unit) -> str:
    """Return the text of the span of a unit, "" where it has none."""
    if unit.span == NO_SPAN:
        return ""
    span = passage.spans[unit.span]
    return passage.text[span.start - passage.start : span.end - passage.start]


def _stored(passage: Passage, units: Sequence[Unit]) -> bytes:
    kept = [(unit.span, unit.questions, unit.terms) for unit in units]
    return _line({"passage": passage_record(passage), "units": kept})


def _words(passage: Passage, units: Sequence[Unit]) -> bytes:
    fields = [(span_text(passage, unit), "\n".join(unit.questions), "\n".join(unit.terms)) for unit in units]
    return _line((_forms(passage.text), [tuple(map(_forms, texts)) for texts in fields]))


def _forms(text: str) -> str:
    return " ".join(token.form for token in tokens(text))


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
