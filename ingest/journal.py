"""A draft of expansions and the journal beside it: what is done is never asked again, nor a file that was touched overwritten.

The journal has a line of JSON a passage done: `passage` (the SHA-256 of its text), `entries`, `dropped` (how many, by reason).
Lines with `draft` (a SHA-256) tell the drafts written here from a file that somebody has touched. A line that a kill tore
counts for nothing.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from errors import TresseError


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the draft. `quote` is a sentence or a list item of the document, to the letter."""

    quote: str
    questions: tuple[str, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drafted:
    """What was kept for the passage whose text has the SHA-256 `passage`, and how many entries were not, by reason."""

    passage: str
    entries: tuple[Entry, ...]
    dropped: Mapping[str, int]


class Journal:
    """What was drafted so far, by passage, and the draft made of it."""

    def __init__(self, draft: Path) -> None:
        """Read the journal. Raises TresseError where the draft is not as it was written, or neither can be written."""
        self._draft, self._path = draft, draft.with_name(f"{draft.name}.journal")
        self.drafted: dict[str, Drafted] = {}
        written = set()
        try:
            draft.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch()
            for record in _records(self._path):
                if "draft" in record:
                    written.add(record["draft"])
                else:
                    self.drafted[record["passage"]] = _drafted(record)
            touched = draft.exists() and sha256(draft.read_bytes()).hexdigest() not in written
        except OSError as fault:
            raise TresseError(
                f"{draft} ne peut pas être écrit ({fault.strerror})\u00a0: indiquez un autre --output."
            ) from fault
        if touched:
            raise TresseError(
                f"{draft} a été retouché ou vient d’ailleurs, et ne sera pas écrasé\u00a0: renommez-le, "
                "ou indiquez un autre --output."
            )

    def add(self, drafted: Drafted) -> None:
        """Remember a passage, on the disk too."""
        self.drafted[drafted.passage] = drafted
        self._append(asdict(drafted))

    def write(self, entries: Iterable[Entry]) -> None:
        """Replace the draft, whole or not at all; without entries there is none."""
        content = "".join(json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in entries).encode()
        if content:
            self._append({"draft": sha256(content).hexdigest()})
            fresh = self._draft.with_name(f"{self._draft.name}.new")
            fresh.write_bytes(content)
            fresh.replace(self._draft)

    def _append(self, record: Mapping[str, Any]) -> None:
        with self._path.open("a", encoding="ascii") as file:
            file.write(f"\n{json.dumps(record)}")  # the line end first: what follows a torn line stands apart from it


def _records(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        yield record


def _drafted(record: Mapping[str, Any]) -> Drafted:
    entries = (Entry(one["quote"], tuple(one["questions"]), tuple(one["terms"])) for one in record["entries"])
    return Drafted(record["passage"], tuple(entries), record["dropped"])
