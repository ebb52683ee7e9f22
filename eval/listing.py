"""A folder of runs in, what each of them is out, newest first. Opens no outcome and imports nothing that takes time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from settings import ROOT

RUNS = ROOT / "var" / "eval"
QUESTIONS = ROOT / "eval" / "questions.jsonl"


@dataclass(frozen=True, slots=True)
class Listed:
    """A run as a list shows it; `folder` is the name of its folder, `questions` how many were asked."""

    folder: str
    name: str
    date: datetime
    split: str
    commit: str
    questions: int


def list_runs(folder: Path = RUNS) -> tuple[Listed, ...]:
    """Return the whole runs of a folder, newest first; what is no run, or is half written, stays out."""
    paths = sorted(folder.glob("*/manifest.json")) if folder.is_dir() else []
    found = [each for each in map(_listed, paths) if each]
    return tuple(sorted(found, key=lambda each: (each.date, each.folder), reverse=True))


def _listed(manifest: Path) -> Listed | None:
    try:
        told: Mapping[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
        name = json.loads((manifest.parent / "metrics.json").read_text(encoding="utf-8"))["name"]
        asked = (manifest.parent / "outcomes.jsonl").read_bytes().count(b"\n")
        return Listed(manifest.parent.name, name, local(told["date"]), told.get("split", ""), told.get("commit", "?"), asked)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def local(date: str) -> datetime:
    """Return a manifest's date in the time of this machine; one without a zone is taken for it. Raises ValueError for none."""
    return datetime.fromisoformat(date).astimezone()
