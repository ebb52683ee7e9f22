"""A reading and its expansions in, the lines that an index keeps of the document out.

They depend on one document and its expansions alone: a build takes them again from the generation before where neither changed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from index.analysis import tokens
from index.contents import Listed, listed
from index.knowledge import dump_told, tell
from index.units import Unit, find_units
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


def prepare(reading: Reading, expansions: Sequence[Expansion], files: Sequence[str]) -> Prepared:
    """Make the lines of a document; `files` are its names in the corpus."""
    document, passages = reading.document, reading.passages
    units: list[list[Unit]] = [[] for _ in passages]
    for unit in find_units(passages, expansions):
        units[unit.passage].append(unit)
    return Prepared(
        listed(document, passages, files, expanded=bool(expansions)),
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


def load_words(line: bytes) -> str:
    """Read the folded words of a passage and of its expansions back, spaces between them."""
    forms: str = json.loads(line)
    return forms


def _stored(passage: Passage, units: Sequence[Unit]) -> bytes:
    kept = [(unit.span, unit.questions, unit.terms) for unit in units]
    return _line({"passage": passage_record(passage), "units": kept})


def _words(passage: Passage, units: Sequence[Unit]) -> bytes:
    """Write the folded words by which a passage is found: its own, and those of the expansions that lead to it."""
    texts = (passage.text, *(text for unit in units for text in (*unit.questions, *unit.terms)))
    return _line(" ".join(token.form for text in texts for token in tokens(text)))


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
