"""Questions and everyday words that lead to a span of a document: `corpus/NAME.expansions.jsonl`, beside it."""

import json
from dataclasses import dataclass

from errors import TresseError
from ingest.canonical import clean
from ingest.corpus import Source, shown
from ingest.document import Document


@dataclass(frozen=True, slots=True)
class Expansion:
    """Questions that the span answers and terms that people use for it, none of them ever shown as a fact."""

    document: str
    start: int
    end: int
    questions: tuple[str, ...]
    terms: tuple[str, ...]


def read_expansions(source: Source, document: Document) -> tuple[tuple[Expansion, ...], tuple[str, ...]]:
    """Read the expansions of `document`, in the order of the file; none where there is no file.

    Returns with them a French sentence for each entry that is malformed or whose quote no longer stands in the document, with
    the number of its line. Raises TresseError where the file cannot be read.
    """
    expansions, faults = [], []
    for number, line in enumerate((source.expanded() or "").split("\n"), 1):
        try:
            if line.strip():
                expansions.append(_expansion(shown(source.expansions.name), number, line, document))
        except TresseError as fault:
            faults.append(str(fault))
    return tuple(expansions), tuple(faults)


def _expansion(name: str, number: int, line: str, document: Document) -> Expansion:
    try:
        entry = json.loads(line)
        quote, questions, terms = entry["quote"], entry["questions"], entry["terms"]
        if not (isinstance(quote, str) and quote and _strings(questions) and _strings(terms)):
            raise TypeError
        "".join((quote, *questions, *terms)).encode()  # JSON may hold halves of characters, which nothing can write
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
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
