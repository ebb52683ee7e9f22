"""A file of questions in, cases out. Knows documents, nothing of answers."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from answer.conversation import Turn
from answer.entry import read_question
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
_TEXTS = ("id", "split", "question", "kind", "language", "part", "note", "whole")
_MAY_BE_EMPTY = ("note", "part")


def read_cases(path: Path, texts: Collection[str]) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """Read the cases of `path`; `texts` are the canonical texts of the documents.

    Returns the good cases, and for each bad line a French sentence with the file, the line and the cure. Raises TresseError
    where the file cannot be read at all.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # JSON strings may hold U+2028, a line end to splitlines
    except (OSError, UnicodeDecodeError) as fault:
        raise TresseError(
            f"Le fichier de questions {path} ne peut pas être lu\u00a0: vérifiez son nom et son encodage (UTF-8)."
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
        except (json.JSONDecodeError, RecursionError):
            faults.append(f"{path.name}, ligne {number}\u00a0: ce n’est pas du JSON\u00a0; mettez un objet par ligne.")
        except _CaseError as fault:
            faults.append(f"{path.name}, ligne {number}\u00a0: {fault}.")
    return tuple(cases.values()), tuple(faults)


class _CaseError(Exception):
    """What is wrong with one case, as the end of a French sentence."""


def _case(entry: Any) -> Case:
    if not isinstance(entry, dict):
        raise _CaseError('ce n’est pas un objet JSON\u00a0; écrivez {"id": …, "question": …}')
    unknown, missing = sorted(entry.keys() - _FIELDS), [name for name in _REQUIRED if not entry.get(name)]
    if unknown:
        raise _CaseError(
            f"le champ «\u00a0{unknown[0]}\u00a0» n’existe pas\u00a0; choisissez parmi {', '.join(sorted(_FIELDS))}"
        )
    if missing:
        raise _CaseError(f"le champ «\u00a0{missing[0]}\u00a0» manque\u00a0; ajoutez-le")
    texts = {name: _text(entry[name], name) for name in _TEXTS if entry.get(name) is not None}
    return Case(**{**texts, **_sequences(entry)})


def _sequences(entry: Mapping[str, Any]) -> dict[str, Any]:
    history = tuple(_turn(turn) for turn in _listed(entry, "history"))
    groups = tuple(tuple(_text(quote, "evidence") for quote in _group(group)) for group in _listed(entry, "evidence"))
    return {"history": history, "evidence": groups, "facts": tuple(_text(fact, "facts") for fact in _listed(entry, "facts"))}


def _turn(turn: Any) -> Turn:
    if not isinstance(turn, dict) or turn.keys() != {"role", "content"} or turn["role"] not in ("user", "assistant"):
        raise _CaseError(
            'un tour de «\u00a0history\u00a0» s’écrit {"role": "user" ou "assistant", "content": "…"}\u00a0; corrigez-le'
        )
    return Turn(turn["role"], _text(turn["content"], "history", empty=True))


def _group(group: Any) -> list[Any]:
    if not isinstance(group, list):
        raise _CaseError("chaque groupe de «\u00a0evidence\u00a0» est une liste de citations\u00a0; mettez-le entre crochets")
    if not group:
        raise _CaseError("un groupe de «\u00a0evidence\u00a0» est vide\u00a0; retirez-le ou donnez-lui une citation")
    return group


def _listed(entry: Mapping[str, Any], name: str) -> list[Any]:
    values = entry.get(name, [])
    if not isinstance(values, list):
        raise _CaseError(f"le champ «\u00a0{name}\u00a0» n’est pas une liste\u00a0; mettez-le entre crochets")
    return values


def _text(value: Any, name: str, *, empty: bool = False) -> str:
    if not isinstance(value, str):
        given = json.dumps(value, ensure_ascii=False)[:40]
        raise _CaseError(f"le champ «\u00a0{name}\u00a0» attend du texte\u00a0; mettez {given} entre guillemets")
    if not (empty or name in _MAY_BE_EMPTY or value.strip()):
        raise _CaseError(f"le champ «\u00a0{name}\u00a0» contient un texte vide\u00a0; écrivez-le ou retirez-le")
    return value


def _check(case: Case, texts: Collection[str], known: Mapping[str, Case]) -> None:
    if case.id in known:
        raise _CaseError(f"l’identifiant «\u00a0{case.id}\u00a0» est déjà pris\u00a0; donnez-en un autre")
    if case.kind not in KINDS:
        raise _CaseError(f"le genre «\u00a0{case.kind}\u00a0» n’existe pas\u00a0; choisissez parmi {', '.join(KINDS)}")
    if case.split not in SPLITS:
        raise _CaseError(
            f"la moitié «\u00a0{case.split}\u00a0» n’existe pas\u00a0; choisissez «\u00a0tune\u00a0» ou «\u00a0test\u00a0»"
        )
    _check_asked(case)
    for quote in (quote for group in case.evidence for quote in group):
        if not any(quote in text for text in texts):
            raise _CaseError(
                f"la citation «\u00a0{quote[:60]}\u00a0» ne figure dans aucun document\u00a0; copiez-la du texte canonique"
            )


def _check_asked(case: Case) -> None:
    """Refuse what the assistant would refuse to read: one such question would stop a whole run."""
    for name, question in (("question", case.question), ("whole", case.whole)):
        try:
            read_question(question if question is not None else "?")
        except TresseError as fault:
            raise _CaseError(
                f"le champ «\u00a0{name}\u00a0» ne peut pas être posé\u00a0; raccourcissez-le ou complétez-le"
            ) from fault
