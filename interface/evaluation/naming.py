"""What a run is called on the page, in French, and where its report is. Imports nothing that takes time."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from eval.listing import Listed

MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
HALVES: Mapping[str, str] = {"test": "moitié de test", "tune": "moitié de réglage", "all": "toutes les questions"}
REPORT_PATH, RUN_PARAMETER = "/evaluation/rapport", "evaluation"


def dated(date: datetime) -> str:
    """Write a date and its time: « 25 novembre 2026, 08:43 »."""
    day = "1er" if date.day == 1 else str(date.day)
    return f"{day}\u00a0{MONTHS[date.month - 1]} {date.year}, {date:%H:%M}"


def counted(count: int, noun: str = "question") -> str:
    """Write a count and its noun, which takes an s in the plural."""
    return f"{count}\u00a0{noun}{'s' if count > 1 else ''}"


def label(run: Listed) -> str:
    """Return a run as it is chosen in a list: date, name, half, size and commit."""
    pieces = (dated(run.date), run.name, HALVES.get(run.split, run.split), counted(run.questions), f"commit {run.commit}")
    return " · ".join(piece for piece in pieces if piece)


def report_address(*folders: str) -> str:
    """Return where the report of these runs is downloaded."""
    return f"{REPORT_PATH}?{urlencode([(RUN_PARAMETER, folder) for folder in folders])}"
