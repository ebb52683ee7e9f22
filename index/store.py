"""Where the parts of an index stand in a generation: written by a build, checked and loaded by whoever searches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from errors import TresseError
from index.analysis import Token, tokens
from index.encoder import Encoder, Vectors, open_encoder
from index.equivalents import equivalents
from index.fusion import read_weights
from index.generation import CURE, Generation, current_generation, has_generation
from index.grams import NO_GRAMS, Grams, read_grams, write_grams
from index.records import dump_lines, load_documents, load_passages, load_units
from index.scoring import Scorer
from index.search import Index
from index.units import NO_SPAN, Layout, Numbers, Unit, find_groups
from index.vectors import read_vectors, write_vectors
from index.vocabulary import count_words, dump_vocabulary, load_vocabulary
from index.words import FIELDS, Words, WordUnit, write_words
from ingest.document import Document
from ingest.glossary import build_glossary
from ingest.passages import Passage
from ingest.reader import corpus_files
from settings import Settings

_DOCUMENTS, _PASSAGES, _UNITS = "documents.jsonl", "passages.jsonl", "units.jsonl"
_VECTORS, _VOCABULARY, _WORDS, _GRAMS = "vectors.faiss", "vocabulary.json", "words", "grams.npz"


@dataclass(frozen=True, slots=True)
class Content:
    """What is searched."""

    documents: Mapping[str, Document]
    passages: Sequence[Passage]
    units: Sequence[Unit]

    def digests(self) -> dict[str, str]:
        """Give a SHA-256 for each document that changes with its text, its structure, its passages or its expansions."""
        totals = {name: sha256(dump_lines([document]).encode()) for name, document in self.documents.items()}
        for passage in self.passages:
            totals[passage.document].update(dump_lines([passage]).encode())
        for unit in self.units:
            known = f"{unit.span} {unit.questions} {unit.terms}"
            totals[self.passages[unit.passage].document].update(known.encode())
        return {name: total.hexdigest() for name, total in totals.items()}


def has_index(settings: Settings) -> bool:
    """Tell whether an index was ever built with these settings, whatever its state."""
    return has_generation(settings.index)


def open_index(
    settings: Settings,
    *,
    encoder: Encoder | None = None,
    weights: Mapping[str, float] | None = None,
    words: type[Words] = Words,
) -> Index:
    """Load the index that serves, with its model and the fitted weights of its signals unless they are given.

    `words` is what reads questions: an evaluation may want to know what its knowledge of words brings.

    Raises TresseError, each with its own sentence and the cure, where the index is missing, incomplete, altered, of another
    version, of another model, or older than the corpus.
    """
    generation = current_generation(settings.index)
    check_corpus(generation, settings)
    for _, fault in generation.faults():
        if fault:
            raise TresseError(fault)
    encoder = open_encoder(settings.model) if encoder is None else encoder
    if generation.manifest.model != encoder.fingerprint:
        raise TresseError(
            f"L’index a été construit avec un autre modèle ({generation.manifest.model.rpartition(':')[0]}) que celui qui est "
            f"choisi ({encoder.fingerprint.rpartition(':')[0]}), ou une autre version du même. {CURE}"
        )
    return _load(generation, encoder, weights, words)


def check_corpus(generation: Generation, settings: Settings) -> None:
    """Raise TresseError where the corpus is no longer the one that was indexed."""
    indexed, found = generation.manifest.corpus, corpus_files(settings.corpus)
    names = sorted(name for name in indexed.keys() | found.keys() if indexed.get(name) != found.get(name))
    if names:
        raise TresseError(f"Le corpus a changé depuis la construction de l’index ({', '.join(names[:5])}). {CURE}")


def load_content(generation: Generation) -> Content:
    """Load what is searched, from files that were verified."""
    return Content(
        documents=load_documents(generation.read_text(_DOCUMENTS)),
        passages=load_passages(generation.read_text(_PASSAGES)),
        units=load_units(generation.read_text(_UNITS)),
    )


def _load(generation: Generation, encoder: Encoder, weights: Mapping[str, float] | None, reader: type[Words]) -> Index:
    content = load_content(generation)
    glossary = build_glossary(document.text for document in content.documents.values())
    vocabulary = load_vocabulary(generation.read_text(_VOCABULARY))
    words = reader(generation.folder / _WORDS, vocabulary, equivalents(glossary))
    vectors = read_vectors(generation.folder / _VECTORS)
    layout = Layout(content.units, len(content.passages))
    if (vectors.rows, vectors.dimension) != (layout.rows, encoder.dimension):
        raise TresseError(f"L’index est incohérent\u00a0: «\u00a0{_VECTORS}\u00a0» ne correspond pas aux passages. {CURE}")
    return Index(
        content.documents,
        content.passages,
        units=content.units,
        scorer=Scorer(layout, words, vectors, _grams(generation), find_groups(content.passages)),
        encoder=encoder,
        weights=weights or read_weights(expanded=any(unit.questions for unit in content.units)),
    )


def _grams(generation: Generation) -> Grams:
    return read_grams(generation.folder / _GRAMS) if _GRAMS in generation.manifest.files else NO_GRAMS


def write_content(folder: Path, content: Content, vectors: Vectors) -> None:
    """Write every file of a generation except its manifest. `vectors` has the rows that `embedded_texts` lists."""
    _write(folder / _DOCUMENTS, dump_lines(content.documents.values()))
    _write(folder / _PASSAGES, dump_lines(content.passages))
    _write(folder / _UNITS, dump_lines(content.units))
    write_vectors(folder / _VECTORS, vectors)
    groups = find_groups(content.passages)
    _write_grams(folder / _GRAMS, content, groups)
    fields = {name: [tokens(text) for text in texts] for name, texts in _field_texts(content, groups["section"]).items()}
    sizes = {field: len(texts) for field, texts in fields.items()}
    _write(folder / _VOCABULARY, dump_vocabulary(count_words(fields, sizes)))
    owners = {
        "sections": np.unique(groups["section"], return_index=True)[1].tolist(),  # the first passage of each
        "passages": range(len(content.passages)),
        "units": [unit.passage for unit in content.units],
    }
    for shelf, numbers in owners.items():
        write_words(folder / _WORDS / shelf, shelf, _word_units(content, shelf, numbers, fields))


def _write_grams(path: Path, content: Content, groups: Mapping[str, Numbers]) -> None:
    """Write the centroids of the expansion questions, where there are any."""
    questions = [question for unit in content.units for question in unit.questions]
    if not questions:
        return
    layout = Layout(content.units, len(content.passages))
    owners = layout.unit_passage[layout.question_unit]
    sized = {level: (group[owners], int(group.max()) + 1) for level, group in groups.items()}
    write_grams(path, questions, {"span": (layout.question_unit, len(content.units)), **sized})


def embedded_texts(content: Content) -> list[str]:
    """List what gets a vector, in the order of the rows: each passage, each span, each expansion question."""
    passages = [f"{'. '.join(passage.place.headings[-2:])}. {passage.text}".lstrip(". ") for passage in content.passages]
    spans = [_span_text(content, unit) for unit in content.units if unit.span != NO_SPAN]
    questions = [question for unit in content.units for question in unit.questions]
    return passages + spans + questions


def _field_texts(content: Content, sections: Numbers) -> dict[str, list[str]]:
    """Give, for each field, the text of each of its units."""
    return {
        "section": _section_texts(content.passages, sections),
        "text": [passage.text for passage in content.passages],
        "headings": [_headings(content.documents[passage.document], passage) for passage in content.passages],
        "span": [_span_text(content, unit) for unit in content.units],
        "questions": ["\n".join(unit.questions) for unit in content.units],
        "terms": ["\n".join(unit.terms) for unit in content.units],
    }


def _section_texts(passages: Sequence[Passage], sections: Numbers) -> list[str]:
    """Give the text of each section whole, its titles once."""
    texts: dict[int, list[str]] = {}
    for passage, number in zip(passages, sections.tolist(), strict=True):
        texts.setdefault(number, list(passage.place.headings)).append(passage.text)
    return ["\n".join(parts) for parts in texts.values()]


def _headings(document: Document, passage: Passage) -> str:
    """Give what names a passage: its document, its titles and who speaks."""
    return "\n".join(dict.fromkeys((document.title, *passage.place.headings, str(passage.place.speaker or ""))))


def _span_text(content: Content, unit: Unit) -> str:
    if unit.span == NO_SPAN:
        return ""
    passage = content.passages[unit.passage]
    span = passage.spans[unit.span]
    return content.documents[passage.document].text[span.start : span.end]


def _word_units(
    content: Content, shelf: str, owners: Sequence[int], fields: Mapping[str, Sequence[Sequence[Token]]]
) -> list[WordUnit]:
    return [
        WordUnit(
            number,
            owner,
            (content.passages[owner].document, content.passages[owner].scope),
            {field: [token.term for token in fields[field][number]] for field in FIELDS[shelf]},
        )
        for number, owner in enumerate(owners)
    ]


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
