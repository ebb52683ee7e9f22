"""BM25 of the words of passages, through Tantivy."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from index.analysis import Token, tokens
from index.equivalents import Equivalents, phrases
from index.vectors import Numbers
from index.vocabulary import Vocabulary

Scores = NDArray[np.float64]

FIELDS = ("text", "headings")  # a passage with the expansions that lead to it; what names it

_K1_PLUS_1 = 2.2  # Tantivy's BM25 has k1 = 1.2: no term can bring more than idf x (k1 + 1)
TRUST = 0.4  # in an equivalent: of 0.4, 0.6 and 0.8 the best on the tuning half, where it was told apart at all
# English words of grammar: in a French index the rarest of words, and no information.
ENGLISH_STOPS = frozenset(
    """
    a an and any are as at be been by can could did do does for from get had has have how i if in is it its many may me much
    must my no of on or our should so some than that the their them there they this to was we were what when where which who
    why will with would you your
    """.split()
)
_MOST_TERMS = 64  # of a question: beyond, it is a pasted text, of which the beginning is enough to search
_ANALYZER = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()  # our terms come with spaces between them


@dataclass(frozen=True, slots=True)
class PassageWords:
    """What Tantivy indexes of the passage `number`: terms by field, and the scopes by which a search is restricted."""

    number: int
    scopes: tuple[str, ...]
    fields: Mapping[str, Sequence[str]]


Reading = tuple[tuple[str, float], ...]  # the terms that one word of the question may stand for, and the trust in each


class Words:
    """The words of an index, opened once and asked many times."""

    def __init__(self, folder: Path, vocabulary: Vocabulary, equivalents: Equivalents) -> None:
        self.vocabulary, self._equivalents = vocabulary, equivalents
        self._links: list[TemporaryDirectory[str]] = []  # they stay as long as these words
        index = self._open(folder)
        self._schema, self._searcher = index.schema, index.searcher()

    def _open(self, folder: Path) -> tantivy.Index:
        try:
            return tantivy.Index.open(str(folder))
        except ValueError:  # Tantivy makes a lock file to read: where it may not, it gets the same files in a folder of our own
            links = TemporaryDirectory(prefix="tresse-")
            for path in folder.iterdir():
                if not path.name.startswith("."):
                    Path(links.name, path.name).symlink_to(path.resolve())
            self._links.append(links)
            return tantivy.Index.open(links.name)

    def read(self, question: str) -> tuple[Reading, ...]:
        """Give what each different word of a question may stand for, in order."""
        different = {token.form: token for token in tokens(question)}
        asked = [token for token in list(different.values())[:_MOST_TERMS] if self._tells(token)]
        readings = [dict(self.vocabulary.readings(token)) for token in asked]
        for first, last, others in phrases([token.term for token in asked], self._equivalents):
            known = {term: TRUST for term in others if self.vocabulary.knows(term)}
            if last - first == 1:
                readings[first] = _joined(readings[first], known, self.vocabulary)
            elif known:
                readings.append(known)
        return tuple(dict.fromkeys(tuple(reading.items()) for reading in readings))

    def _tells(self, token: Token) -> bool:
        """Tell whether a word is worth searching: an English word of grammar that no document holds is not."""
        return token.form not in ENGLISH_STOPS or self.vocabulary.knows(token.term)

    def search(
        self, field: str, readings: Sequence[Reading], *, limit: int, scopes: Collection[str] = ()
    ) -> tuple[Numbers, Scores]:
        """Give the numbers of the `limit` best passages in a field, best first, and their scores from 0 to 1.

        1 would be a passage that holds every word of the question as well as can be; a word that none holds counts in it.
        `scopes` keeps passages of these only; empty, it keeps all.
        """
        best = sum(self._best(field, reading) for reading in readings)
        if not best or not limit:
            return np.empty(0, np.int64), np.empty(0)
        query = self._query(field, readings)
        if scopes:
            kept = Query.const_score_query(Query.term_set_query(self._schema, "scope", list(scopes)), 0.0)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, kept)])
        hits = self._searcher.search(query, limit=limit, count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        return np.array(numbers, dtype=np.int64), np.array([score for score, _ in hits], dtype=np.float64) / best

    def _best(self, field: str, reading: Reading) -> float:
        return _K1_PLUS_1 * max(self.vocabulary.idf(field, term) for term, _ in reading)

    def _query(self, field: str, readings: Sequence[Reading]) -> Query:
        words = []
        for reading in readings:
            choices = [Query.boost_query(Query.term_query(self._schema, field, term), trust) for term, trust in reading]
            words.append((Occur.Should, choices[0] if len(choices) == 1 else Query.disjunction_max_query(choices)))
        return Query.boolean_query(words)


def _joined(reading: dict[str, float], known: dict[str, float], vocabulary: Vocabulary) -> dict[str, float]:
    """Add equivalents to what a word may stand for; they take the place of guesses at a word that is unknown as it stands."""
    if not known:
        return reading
    certain = {term: trust for term, trust in reading.items() if trust == 1.0 and vocabulary.knows(term)}
    return known | certain


def write_words(folder: Path, passages: Iterable[PassageWords]) -> None:
    """Write the index of the words, whole, into a new folder. Raises OSError where there is no room for it."""
    folder.mkdir(parents=True)
    try:
        index = tantivy.Index(_schema(), path=str(folder), reuse=False)
        index.register_tokenizer("terms", _ANALYZER)
        writer = index.writer(num_threads=1)  # one thread, one segment, passages in order
        for passage in passages:
            writer.add_document(_document(passage))
        writer.commit()
        writer.wait_merging_threads()
    except ValueError as error:  # Tantivy’s word for any fault of the disk
        raise OSError(str(error)) from error


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", fast=True)
    builder.add_text_field("scope", tokenizer_name="raw", index_option="basic")
    for field in FIELDS:
        builder.add_text_field(field, tokenizer_name="terms", index_option="freq")
    return builder.build()


def _document(passage: PassageWords) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("number", passage.number)
    for scope in passage.scopes:
        document.add_text("scope", scope)
    for field, words in passage.fields.items():
        document.add_text(field, " ".join(words))
    return document
