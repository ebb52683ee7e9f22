"""The characters of a page of pdfium in, its words with their places out.

Lengths are points; x grows to the right and y downwards, in the direction in which the words are read.
"""

import ctypes
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import atan2, hypot, isfinite, pi
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

_OUTSIDE = 5.0  # points: letters may stand over the edge by a little
FARTHEST = 100_000.0  # points: what is larger or further away is on no page
MOST_CHARACTERS = 400_000  # a page: a full newspaper page has 40,000; what is beyond is noise or malice
_SPACES = frozenset(map(ord, " \t\r\n\u00a0\u202f\u2007\u2009\u200a\u2002\u2003\u3000"))
_HYPHENS = {0x02: "-", 0xFFFE: "-", 0x2010: "-", 0x2011: "-"}  # pdfium writes the first two for a hyphen at a line end
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_LIGATURES |= {0x226A: "«", 0x226B: "»"}  # signs of mathematics with which TeX makes quotes
# Accents that TeX sets as glyphs of their own, over or under the letter: the combining character of each.
_ACCENTS = {
    "\u00b4": "\u0301",
    "`": "\u0300",
    "\u02c6": "\u0302",
    "^": "\u0302",
    "\u00a8": "\u0308",
    "\u00b8": "\u0327",
    "\u02dc": "\u0303",
}
_APOSTROPHES = ("`", "\u00b4")  # what some type for one
_DOTLESS_I = "\u0131"
# What the bitmap fonts of TeX in the Cork encoding, which say nothing of their letters, hold where Unicode has others.
_CORK = {0x10: "“", 0x11: "”", 0x12: "„", 0x13: "«", 0x14: "»", 0x15: "–", 0x16: "—", 0xD7: "Œ", 0xF7: "œ"}
_CORK |= {0x1B: "ff", 0x1C: "fi", 0x1D: "fl", 0x1E: "ffi", 0x1F: "ffl", 0x7F: "-", 0x88: "•", 0xBF: "€"}
_BAND = 20  # points: the height of the bands in which the letter of an accent is looked for
_SYMBOLS = ("symbol", "dingbat", "wingding", "webding")  # names of fonts whose letters are drawings
_BOLD = ("bold", "black", "heavy", "demi", "cmbx", "sfbx", "ecbx", "-bd", "semibold")
_BOLD_WEIGHT = 600
_PRIVATE = range(0xE000, 0xF900)
# Widest gap inside a word, in heights of the font. With spaces in the file only lost ones need it; TeX has none, and its
# spaces shrink down to 0.22 and its thin spaces down to 0.17, while no pair is kerned by more than 0.1.
_GAP_WITH_SPACES, _GAP_WITHOUT = 0.22, 0.13
_SPACED_SHARE = 0.05  # of characters that are spaces, from which a file is said to have them


Frame = tuple[float, float, float, float]  # left, bottom, right, top of a page, in points, y upwards


@dataclass(frozen=True, slots=True)
class Word:
    """Letters of one style that touch. `base` is the y of the line they stand on, `size` the height of the font.

    `spaced` says that a space of the file stands before it.
    """

    text: str
    left: float
    right: float
    base: float
    size: float
    bold: bool = False
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class _Style:
    size: float
    bold: bool
    symbols: bool
    cork: bool
    turn: int | None  # quarter turns against the clock, None where the text is aslant: a watermark


_HIDDEN = _Style(1, False, False, False, None)


@dataclass(slots=True)
class _Open:
    """A word while its letters come: each with its left edge."""

    style: _Style
    base: float
    spaced: bool
    right: float = 0
    reach: float = 0  # the right edge of a last accent, which may be an apostrophe
    letters: list[str] = field(default_factory=list)
    lefts: list[float] = field(default_factory=list)

    def add(self, letter: str, left: float, right: float) -> None:
        self.letters.append(letter)
        self.lefts.append(left)
        self.right = self.reach = max(right, self.right)

    def follows(self, left: float, base: float, gap: float) -> bool:
        """Whether what stands at `left` touches the last letter; the letters of a ligature have one place."""
        size = self.style.size
        return abs(base - self.base) <= 0.1 * size and self.lefts[-1] - 0.1 * size <= left <= self.reach + gap * size

    def accent(self, mark: str, middle: float) -> None:
        index = max(bisect_right(self.lefts, middle) - 1, 0)
        letter = self.letters[index].replace(_DOTLESS_I, "i")
        self.letters[index] = unicodedata.normalize("NFC", letter + _ACCENTS[mark])

    def word(self) -> Word:
        text = "".join(self.letters)
        if self.style.symbols or all(ord(letter) in _PRIVATE for letter in text):
            text = "•" * (len(text) == 1)
        text = "".join(letter for letter in text if ord(letter) not in _PRIVATE)
        return Word(text, self.lefts[0], self.right, self.base, self.style.size, self.style.bold, self.spaced)


@dataclass(frozen=True, slots=True)
class _Accent:
    mark: str
    middle: float
    base: float
    word: _Open | None  # the one after whose letters it came
    index: int = 0


def words_of(text_page: pdfium.PdfTextPage, frame: Frame) -> Iterator[tuple[int, Word]]:
    """The words with their quarter turns, in the order of the file."""
    handle = text_page.raw
    count = min(raw.FPDFText_CountChars(handle), MOST_CHARACTERS)
    codes = [raw.FPDFText_GetUnicode(handle, index) for index in range(count)]
    places = _Places(handle, frame)
    gap = _GAP_WITH_SPACES if _has_spaces(codes, places) else _GAP_WITHOUT
    words: list[_Open] = []
    accents: list[_Accent] = []
    spaced = True
    for index, code in enumerate(codes):
        if code in _SPACES:
            spaced = spaced or places.wide(index)
            continue
        style = places.style(index)
        letter = _letter(code, style.cork) if style else ""
        if style is None or style.turn is None or not letter:
            continue
        left, right, base = places.place(index, style.turn)
        if not places.on_page(left, base, style.turn):
            continue
        if letter in _ACCENTS:
            touches = not spaced and words[-1].follows(left, base, gap)
            accents.append(
                _Accent(letter, (left + right) / 2, base, *((words[-1], len(words[-1].letters)) if touches else (None,)))
            )
            if touches:
                words[-1].reach = right
            continue
        if spaced or words[-1].style is not style or not words[-1].follows(left, base, gap):
            words.append(_Open(style, base, spaced))
        words[-1].add(letter, left, right)
        spaced = False
    _set_accents(words, accents)
    for word in words:
        closed = word.word()
        if closed.text and word.style.turn is not None:
            yield word.style.turn, closed


def _set_accents(words: Sequence[_Open], accents: Sequence[_Accent]) -> None:
    """Put each accent that is a glyph of its own on the letter under it: pdfium gives those of capitals elsewhere."""
    if not accents:
        return
    bands: defaultdict[int, list[_Open]] = defaultdict(list)
    for word in words:
        bands[int(word.base // _BAND)].append(word)
    for accent in reversed(accents):  # so that the indices of those before stay
        band = int(accent.base // _BAND)
        near = [word for number in (band, band + 1, band - 1) for word in bands[number] if word.lefts[0] <= accent.middle]
        under = [word for word in near if accent.middle <= word.right and abs(word.base - accent.base) < 0.5 * word.style.size]
        if under:
            under[0].accent(accent.mark, accent.middle)
        elif accent.word:
            accent.word.letters.insert(accent.index, "’" if accent.mark in _APOSTROPHES else accent.mark)
            accent.word.lefts.insert(accent.index, accent.middle)


def _letter(code: int, cork: bool) -> str:
    """The text of a character, "" where it has none."""
    if cork and code in _CORK:
        return _CORK[code]
    if code in _HYPHENS:
        return _HYPHENS[code]
    if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or 0xFFF0 <= code < 0x10000 or code > 0x10FFFF:
        return ""
    return _LIGATURES.get(code) or chr(code)


def _has_spaces(codes: Sequence[int], places: "_Places") -> bool:
    step = max(len(codes) // 2000, 1)  # a sample tells as much
    sample = range(0, len(codes), step)
    spaces = sum(1 for index in sample if codes[index] in _SPACES and places.wide(index))
    return spaces >= _SPACED_SHARE * len(sample)


class _Places:
    """Where the characters of a page stand, and how they look. One call of pdfium each, into memory that is used again."""

    def __init__(self, handle: Any, frame: Frame) -> None:
        self._handle = handle
        self._left, self._bottom, self._right, self._top = frame
        self._box = raw.FS_RECTF()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._edges = tuple(ctypes.c_double() for _ in range(4))
        self._styles: dict[int, _Style] = {}
        self._fonts: dict[int, tuple[bool, bool, bool]] = {}
        self._same: dict[_Style, _Style] = {}  # so that equal styles are one

    def wide(self, index: int) -> bool:
        """Whether a space has a width: those that pdfium adds have none."""
        raw.FPDFText_GetLooseCharBox(self._handle, index, self._box)
        return bool(self._box.right - self._box.left > 0.01 or abs(self._box.top - self._box.bottom) > 0.01)

    def place(self, index: int, turn: int) -> tuple[float, float, float]:
        """Left, right and base line, once the text is turned upright."""
        raw.FPDFText_GetCharOrigin(self._handle, index, self._x, self._y)
        x, y = self._x.value, self._y.value
        if turn == 0:
            raw.FPDFText_GetLooseCharBox(self._handle, index, self._box)
            return self._box.left - self._left, self._box.right - self._left, self._top - y
        left, right, bottom, top = self._edges
        raw.FPDFText_GetCharBox(self._handle, index, left, right, bottom, top)
        if turn == 1:
            return bottom.value - self._bottom, top.value - self._bottom, x - self._left
        if turn == 2:
            return self._right - right.value, self._right - left.value, y - self._bottom
        return self._top - top.value, self._top - bottom.value, self._right - x

    def on_page(self, left: float, base: float, turn: int) -> bool:
        """Whether a place is on the page: what is not, or is no number, nobody sees."""
        across, down = self._right - self._left, self._top - self._bottom
        width, height = (down, across) if turn % 2 else (across, down)
        return -_OUTSIDE < left < width + _OUTSIDE and -_OUTSIDE < base < height + _OUTSIDE

    def style(self, index: int) -> _Style | None:
        """The style of a character, None for those that pdfium adds."""
        text = raw.FPDFText_GetTextObject(self._handle, index)
        address = ctypes.cast(text, ctypes.c_void_p).value
        if address is None:
            return None
        if address not in self._styles:
            self._styles[address] = self._read(text, index)
        return self._styles[address]

    def _read(self, text: Any, index: int) -> _Style:
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(self._handle, index, matrix)
        size = raw.FPDFText_GetFontSize(self._handle, index) * hypot(matrix.c, matrix.d)
        if not (0 < abs(size) < FARTHEST and isfinite(matrix.a) and isfinite(matrix.b)):
            return _HIDDEN
        quarters = atan2(matrix.b, matrix.a) / (pi / 2)
        turn = round(quarters) % 4 if abs(quarters - round(quarters)) < 0.03 else None
        style = _Style(max(round(abs(size), 1), 0.1), *self._font(raw.FPDFTextObj_GetFont(text)), turn)
        return self._same.setdefault(style, style)

    def _font(self, font: Any) -> tuple[bool, bool, bool]:
        """Whether a font is bold, whether it draws symbols, whether it is one of TeX that does not name its letters."""
        address = ctypes.cast(font, ctypes.c_void_p).value
        if address is None:
            return False, False, False
        if address not in self._fonts:
            buffer = ctypes.create_string_buffer(256)
            raw.FPDFFont_GetBaseFontName(font, buffer, 256)
            name = buffer.value.decode("latin-1").lower().rpartition("+")[2]
            bold = raw.FPDFFont_GetWeight(font) >= _BOLD_WEIGHT or any(mark in name for mark in _BOLD)
            self._fonts[address] = bold, name.startswith(_SYMBOLS), not name
        return self._fonts[address]
