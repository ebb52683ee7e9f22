"""Lines in, blocks out: where a paragraph goes on and where the next begins."""

import re
from dataclasses import dataclass, field, replace

from ingest.document import BlockKind, Speaker
from ingest.layout import ITEM, Line, RawBlock

# What announces the box that follows, alone on its line.
LABELS: dict[str, BlockKind] = {"EXEMPLE": "example", "EXEMPLES": "example", "À SAVOIR": "box", "À RETENIR": "box"}
BULLET = re.compile(r"^\s*(?:l|[•▪◦‣●○■□·*–-])\s+(?=\S)")
_DASH = re.compile(r"^\s*[–-]\s")
LINE_IS_PARAGRAPH = 200  # characters: no file wraps its lines wider, so a longer line is a paragraph that was not wrapped
_OPENS_SENTENCE = re.compile(r"[A-ZÀ-ÖØ-Þ\d«“\"—–•]")


def joins(before: str, after: str) -> bool:
    """Whether `after` goes on with the sentence of `before` across a blank line: an extraction leaves such gaps."""
    return before.rstrip().endswith((",", "-")) or not _OPENS_SENTENCE.match(after.lstrip())


@dataclass(slots=True)
class _Growing:
    """A block while it is read."""

    kind: BlockKind
    rows: list[list[Line]]
    level: int = 0
    speaker: Speaker | None = None
    inline: bool = False


@dataclass(slots=True)
class Grouping:
    """The blocks of a run of lines while they are read, each with its rows; `kind` is what ordinary text becomes."""

    kind: BlockKind
    speaker: Speaker | None = None
    _done: list[_Growing] = field(default_factory=list)
    _open: bool = False
    _after_gap: bool = True
    _expected: BlockKind | None = None

    def gap(self) -> None:
        """A blank line."""
        self._after_gap = True

    def close(self) -> None:
        """Let nothing more join the last block."""
        self._open = False

    def expect(self, kind: BlockKind) -> None:
        """Say what the next text is, once."""
        self._expected = kind

    def alone(self, kind: BlockKind, line: Line, *, inline: bool = False) -> None:
        """Add a block of one line that nothing joins."""
        self._done.append(_Growing(kind, [[line]], inline=inline))
        self._open = False

    def open(self, kind: BlockKind, line: Line, *, level: int = 0) -> None:
        """Begin a block."""
        self._done.append(_Growing(kind, [[line]], level, self.speaker))
        self._open, self._after_gap = True, False

    def bulleted(self, line: Line) -> bool:
        """Whether `line` begins an item; a dash in the middle of a sentence does not."""
        if not BULLET.match(line.text):
            return False
        in_sentence = self._open and not self._after_gap and not self._last_line().text.rstrip().endswith((":", ";", ".", ","))
        return not (in_sentence and _DASH.match(line.text))

    def item(self, line: Line) -> None:
        """Begin an item of a list."""
        bulleted = replace(line, text=BULLET.sub(ITEM, line.text))
        if self._open and self._done and self._done[-1].kind == "list":
            self._add_row(bulleted)
        else:
            self.open("list", bulleted)

    def row(self, line: Line) -> None:
        """Begin a row in the block that is open: a list inside an answer."""
        self._add_row(replace(line, text=BULLET.sub(ITEM, line.text)))

    def text(self, line: Line) -> None:
        """Go on with the open block, or begin the next."""
        goes_on = self._open and (not self._after_gap or joins(self._last_line().text, line.text))
        if goes_on and len(self._last_line().text) <= LINE_IS_PARAGRAPH:
            self._done[-1].rows[-1].append(line)
            self._after_gap = False
        else:
            self.open(self._expected or self.kind, line)
            self._expected = None

    def rename(self, kind: BlockKind, *, level: int) -> None:
        """Turn the last block, where it is ordinary text that a blank line set apart, into `kind`."""
        if self._open and len(self._done) > 1 and self._done[-1].kind == self.kind and not self._done[-2].inline:
            self._done[-1].kind, self._done[-1].level = kind, level

    def blocks(self) -> tuple[RawBlock, ...]:
        """Return what was read."""
        return tuple(
            RawBlock(each.kind, tuple(map(tuple, each.rows)), each.level, each.speaker, each.inline) for each in self._done
        )

    def _add_row(self, line: Line) -> None:
        self._done[-1].rows.append([line])
        self._after_gap = False

    def _last_line(self) -> Line:
        return self._done[-1].rows[-1][-1]
