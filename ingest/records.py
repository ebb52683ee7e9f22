"""Documents and passages as JSON, and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ingest.document import Block, Document, Origin, Part, Span, Speaker
from ingest.passages import Passage, Place


def dump(value: Document | Passage) -> str:
    """Write a value as one line of JSON, the same one always the same way."""
    return json.dumps(asdict(value), ensure_ascii=False, separators=(",", ":"))


def passage_record(passage: Passage) -> dict[str, Any]:
    """Return a passage as a record of JSON."""
    return asdict(passage)


def load_document(line: str | bytes) -> Document:
    """Read a document back."""
    record = json.loads(line)
    return Document(
        **{
            **record,
            "parts": tuple(Part(**part) for part in record["parts"]),
            "blocks": tuple(_block(block) for block in record["blocks"]),
            "origins": tuple(Origin(**origin) for origin in record["origins"]),
        }
    )


def load_passage(record: Mapping[str, Any]) -> Passage:
    """Read a passage back."""
    return Passage(**{**record, "spans": tuple(Span(**span) for span in record["spans"]), "place": _place(record["place"])})


def _block(record: Mapping[str, Any]) -> Block:
    return Block(**{**record, "headings": tuple(record["headings"]), "speaker": _speaker(record["speaker"])})


def _place(record: Mapping[str, Any]) -> Place:
    first, last = record["lines"]
    return Place(
        **{**record, "headings": tuple(record["headings"]), "speaker": _speaker(record["speaker"]), "lines": (first, last)}
    )


def _speaker(record: Mapping[str, str] | None) -> Speaker | None:
    return None if record is None else Speaker(**record)
