"""The addresses by which one page of Tresse leads to another."""

import re
from urllib.parse import quote

_PLACE = re.compile(r"(?P<document>.+)@(?P<start>\d{1,9})-(?P<end>\d{1,9})")


def passage_link(document: str, start: int, end: int) -> str:
    """Return the permanent address of a stretch of a document: `/document?p=livret@1200-1350`."""
    return f"/document?p={quote(f'{document}@{start}-{end}', safe='@')}"


def read_place(asked: str) -> tuple[str, int, int] | None:
    """Read back the `p` of a passage’s address: document, start and end; None where it is none."""
    found = _PLACE.fullmatch(asked)
    return (found["document"], int(found["start"]), int(found["end"])) if found else None
