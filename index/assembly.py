"""What an index holds of several documents together: the texts to encode, and every file but the manifest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

from index.analysis import stem, terms, tokens
from index.contents import Contents, dump_contents
from index.encoder import Vectors
from index.files import CONTENTS, DOCUMENTS, KNOWLEDGE, PASSAGES, TOLD, VOCABULARY, WORD_FORMS, WORDS
from index.knowledge import dump_knowledge, know, load_told
from index.lines import write_lines
from index.prepared import Prepared, Stored, load_stored, load_words
from index.units import NO_SPAN
from index.vectors import write_vectors
from index.vocabulary import count_words, dump_vocabulary
from index.words import PassageWords, write_words
from ingest.passages import Passage

Terms = list[str]


@dataclass(frozen=True, slots=True)
class Assembly:
    """Documents put together: their passages with the expansions of each, and its folded words, numbered throughout."""

    prepared: Sequence[Prepared]
    contents: Contents
    stored: Sequence[Stored]
    words: Sequence[str]

    @property
    def passages(self) -> list[Passage]:
        """The passages, in order."""
        return [each.passage for each in self.stored]

    def counts(self) -> dict[str, int]:
        """Count what is searched."""
        units = [unit for each in self.stored for unit in each.units]
        return {
            "documents": len(self.contents),
            "passages": len(self.stored),
            "spans": sum(unit.span != NO_SPAN for unit in units),
            "questions": sum(len(unit.questions) for unit in units),
        }


def assemble(prepared: Sequence[Prepared]) -> Assembly:
    """Put documents together, in this order."""
    contents, first = {}, 0
    for each in prepared:
        contents[each.listed.id] = each.listed.moved(first)
        first += len(each.passages)
    lines = chain.from_iterable(each.passages for each in prepared)
    stored = [load_stored(number, line) for number, line in enumerate(lines)]
    return Assembly(prepared, contents, stored, [load_words(line) for each in prepared for line in each.words])


def embedded_texts(whole: Assembly) -> list[tuple[str, ...]]:
    """List, for each passage, what its vector is made of: itself under its last titles, and the questions that lead to it."""
    return [
        (_titled(each.passage), *dict.fromkeys(question for unit in each.units for question in unit.questions))
        for each in whole.stored
    ]


def _titled(passage: Passage) -> str:
    """Return a passage as our encoder saw them in training: its titles on a line above it."""
    return f"{' > '.join(passage.place.headings[-2:])}\n{passage.text}".lstrip("\n")


def write_assembly(folder: Path, whole: Assembly, vectors: Vectors) -> None:
    """Write every file of a generation except its manifest. `vectors` has a row for each passage."""
    prepared, passages = whole.prepared, whole.passages
    _write(folder / CONTENTS, dump_contents(whole.contents))
    write_lines(folder / DOCUMENTS, (each.document for each in prepared))
    write_lines(folder / TOLD, (each.told for each in prepared))
    write_lines(folder / PASSAGES, (line for each in prepared for line in each.passages))
    write_lines(folder / WORD_FORMS, (line for each in prepared for line in each.words))
    write_vectors(folder, vectors)
    fields = {
        "text": [[stem(form) for form in words.split()] for words in whole.words],
        "headings": [_heading_terms(whole.contents[passage.document].title, passage) for passage in passages],
    }
    _write(folder / VOCABULARY, dump_vocabulary(count_words(fields, _forms(whole))))
    texts = [frozenset(terms(passage.text)) for passage in passages]
    _write(folder / KNOWLEDGE, dump_knowledge(know((load_told(each.told) for each in prepared), passages, texts)))
    write_words(folder / WORDS, _passage_words(passages, fields["text"], fields["headings"]))


def _passage_words(passages: Sequence[Passage], texts: Sequence[Terms], headings: Sequence[Terms]) -> Iterator[PassageWords]:
    for number, passage in enumerate(passages):
        fields = {"text": texts[number], "headings": headings[number]}
        yield PassageWords(number, (passage.document, passage.scope), fields)


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
    for each, words in zip(whole.stored, whole.words, strict=True):
        yield from words.split()
        place = each.passage.place
        names = (whole.contents[each.passage.document].title, *place.headings, str(place.speaker or ""))
        yield from (form for name in names for _, form in _words(name))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
