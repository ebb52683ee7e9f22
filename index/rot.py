"""Saved answers and evaluation questions in, those of their quotations that no longer stand in the documents out.

A saved answer is an object of the command line (`python -m answer --json`, `--batch`): its citations point at offsets of a text
with a certain hash. A question of an evaluation names its evidence by quotes, of which one in each group must stand somewhere.
The opinions of visitors, in SQLite, hold the citations of the answers that they are of.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from errors import TresseError
from ingest.document import Document


def find_rot(path: Path, documents: Mapping[str, Document]) -> Iterator[str]:
    """Give a French sentence for each quotation of JSON lines, or of opinions, that no longer stands where it is said to.

    Raises TresseError where the file cannot be read.
    """
    opinions = path.suffix == ".sqlite"
    lines = _opinions(path) if opinions else _lines(path)
    for number, line in enumerate(lines, 1):
        if line.strip():
            for fault in _faults(line, documents):
                yield f"{path.name}, {'avis' if opinions else 'ligne'} {number}\u00a0: {fault}"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")  # only these: a text may hold other line ends
    except (OSError, UnicodeDecodeError) as error:
        raise TresseError(f"{path} ne peut pas être lu\u00a0: indiquez un fichier de lignes JSON en UTF-8.") from error


def _opinions(path: Path) -> list[str]:
    """Return the citations of each opinion that visitors gave, as lines of the same form."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as store:
            rows = store.execute("SELECT citations FROM opinions ORDER BY time, rowid").fetchall()
    except sqlite3.Error as error:
        raise TresseError(f"{path} ne peut pas être lu\u00a0: indiquez un fichier d’avis de Tresse.") from error
    return [f'{{"citations": {citations}}}' for (citations,) in rows]


def _faults(line: str, documents: Mapping[str, Document]) -> Iterator[str]:
    try:
        record = json.loads(line)
        citations, evidence = record.get("citations", ()), record.get("evidence", ())
        faults = [_cited(citation, documents.get(citation["document"])) for citation in citations]
        faults += [_evident(group, documents) for group in evidence]
    except (ValueError, ArithmeticError, AttributeError, LookupError, TypeError, RecursionError):
        yield "ce n’est ni une réponse ni une question d’évaluation. Retirez-la ou corrigez-la."
        return
    yield from filter(None, faults)


def _cited(citation: Mapping[str, Any], document: Document | None) -> str:
    """Return what became of the place that a citation points at, "" where it is as it was."""
    quote, start, end = str(citation["quote"]), int(citation["start"]), int(citation["end"])
    if document is None:
        return f"le document «\u00a0{citation['document']}\u00a0» n’est plus dans l’index. Posez de nouveau la question."
    if document.text[start:end] == quote:
        return ""
    if quote in document.text:
        return f"la citation {_short(quote)} a changé de place dans {document.id}. Posez de nouveau la question."
    return f"la citation {_short(quote)} ne figure plus dans {document.id}. Posez de nouveau la question."


def _evident(group: list[str], documents: Mapping[str, Document]) -> str:
    if any(quote in document.text for quote in group for document in documents.values()):
        return ""
    return f"la preuve {_short(group[0])} ne figure plus dans les documents. Corrigez-la ou retirez la question."


def _short(quote: str) -> str:
    return f"«\u00a0{quote[:80]}{'…' if len(quote) > 80 else ''}\u00a0»"
