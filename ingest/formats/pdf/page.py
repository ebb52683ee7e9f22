"""A page of pdfium in, its words and its drawn lines out, upright. Knows nothing of columns or paragraphs."""

import ctypes
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.formats.pdf.words import FARTHEST, Frame, Word, words_of

_MOST_PATHS = 4_000  # drawn objects looked at on a page: a map has more, and no table
_MOST_OF_IT = 0.6  # of the page: what covers more is its ground
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_BULLET = 7.0  # points: the widest bullet
_BAND = 20  # points: the height of the bands in which the words beside a bullet are looked for


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, or a line where its width or height is next to nothing."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PageWords:
    """What stands on a page, as far as reading goes.

    `turned` are the words that run in another direction; a page that is `blank` has no words and no drawing either.
    """

    width: float
    height: float
    words: tuple[Word, ...]
    turned: tuple[Word, ...] = ()
    boxes: tuple[Box, ...] = ()
    blank: bool = False


def page_words(page: pdfium.PdfPage) -> PageWords:
    """Read a page. Raises pypdfium2.PdfiumError where it is broken."""
    frame = page.get_bbox()  # (left, bottom, right, top), before the page is turned for the screen
    width, height = frame[2] - frame[0], frame[3] - frame[1]
    text_page = page.get_textpage()
    try:
        found = list(words_of(text_page, frame))
    finally:
        text_page.close()
    turns = Counter[int]()
    for turn, word in found:
        turns[turn] += len(word.text)
    if not found:
        return PageWords(width, height, (), blank=raw.FPDFPage_CountObjects(page) == 0)
    main = min(turns, key=lambda turn: (-turns[turn], turn))
    straight = _snapped([word for turn, word in found if turn == main])
    turned = tuple(word for turn, word in found if turn != main)
    if main % 2:
        return PageWords(height, width, tuple(straight), turned)
    boxes = tuple(_boxes(page, frame)) if main == 0 else ()
    return PageWords(width, height, (*straight, *_drawn_bullets(straight, boxes)), turned, boxes)


def _snapped(words: Sequence[Word]) -> list[Word]:
    """Put what is raised or lowered beside a larger word on its line; raised digits call a footnote."""
    snapped = list(words)
    for index, word in enumerate(words):
        for near in (index - 1, index + 1):
            if 0 <= near < len(words) and _hangs_on(word, words[near], before=near < index):
                text = word.text.translate(_SUPERSCRIPTS) if word.base < words[near].base else word.text
                snapped[index] = replace(word, text=text, base=snapped[near].base if near < index else words[near].base)
                break
    return snapped


def _hangs_on(word: Word, other: Word, *, before: bool) -> bool:
    if word.size > 0.85 * other.size or len(word.text) > 6:
        return False
    raised = (other.base - word.base) / other.size
    gap = word.left - other.right if before else other.left - word.right
    near = -0.3 <= gap / other.size <= (0.2 if before else 1)
    return near and (0.1 < raised < 0.75 or -0.4 < raised < -0.08)


def _drawn_bullets(words: Sequence[Word], boxes: Sequence[Box]) -> Iterator[Word]:
    """The bullets that are drawn rather than written, as browsers do: small, as high as wide, before a word, beside none."""
    small = [
        box for box in boxes if 1 < box.right - box.left < _BULLET and abs((box.right - box.left) - (box.bottom - box.top)) < 1
    ]
    if not small:
        return
    bands: defaultdict[int, list[Word]] = defaultdict(list)
    for word in words:
        bands[int(word.base // _BAND)].append(word)
    for box in small:
        middle = (box.top + box.bottom) / 2
        band = int(middle // _BAND)
        row = [word for number in (band, band + 1) for word in bands[number] if 0 < word.base - middle < 0.7 * word.size]
        after = min((word for word in row if word.left >= box.right), key=lambda word: word.left, default=None)
        if after and after.left - box.right < 2.5 * after.size and not any(_just_before(word, box) for word in row):
            yield Word("•", box.left, box.right, after.base, after.size, spaced=True)


def _just_before(word: Word, box: Box) -> bool:
    return word.left < box.right and word.right > box.left - word.size


def _boxes(page: pdfium.PdfPage, frame: Frame) -> Iterator[Box]:
    """The extents of what is drawn on the page, save what covers most of it."""
    edges = tuple(ctypes.c_float() for _ in range(4))
    left, bottom, right, top = edges
    area = (frame[2] - frame[0]) * (frame[3] - frame[1])
    for index in range(min(raw.FPDFPage_CountObjects(page), _MOST_PATHS)):
        drawn = raw.FPDFPage_GetObject(page, index)
        if raw.FPDFPageObj_GetType(drawn) != raw.FPDF_PAGEOBJ_PATH or not raw.FPDFPageObj_GetBounds(drawn, *edges):
            continue
        box = Box(left.value - frame[0], frame[3] - top.value, right.value - frame[0], frame[3] - bottom.value)
        finite = all(abs(edge) < FARTHEST for edge in (box.left, box.top, box.right, box.bottom))
        if finite and (box.right - box.left) * (box.bottom - box.top) < _MOST_OF_IT * area:
            yield box
