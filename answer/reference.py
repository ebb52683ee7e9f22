"""Whether a question leans on what was said before it: ellipsis, pronouns, demonstratives, corrections."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from answer.names import fold, named_in
from index.analysis import terms

Lean = Literal[
    "none",  # stands by itself
    "replaced",  # « et pour les CAE ? », « non, je parlais de Valore »: the earlier question, about something else
    "added",  # « et en zone rurale ? »: the earlier question, made narrower
    "topic",  # « qui l’a créée ? », « et combien de salariés ? »: another question, about the same thing
    "whole",  # « où ? », « combien ? »: the earlier question, another kind of answer
]

_ASKING = (
    r"(?:qui|que|quoi|quel(?:le)?s?|comment|combien|cmb|cb|pourquoi|pk|quand|qd|ou|d'ou|est-ce|est ce|qu'est-ce|c'est quoi|"
    r"c koi|what|who|where|when|why|how|which|lequel|laquelle|lesquel(?:le)?s|peut|faut|depuis)"
)
_LINKED = re.compile(r"^(?:(?:et|mais|ou alors|and|but|sinon|puis|alors|donc|ok|oui|d'accord)\b[ ,]*)+")
_SPEAKING = r"(?:je (?:parlais|parle|voulais parler|voulais dire|veux dire|demandais|pensais)|i mean(?:t)?)"
_CORRECTED = re.compile(
    rf"^(?:non|nan|pas ca|en fait|plutot|no|{_SPEAKING})\b[ ,.:;!-]*(?:(?:non|mais|plutot|en fait|{_SPEAKING})\b[ ,]*)*"
)
_SWITCHED = re.compile(
    r"^(?:(?:bon|ok|merci|et|sinon)\W+)*"
    r"(?:(?:autre|nouvelle) (?:sujet|question|chose)|changeons de sujet|rien a voir(?: mais)?|"
    r"laiss(?:ons|ez|e) (?:ca|cela)|passons a autre chose|oublie[zs]? ca|"
    r"je change de sujet|another (?:question|topic))\b[ ,.:;!-]*"
)
# A sentence of its own, not the name of another thing: it has a subject that is a pronoun, or asks at its end.
_SENTENCE = re.compile(
    r"(?:^|[ ,'])(?:ils?|elles?|on|je|tu|nous|vous|ca|y a|c'est)\b(?! compris)"
    r"|\b(?:quoi|ou|quand|combien|qui|comment|pourquoi|lesquel(?:le)?s)$"
)
_COMPARED = re.compile(
    r"\b(?:differences?|compar(?:e|er|ez|aison|ee?s?)|versus|vs|par rapport aux?|plutot .+ ou|distingue(?:r|nt)?)\b"
)
_ABOUT = re.compile(
    r"^(?:(?:pour|chez|du cote d[eu']|concernant|a propos d[eu']|cote|what about|how about|for|about)\s+)?"
    r"(?:(?:les?|la|des?|du|une?|aux?|ceux|celles?|celui|the|an?)\s+|[ld]'\s*)*"
)
_ADDED = re.compile(r"^(?:en|dans|a|au|aux|sur|avec|sans|meme|aussi|si|quand|in|at|with)\b")
_ABOUT_SOMETHING = re.compile(r"^(?:pour|chez|concernant|a propos|du cote|cote|how about|what about)\b")
_TALKING = re.compile(
    r"\b(?:precise[rz]?|explique[rz]?|detaille[rz]?|developpe[rz]?|dire|dis|donne[rz]?|continue[rz]?|savoir|suite|more|please|details?|"
    r"annees?|dates?|moment|endroit|lieux?|temps)\b"
)
_ADVERB = re.compile(r"\b(?:au bout de|au total|au moins|au plus|au maximum|a la fin|en moyenne|par an|le plus|la plus)\b")
_NOUN_PHRASE = r"(?:\b(?:les?|la|des?|du|aux?|une?|mon|ma|mes|notre|nos|votre|vos|chaque)\s+\w{3,}|\b[ld]')"
_POINTING = re.compile(
    r"\b(?:celui|celle|ceux|celles)(?:-ci|-la)?\b(?! (?:qui|que|dont|d[eu']))"
    r"|\b(?:cela|ceci|ca)\b(?<!c'est quoi ca)"
    r"|\bce(?:t|tte|s)? (?!qu|que|qui|sont|n'|dernier mois)\w{3,}"
    r"|\b(?:la-bas|la-dedans|dedans|ce dernier|cette derniere|les deux|tous les deux|l'autre|les autres|d'autres)\b"
    r"|\by (?!compris)(?:a-t-il|en\b|a\b|est\b|adherer|participer|entrer|aller|acceder|trouver|travaille\w*|\w+er\b)"
    r"|\b(?:qui|on|combien|il|elle|n'|s'|peut|comment|en quoi) en (?:a|ont|est|font|fait|parle|profite|beneficie|\w+er|\w+ir)\b"
    r"|\b(?:qui|comment|quand|pourquoi|ou|on|pour|de|a|combien) (?:l'|les? |la )(?:a|ont|avait|est|etait|\w+(?:er|ir|re))\b"
    r"|\bqui (?:l'\w+|les? \w+|la \w+)$"
    r"|\b(?:it|its|they|their|them|this|that one|these|those)\b"
)
_POSSESSIVE = re.compile(r"\b(?:son|sa|ses|leurs?|lui|eux)\b")
_SUBJECT = re.compile(r"(?:^|[ ,])(?:qu'|si )?(?:il|elle|ils|elles)\b(?! y a\b)|-(?:t-)?(?:il|elle|ils|elles)\b")
_ASKED_NOUN = re.compile(rf"^\W*{_ASKING}\b(?: de \w+| d'\w+| \w+)?")
_IMPERSONAL = re.compile(
    r"\b(?:faut|y a|existe|s'agit|est|sera)[- ](?:t-)?il\b|\bil (?:faut|y a|existe|est (?:possible|difficile))\b"
)
# « C’est quoi une cae ? », « qu’est-ce qu’un pôle ? » name their subject, however short.
_DEFINED = re.compile(
    r"(?:qu'?est[ -]ce (?:que c'est )?(?:qu'|que |que c'est que )"
    r"|c'est quoi|c'? ?koi|quoi|definition|what(?: is|'s)|(?:qui|ou) (?:est|sont)) .*?\w{3,}"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question leans on the ones before it, and what it says itself, without « et », « non, je parlais de »..."""

    lean: Lean
    said: str


def read(question: str, known: Collection[str] = ()) -> Reading:
    """Read how a question leans on the ones before it. `known`: folded names of the documents."""
    said = question.strip()
    switched = _strip(said, _SWITCHED)
    if switched != said and terms(switched):
        return Reading("none", switched)
    corrected = _strip(said, _CORRECTED)
    if corrected != said and terms(corrected):
        return _corrected(_strip(corrected, _LINKED), known)
    linked = _strip(said, _LINKED)
    folded = fold(linked)
    if not _content(linked):
        return Reading("whole", linked)
    if not _asks(folded) and _brief(linked) and not _POSSESSIVE.search(folded):
        if _ADDED.match(folded) and (linked != said or len(_content(linked)) <= 2):
            return Reading("added", linked)
        sentence = _SENTENCE.search(folded.strip(" ?!."))
        if not sentence and (linked != said or _ABOUT_SOMETHING.match(folded)):
            return Reading("replaced", _strip(linked, _ABOUT) or linked)
    if _leans(linked, known) or (linked != said and not _stands(linked, known) and not _DEFINED.search(folded)):
        return Reading("topic", linked)
    return Reading("none", linked)


def _corrected(said: str, known: Collection[str]) -> Reading:
    """Read what follows « non, je parlais de... »: a question of its own, or the name of what was meant."""
    if _asks(fold(said)):
        return Reading("none" if _stands(said, known) else "topic", said)
    return Reading("replaced", _strip(said, _ABOUT) or said)


def _asks(folded: str) -> bool:
    return bool(re.match(rf"(?:(?:a|en|de|par|pour|avec|depuis|dans|jusqu'a) )?{_ASKING}\b", folded)) or bool(
        re.search(r"\w-(?:t-)?(?:il|elle|on|ils|elles|je)\b", folded)
    )


def _strip(text: str, opening: re.Pattern[str]) -> str:
    """Return the text without the opening, which is matched on the folded text; folding keeps words one for one."""
    folded = fold(text)
    match = opening.match(folded)
    if not match or not match.end():
        return text
    rest = folded[match.end() :]
    if not rest:
        return ""
    spaced = " ".join(text.split())
    return spaced[len(spaced) - len(rest) :] if len(spaced) == len(folded) else rest


def _content(text: str) -> tuple[str, ...]:
    """Return the terms of a question that are neither its question words nor about the talk itself."""
    return terms(_TALKING.sub(" ", re.sub(rf"\b{_ASKING}\b", " ", fold(text))))


def _brief(text: str) -> bool:
    return len(text.split()) <= 8


def _stands(text: str, known: Collection[str]) -> bool:
    return bool(named_in(text, known)) or len(_content(text)) >= 4


def _leans(text: str, known: Collection[str]) -> bool:
    folded = _ADVERB.sub(" ", fold(text)).strip(" ?!.")
    named = named_in(text, known)
    if _COMPARED.search(folded) and len(named) <= 1 and " entre " not in folded:
        return True
    if _POINTING.search(folded):
        return True
    if named:
        return folded.startswith(("il ", "elle ", "ils ", "elles "))
    return _without_antecedent(folded) or _elliptic(folded)


def _without_antecedent(folded: str) -> bool:
    """Say whether a pronoun or a possessive comes before any noun that it could stand for."""
    personal = _IMPERSONAL.sub(" ", folded)
    found = [match for match in (_SUBJECT.search(personal), _POSSESSIVE.search(personal)) if match]
    return any(not re.search(_NOUN_PHRASE, _ASKED_NOUN.sub("", personal[: match.start()])) for match in found)


def _elliptic(folded: str) -> bool:
    """« Combien de salariés ? », « quel budget ? », « un exemple ? »: no name and at most one word of content."""
    asked = re.search(rf"\b{_ASKING}\b", folded) or _asks(folded)
    opened = re.match(r"(?:les?|la|des|du|une?|son|sa|ses|leurs?|l'|c'est|il faut|donne|explique|precise|detaille)\b", folded)
    return len(_content(folded)) <= 1 and bool(asked or opened) and not _DEFINED.search(folded)
