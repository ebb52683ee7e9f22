"""Documents, passages and units as lines of JSON, and back."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from index.units import Unit
from ingest.document import Block, Document, Origin, Part, Span, Speaker
from ingest.passages import Passage, Place


def dump_lines(values: Iterable[Document | Passage | Unit]) -> str:
    """Write one object a line, the same values always the same way."""
    return "".join(json.dumps(asdict(value), ensure_ascii=False, separators=(",", ":")) + "\n" for value in values)


def load_documents(text: str) -> dict[str, Document]:
    """Read documents back, by id."""
    return {record["id"]: _document(record) for record in map(json.loads, text.split("\n")[:-1])}


def load_passages(text: str) -> tuple[Passage, ...]:
    """Read passages back, in order."""
    return tuple(_passage(json.loads(line)) for line in text.split("\n")[:-1])


def load_units(text: str) -> tuple[Unit, ...]:
    """Read units back, in order."""
    records = (json.loads(line) for line in text.split("\n")[:-1])
    return tuple(
        Unit(record["passage"], record["span"], tuple(record["questions"]), tuple(record["terms"])) for record in records
    )


def _document(record: Mapping[str, Any]) -> Document:
    return Document(
        id=record["id"],
        title=record["title"],
        text=record["text"],
        parts=tuple(Part(**part) for part in record["parts"]),
        blocks=tuple(_block(block) for block in record["blocks"]),
        origins=tuple(Origin(**origin) for origin in record["origins"]),
    )


def _block(record: Mapping[str, Any]) -> Block:
    return Block(**{**record, "headings": tuple(record["headings"]), "speaker": _speaker(record["speaker"])})


def _passage(record: Mapping[str, Any]) -> Passage:
    return Passage(
        **{**record, "spans": tuple(Span(**span) for span in record["spans"]), "place": _place(record["place"])},
    )


def _place(record: Mapping[str, Any]) -> Place:
    first, last = record["lines"]
    return Place(
        **{
            **record,
            "headings": tuple(record["headings"]),
            "speaker": _speaker(record["speaker"]),
            "lines": (first, last),
        }
    )


def _speaker(record: Mapping[str, str] | None) -> Speaker | None:
    return None if record is None else Speaker(**record)
