"""A folder of documents, queries and judgements in, a set to measure retrieval with out. Knows nothing of who searches."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from errors import TresseError

_CORPUS, _QUERIES, _QRELS = "corpus.jsonl", "queries.jsonl", "qrels.tsv"
_LAYOUT = "un ensemble est un dossier avec corpus.jsonl, queries.jsonl et qrels.tsv"


@dataclass(frozen=True, slots=True)
class SetDocument:
    """A document of a set; one of `title` and `text` may be empty."""

    id: str
    title: str
    text: str

    @property
    def whole(self) -> str:
        """The title and the text, for systems that know only a text."""
        return "\n\n".join(part for part in (self.title, self.text) if part.strip())


@dataclass(frozen=True, slots=True)
class Query:
    """A query of a set."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """`judgements` gives, by query, the relevance of documents, 0 included. Each query has one document at least above 0."""

    name: str
    documents: tuple[SetDocument, ...]
    queries: tuple[Query, ...]
    judgements: Mapping[str, Mapping[str, int]]

    @property
    def digest(self) -> str:
        """SHA-256 of the documents: two sets that share it have the same index."""
        records = ([document.id, document.title, document.text] for document in self.documents)
        return sha256("\n".join(json.dumps(record) for record in records).encode()).hexdigest()


def read_set(folder: Path) -> RetrievalSet:
    """Read the set in `folder`, leaving out the queries for which no document is relevant.

    Raises TresseError, with the file, the line and the cure, at the first fault: figures on part of a set compare with nothing.
    """
    documents = tuple(
        SetDocument(*_values(folder / _CORPUS, number, record, ("id", "title", "text")))
        for number, record in _records(folder / _CORPUS)
    )
    for number, document in enumerate(documents, start=1):
        if not document.whole:
            raise _fault(folder / _CORPUS, number, f"le document «\u00a0{document.id}\u00a0» est vide", "retirez-le")
    queries = tuple(
        Query(*_values(folder / _QUERIES, number, record, ("id", "text"))) for number, record in _records(folder / _QUERIES)
    )
    judgements = _judgements(folder / _QRELS, {document.id for document in documents}, {query.id for query in queries})
    judged = tuple(query for query in queries if any(level > 0 for level in judgements.get(query.id, {}).values()))
    if not judged:
        raise TresseError(f"{folder / _QRELS} ne juge aucun document pertinent\u00a0: complétez-le, puis relancez.")
    return RetrievalSet(folder.resolve().name, documents, judged, judgements)


def sample(measured: RetrievalSet, count: int | None) -> RetrievalSet:
    """Keep `count` queries, evenly spaced in the order of the file; all of them for None or more than there are."""
    if count is None or count >= len(measured.queries):
        return measured
    if count < 1:
        raise TresseError("Il faut au moins une question\u00a0: donnez à --queries un nombre à partir de 1.")
    kept = tuple(measured.queries[place * len(measured.queries) // count] for place in range(count))
    return replace(measured, queries=kept)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Give the lines that are not blank, with their number."""
    try:
        content = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise TresseError(f"{path} n’existe pas\u00a0: {_LAYOUT}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise TresseError(f"{path} ne peut pas être lu\u00a0: vérifiez ses droits et qu’il est en UTF-8.") from error
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            yield number, line


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give the JSON object of each line. Raises TresseError for another thing, an id seen before, and no object at all."""
    seen: set[Any] = set()
    for number, line in _lines(path):
        try:
            record = json.loads(line)
        except ValueError as error:
            raise _fault(path, number, "ce n’est pas du JSON", "corrigez la ligne") from error
        if not isinstance(record, dict):
            raise _fault(path, number, "ce n’est pas un objet JSON", "écrivez un objet par ligne")
        if str(record.get("id")) in seen:
            raise _fault(path, number, f"l’identifiant «\u00a0{record['id']}\u00a0» est déjà pris", "donnez-en un autre")
        seen.add(str(record.get("id")))
        yield number, record
    if not seen:
        raise TresseError(f"{path} est vide\u00a0: {_LAYOUT}.")


def _values(path: Path, number: int, record: Mapping[str, Any], fields: Sequence[str]) -> Iterator[str]:
    """Give the text of each field; only a title may be missing."""
    for field in fields:
        value = record.get(field, "" if field == "title" else None)
        if not isinstance(value, str) or (field == "id" and not value):
            raise _fault(path, number, f"le champ «\u00a0{field}\u00a0» manque ou n’est pas un texte", "ajoutez-le")
        yield value


def _judgements(path: Path, documents: set[str], queries: set[str]) -> dict[str, dict[str, int]]:
    judgements: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        columns = line.rstrip("\r").split("\t")
        if len(columns) != 3 or not columns[2].strip().removeprefix("-").isdecimal():
            wanted = "écrivez la question, le document et un entier, séparés par des tabulations"
            raise _fault(path, number, "ce n’est pas un jugement", wanted)
        query, document, level = columns
        if query not in queries or document not in documents:
            unknown, where = (query, _QUERIES) if query not in queries else (document, _CORPUS)
            raise _fault(path, number, f"«\u00a0{unknown}\u00a0» n’est pas dans {where}", "ajoutez-le, ou retirez la ligne")
        judgements.setdefault(query, {})[document] = int(level)
    return judgements


def _fault(path: Path, number: int, what: str, cure: str) -> TresseError:
    return TresseError(f"{path}, ligne {number}\u00a0: {what}\u00a0; {cure}.")
