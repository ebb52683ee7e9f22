"""A question and what was said before it in, a question that stands alone out. No language model, no documents."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from answer.names import fold, named_in
from answer.reference import Reading, read
from answer.smalltalk import small_talk, without_greeting
from index.analysis import terms

LOOKED_BACK = 12  # turns of the user: nobody points further back, and a conversation may have thousands
LONGEST_TURN = 500  # characters of a turn that are read; a pasted page says little about what « elle » is

_QUESTION_WORDS = re.compile(
    r"^(?:(?:dans|a|en|de|par|pour|depuis|avec) )?"
    r"(?:(?:est[- ]ce|qu'?est[- ]ce|c'est quoi|c'? ?koi|quel(?:le)?s?|qui|que|quoi|comment|combien|cmb|pourquoi|pk|quand|qd|ou|"
    r"what|who|where|when|how many|how much|how|why)\b"
    r"(?: (?:que c'est|est|sont|etait|is|are)\b)*(?: qu'(?:une? )?| (?:qu[ei]|de|d'une?|une?|an?|the)\b| d'|'s)?)\s*"
)
# Where the thing asked about begins: « les avantages | d’un groupement d’employeurs », « comment marche | une CAE ».
_THING = re.compile(
    r"\b(?:(?:d'une?|du|de la|des|chez|dans (?:les?|la|une?)|pour (?:les?|la|une?)|une?|les?|la|the|an?)\s+"
    r"|(?:de )?l'\s*)(?=\w{3,})",
    re.IGNORECASE,
)
_ORPHAN = re.compile(r"(?:(?<=\s)(?:d[eu]s?|la|les?|aux?|l['’]|d['’])\s*)+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side of a conversation said."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question in two: what is asked, and the thing that it is asked about."""

    ask: str
    thing: str

    def __str__(self) -> str:
        if set(terms(self.thing)) <= set(terms(self.ask)):
            return f"{self.ask} ?"
        return f"{_ORPHAN.sub('', self.ask).strip()} {self.thing} ?".strip()


def standalone(question: str, history: Sequence[Turn], *, names: Collection[str] = ()) -> str:
    """Return the question as it would be asked without the turns before it.

    Only what the user said is brought in: the last question that stood by itself, and what the follow-ups made of it.
    `names`: folded names of the documents, which are recognised without a capital.
    """
    asked = without_greeting(question).strip()
    reading = read(asked, names)
    before = _before(history, names) if reading.lean != "none" else None
    return str(_completed(reading, before)) if before else reading.said or asked


def leans_on(question: str, history: Sequence[Turn], *, names: Collection[str] = ()) -> str:
    """Return what was said just before a question that leans on it, "" when it stands by itself or turns away.

    The answer counts, whoever wrote it: « pourquoi l’ont-ils montée ? » asks about what it was about.
    """
    said = without_greeting(question).strip()
    lean = read(said, names).lean
    if lean == "replaced" or (lean == "none" and not _taken_up(said, history, names)):
        return ""
    return "\n".join(turn.content[:LONGEST_TURN] for turn in history[-2:])


def _taken_up(question: str, history: Sequence[Turn], names: Collection[str]) -> bool:
    """Say whether a question without a name asks about the words of the last answer: « un temps fort, c’est quoi ? »."""
    asked = frozenset(terms(_without_question_words(question)))
    answered = (
        frozenset(terms(history[-1].content[:LONGEST_TURN])) if history and history[-1].role == "assistant" else frozenset()
    )
    return bool(asked) and not named_in(question, names) and 2 * len(asked & answered) >= len(asked)


def _before(history: Sequence[Turn], names: Collection[str]) -> _Asked | None:
    """Return what the user was asking before, None when nothing was asked."""
    standing: _Asked | None = None
    for content in [turn.content[:LONGEST_TURN] for turn in history if turn.role == "user"][-LOOKED_BACK:]:
        asked = without_greeting(content).strip()
        if not terms(asked) or small_talk(asked):
            continue
        reading = read(asked, names)
        standing = (
            _taken_apart(reading.said, names) if reading.lean == "none" or not standing else _completed(reading, standing)
        )
    return standing


def _completed(reading: Reading, before: _Asked) -> _Asked:
    """Return a leaning question completed with what it leaves out of the question before it."""
    said = _bare(reading.said)
    match reading.lean:
        case "replaced":
            return _Asked(before.ask, said)
        case "added":
            return _Asked(before.ask, f"{before.thing} {said}")
        case "whole":
            return _Asked(f"{said} {_without_question_words(before.ask)}".strip(), before.thing)
        case _:
            return _Asked(said, before.thing)


def _taken_apart(question: str, names: Collection[str]) -> _Asked:
    """Take a question apart: at its determiner when the names are on its far side, else around its names."""
    named = named_in(question, names)
    parts = _split(question)
    if parts and set(map(fold, named)) <= set(map(fold, named_in(f"x {parts.thing}", names))):
        return parts
    mentioned = set(map(fold, named))
    bare = _bare(question)
    if not named:
        rest = _without_question_words(bare)
        return _Asked(bare[: len(bare) - len(rest)].strip(), rest)
    return _Asked(" ".join(word for word in bare.split() if not _mentions(word, mentioned)), " ".join(named))


def _mentions(word: str, named: Collection[str]) -> bool:
    parts = {fold(part).strip("?!.,;:()«» ") for part in re.split(r"['’]", word)}
    return bool(parts & set(named))


def _split(question: str) -> _Asked | None:
    """Split a question at the first determiner that follows a word of content, None when there is none."""
    bare = _bare(question)
    opening = len(bare) - len(_without_question_words(bare))
    for match in _THING.finditer(bare, opening):
        if terms(bare[opening : match.start()]) and terms(bare[match.end() :]):
            return _Asked(bare[: match.start()].strip(), bare[match.end() :].strip())
    return None


def _without_question_words(question: str) -> str:
    bare = _bare(question)
    folded = fold(bare)
    match = _QUESTION_WORDS.match(folded)
    return bare[match.end() :].lstrip() if match and len(folded) == len(bare) else bare


def _bare(question: str) -> str:
    return " ".join(question.replace("’", "'").rstrip(" \u00a0?!.,;:").split())
