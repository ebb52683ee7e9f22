"""Questions and everyday words that lead to a span of a document: `corpus/NAME.expansions.jsonl`, beside it."""

import json
from dataclasses import dataclass
from pathlib import Path

from errors import TresseError
from ingest.canonical import clean
from ingest.document import Document
from ingest.reader import expansions_path


@dataclass(frozen=True, slots=True)
class Expansion:
    """Questions that the span answers and terms that people use for it, none of them ever shown as a fact."""

    document: str
    start: int
    end: int
    questions: tuple[str, ...]
    terms: tuple[str, ...]


def read_expansions(folder: Path, document: Document) -> tuple[Expansion, ...]:
    """Read the expansions of `document`, in the order of the file; () where there is no file.

    Raises TresseError, with the number of the line, where an entry is malformed or its quote is not in the document.
    """
    path = expansions_path(folder, document)
    if not path.exists():
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(_expansion(path.name, number, line, document) for number, line in enumerate(lines, 1) if line.strip())


def stale_anchors(folder: Path, document: Document) -> tuple[str, ...]:
    """Return a French sentence for each entry that cannot be read or whose quote no longer stands in `document`."""
    path = expansions_path(folder, document)
    faults = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else (), 1):
        try:
            if line.strip():
                _expansion(path.name, number, line, document)
        except TresseError as fault:
            faults.append(str(fault))
    return tuple(faults)


def _expansion(name: str, number: int, line: str, document: Document) -> Expansion:
    try:
        entry = json.loads(line)
        quote, questions, terms = entry["quote"], entry["questions"], entry["terms"]
        if not (isinstance(quote, str) and quote and _strings(questions) and _strings(terms)):
            raise TypeError
    except (json.JSONDecodeError, KeyError, TypeError) as fault:
        raise TresseError(
            f"{name}, ligne {number} : une entrée a un texte « quote », des listes « questions » et « terms ». Corrigez-la."
        ) from fault
    start = document.text.find(quote)
    if start < 0:
        raise TresseError(
            f"{name}, ligne {number} : la citation « {quote[:80]} » ne figure plus dans le document. "
            "Corrigez-la ou retirez l’entrée."
        )
    return Expansion(
        document.id, start, start + len(quote), tuple(clean(text) for text in questions), tuple(clean(text) for text in terms)
    )


def _strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) and text.strip() for text in value)
