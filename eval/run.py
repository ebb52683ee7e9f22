"""A set of cases in, a run out: outcomes, figures and manifest in a folder of their own."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from answer.assistant import Assistant
from answer.conversation import Turn
from errors import TresseError
from eval.cases import Case
from eval.falsify import Trial, try_falsified
from eval.listing import RUNS
from eval.outcomes import Outcome, observe, variants, wholes
from eval.perturb import perturbations
from eval.summary import Figure, by, points_lost, summarise
from ingest.document import Document
from ingest.glossary import build_glossary
from settings import ROOT

MOST_FALSIFIED = 60  # of each kind: enough to see one acceptance in twenty, and a second's work
ASKED, FOLLOWUP = "questions", "question de suite"
NAME_LIMIT = 60  # characters: with the date before it, it names a folder on any system
_NAME = re.compile(r"\w[\w.-]*")
_DATED = re.compile(r"^\d{4}-\d\d-\d\d-\d{6}-")

Progress = Callable[[Sequence[Case], str], Iterator[Case]]


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured. `lost`: points lost by changed questions; `trials`: the falsified quotations; `manifest`: on what."""

    name: str
    outcomes: tuple[Outcome, ...]
    figures: Mapping[str, Figure]
    by_kind: Mapping[str, Mapping[str, Figure]]
    by_part: Mapping[str, Mapping[str, Figure]]
    lost: Mapping[str, Mapping[str, Figure]]
    trials: tuple[Trial, ...]
    manifest: Mapping[str, Any]


def run(assistant: Assistant, cases: Sequence[Case], *, name: str, manifest: Mapping[str, Any], progress: Progress) -> Run:
    """Ask every case, then every answerable one again as other hands would type it."""
    documents = assistant.index.documents
    seen = {label: tuple(observe(assistant, progress(asked, label))) for label, asked in rounds(cases, documents).items()}
    outcomes, said_whole = seen.pop(ASKED), seen.pop(FOLLOWUP)
    lost = points_lost(outcomes, seen)
    if said_whole:
        followed = [outcome for outcome in outcomes if outcome.case.whole and outcome.answerable]
        lost |= points_lost(said_whole, {FOLLOWUP: followed})
    trials = try_falsified(assistant.index.passages, documents, most=MOST_FALSIFIED)
    return Run(name, outcomes, summarise(outcomes), by(outcomes, "kind"), by(outcomes, "part"), lost, trials, manifest)


def rounds(cases: Sequence[Case], documents: Mapping[str, Document]) -> dict[str, Sequence[Case]]:
    """Return what a run asks, by the label of its progress: the cases, their questions changed, the follow-ups said whole."""
    glossary = build_glossary(document.text for document in documents.values())
    changed = {label: variants(cases, change) for label, change in perturbations(glossary).items()}
    return {ASKED: cases, **changed, FOLLOWUP: wholes(cases)}


def check_name(name: str) -> str:
    """Return a name that a run may have. Raises TresseError where it could not name a folder."""
    if not _NAME.fullmatch(name):
        raise TresseError(
            "Le nom d’une évaluation s’écrit en lettres, chiffres, points et tirets\u00a0: choisissez-en un autre."
        )
    if len(name) > NAME_LIMIT:
        raise TresseError(f"Le nom d’une évaluation compte {NAME_LIMIT} signes au plus\u00a0: raccourcissez-le.")
    return name


def describe(assistant: Assistant, questions: Path, corpus: Path, split: str) -> dict[str, Any]:
    """Return what was measured: the commit, the questions, the documents by hash, the model."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "questions": questions.name,
        "split": split,
        "corpus": corpus.name,
        "documents": {document.id: document.sha256 for document in assistant.index.documents.values()},
        "model": assistant.index.encoder.fingerprint,
        "passages": len(assistant.index.passages),
    }


def save(measured: Run, folder: Path = RUNS) -> Path:
    """Write a run into a folder named by its date and name; return the folder."""
    date = str(measured.manifest["date"])[:19].replace(":", "").replace("T", "-")
    target = folder / f"{date}-{measured.name}"
    target.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(asdict(outcome), ensure_ascii=False) for outcome in measured.outcomes)
    (target / "outcomes.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rest = {key: value for key, value in asdict(measured).items() if key not in ("outcomes", "manifest")}
    _write_json(target / "metrics.json", rest)
    _write_json(target / "manifest.json", measured.manifest)
    return target


def load(folder: Path) -> Run:
    """Read back a run. Raises TresseError where the folder holds none."""
    try:
        rest = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        lines = (folder / "outcomes.jsonl").read_text(encoding="utf-8").split("\n")
        return Run(
            name=rest["name"],
            outcomes=tuple(_outcome(json.loads(line)) for line in lines if line),
            figures=_figures(rest["figures"]),
            by_kind={kind: _figures(figures) for kind, figures in rest["by_kind"].items()},
            by_part={part: _figures(figures) for part, figures in rest["by_part"].items()},
            lost={label: _figures(figures) for label, figures in rest["lost"].items()},
            trials=tuple(Trial(**trial) for trial in rest["trials"]),
            manifest=manifest,
        )
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise TresseError(f"{folder} n’est pas le dossier d’une évaluation\u00a0: donnez un dossier de var/eval/.") from fault


def find_run(name: str, folder: Path = RUNS) -> Path:
    """Return the folder of a run given by path, by full name or by the name that it was given; the latest of that name."""
    if (Path(name) / "manifest.json").is_file():
        return Path(name)
    runs = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    found = [path for path in runs if name in (path.name, _DATED.sub("", path.name))]
    if not found:
        raise TresseError(
            f"Aucune évaluation «\u00a0{name}\u00a0» dans {folder}\u00a0: lancez python -m eval run --name {name}."
        )
    return found[-1]


def _outcome(entry: dict[str, Any]) -> Outcome:
    case = entry["case"]
    history = tuple(Turn(**turn) for turn in case["history"])
    evidence = tuple(tuple(group) for group in case["evidence"])
    return Outcome(
        Case(**{**case, "history": history, "evidence": evidence, "facts": tuple(case["facts"])}),
        entry["answer"],
        entry["scores"],
    )


def _figures(entries: Mapping[str, Any]) -> dict[str, Figure]:
    return {name: Figure(**figure) for name, figure in entries.items()}


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def commit() -> str:
    """The commit of the code, with « + » where files differ from it; « inconnu » outside a checkout."""
    try:
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
        dirty = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "inconnu"
    return commit.stdout.strip() + ("+" if dirty.stdout.strip() else "")
