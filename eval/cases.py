"""A file of questions in, cases out. Knows documents, nothing of answers."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from answer.conversation import Turn
from errors import TresseError

KINDS = (
    "factual",
    "paraphrase",  # avoids the document's words
    "number",
    "entity",
    "list",
    "definition",
    "typo",  # SMS style, no accents
    "keyword",
    "english",
    "followup",  # makes sense after its history only
    "compare",  # several parts
    "unanswerable-near",  # same domain, the documents do not say
    "unanswerable-far",
    "smalltalk",
    "injection",
)
SPLITS = ("tune", "test")


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what a right answer holds.

    `evidence` lists groups of alternative verbatim quotes: a right answer cites one of each group; () is a question that the
    documents do not answer. `facts` are short strings that the answer must contain. `part` names the part where the evidence
    stands, several joined by « + ». `whole` is the question that a follow-up asks, said in one piece.
    """

    id: str
    split: str
    question: str
    kind: str
    history: tuple[Turn, ...] = ()
    language: str = "fr"
    part: str | None = None
    evidence: tuple[tuple[str, ...], ...] = ()
    facts: tuple[str, ...] = ()
    note: str = ""
    whole: str | None = None

    @property
    def parts(self) -> frozenset[str]:
        """The parts where the evidence stands."""
        return frozenset((self.part or "").split("+")) - {""}


_FIELDS = {field.name for field in fields(Case)}
_REQUIRED = ("id", "split", "question", "kind")


def read_cases(path: Path, texts: Collection[str]) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """Read the cases of `path`; `texts` are the canonical texts of the documents.

    Returns the good cases, and for each bad line a French sentence with the file, the line and the cure. Raises TresseError
    where the file cannot be read at all.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise TresseError(
            f"Le fichier de questions {path} ne peut pas être lu : vérifiez son nom et son encodage (UTF-8)."
        ) from fault
    cases: dict[str, Case] = {}
    faults: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = _case(json.loads(line))
            _check(case, texts, cases)
            cases[case.id] = case
        except json.JSONDecodeError:
            faults.append(f"{path.name}, ligne {number} : ce n’est pas du JSON. Mettez un objet par ligne.")
        except (_CaseError, TypeError, AttributeError) as fault:
            faults.append(f"{path.name}, ligne {number} : {fault}")
    return tuple(cases.values()), tuple(faults)


class _CaseError(Exception):
    """What is wrong with one case, as the end of a French sentence."""


def _case(entry: Any) -> Case:
    if not isinstance(entry, dict):
        raise _CaseError("ce n’est pas un objet JSON. Écrivez {« id »: …, « question »: …}.")
    unknown, missing = sorted(entry.keys() - _FIELDS), [name for name in _REQUIRED if not entry.get(name)]
    if unknown:
        raise _CaseError(f"le champ « {unknown[0]} » n’existe pas. Choisissez parmi : {', '.join(sorted(_FIELDS))}.")
    if missing:
        raise _CaseError(f"le champ « {missing[0]} » manque. Ajoutez-le.")
    return Case(**{**entry, **_sequences(entry)})


def _sequences(entry: Mapping[str, Any]) -> dict[str, Any]:
    history = tuple(Turn(turn["role"], turn["content"]) for turn in _listed(entry, "history", dict))
    groups = tuple(tuple(quote for quote in group if isinstance(quote, str)) for group in _listed(entry, "evidence", list))
    return {"history": history, "evidence": groups, "facts": tuple(_listed(entry, "facts", str))}


def _listed(entry: Mapping[str, Any], name: str, kind: type) -> list[Any]:
    values = entry.get(name) or []
    if not isinstance(values, list) or not all(isinstance(value, kind) for value in values):
        raise _CaseError(f"le champ « {name} » n’a pas la forme attendue. Voyez docs/evaluation.md.")
    return values


def _check(case: Case, texts: Collection[str], known: Mapping[str, Case]) -> None:
    if case.id in known:
        raise _CaseError(f"l’identifiant « {case.id} » est déjà pris. Donnez-en un autre.")
    if case.kind not in KINDS:
        raise _CaseError(f"le genre « {case.kind} » n’existe pas. Choisissez parmi : {', '.join(KINDS)}.")
    if case.split not in SPLITS:
        raise _CaseError(f"la moitié « {case.split} » n’existe pas. Choisissez « tune » ou « test ».")
    for group in case.evidence:
        if not group:
            raise _CaseError("un groupe de preuves est vide. Retirez-le ou donnez-lui une citation.")
        for quote in group:
            if not any(quote in text for text in texts):
                raise _CaseError(f"la citation « {quote[:60]} » ne figure dans aucun document. Copiez-la du texte canonique.")
