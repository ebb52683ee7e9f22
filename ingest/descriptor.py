"""The editorial facts about a document that no parser should guess: `corpus/NAME.toml`, beside it."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from errors import TresseError
from ingest.document import BlockKind, Speaker
from ingest.layout import PartStart

Lines = tuple[int, int]  # first and last line of the file, from 1, both included
Role = Literal["prose", "title", "section", "subsection", "figure", "diagram", "list", "label", "presentation", "interview"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a descriptor says of a line: its role, the box it stands in, who speaks.

    `lines` is the range that gave the role, so that two headings which follow each other stay two. `reads` replaces the words
    of the range where the extraction broke them in pieces.
    """

    role: Role = "prose"
    lines: Lines | None = None
    frame: BlockKind | None = None
    speaker: Speaker | None = None
    reads: str | None = None


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What is known of a document. Without a file: nothing, and its lines are read as they come.

    `order` lists line ranges in reading order; what it leaves out are the running headers, page numbers and ornaments of
    `removed`. `notes` gives, for a line, the word of it that carries a footnote mark.
    """

    title: str = ""
    parts: tuple[PartStart, ...] = ()
    order: tuple[Lines, ...] = ()
    removed: tuple[Lines, ...] = ()
    marks: Mapping[int, Mark] = field(default_factory=dict)
    notes: Mapping[int, str] = field(default_factory=dict)


# Keys of [layout] whose value lists line ranges, and the role or the frame that they give.
_ROLES: dict[str, Role] = {
    "titles": "title",
    "sections": "section",
    "subsections": "subsection",
    "figures": "figure",
    "diagrams": "diagram",
    "lists": "list",
}
_FRAMES: dict[str, BlockKind] = {"boxes": "box", "examples": "example"}


def read_descriptor(toml: str) -> Descriptor:
    """Read a descriptor. Raises TresseError where it is not TOML or not of the form that `docs/descripteur.md` gives."""
    try:
        return _descriptor(tomllib.loads(toml))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as fault:
        raise TresseError(
            f"son descripteur est illisible ({fault}) : corrigez-le, ou retirez-le pour lire le document sans lui."
        ) from fault


def _descriptor(table: Mapping[str, Any]) -> Descriptor:
    layout = table.get("layout", {})
    return Descriptor(
        title=str(table.get("title", "")),
        parts=tuple(PartStart(str(part["id"]), str(part["title"]), int(part["line"])) for part in table.get("parts", ())),
        order=tuple(_ranges(layout.get("order", ()))),
        removed=tuple(_ranges(layout.get("removed", ()))),
        marks=_marks(layout, table.get("voices", ())),
        notes={int(note["line"]): str(note["word"]) for note in layout.get("notes", ())},
    )


def _marks(layout: Mapping[str, Any], voices: Any) -> dict[int, Mark]:
    marks: dict[int, Mark] = {}
    for (first, last), traits in (*_spoken(voices), *_laid_out(layout)):
        for number in range(first, last + 1):
            marks[number] = replace(marks.get(number, Mark()), **traits)
    return marks


def _spoken(voices: Any) -> Iterator[tuple[Lines, dict[str, Any]]]:
    for voice in voices:
        speaker = Speaker(str(voice["name"]), str(voice["role"]))
        spoken = tuple(_ranges(voice["lines"]))
        for lines in spoken:
            # One range for all: an answer goes on from the column where it breaks off to the one where it ends.
            yield lines, {"role": "interview", "lines": spoken[0], "speaker": speaker}
        for lines in _ranges([voice["presented"]] if "presented" in voice else ()):
            yield lines, {"role": "presentation", "lines": lines, "speaker": speaker}


def _laid_out(layout: Mapping[str, Any]) -> Iterator[tuple[Lines, dict[str, Any]]]:
    for key, role in _ROLES.items():
        for lines in _ranges(layout.get(key, ())):
            yield lines, {"role": role, "lines": lines}
    for key, frame in _FRAMES.items():
        for lines in _ranges(layout.get(key, ())):
            yield lines, {"frame": frame}
    for entry in layout.get("joined", ()):
        lines = _lines(entry["lines"])
        yield lines, {"role": "label", "lines": lines, "reads": str(entry["reads"])}


def _ranges(values: Any) -> Iterator[Lines]:
    for value in values:
        yield _lines(value)


def _lines(value: Any) -> Lines:
    first, last = (value, value) if isinstance(value, int) else value
    if not (isinstance(first, int) and isinstance(last, int) and 0 < first <= last):
        raise ValueError(f"{value} n’est ni un numéro de ligne ni un couple [première, dernière]")
    return first, last
