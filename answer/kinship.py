"""Whether a sentence looks like the kind of answer that a question wants. Knows nothing of scores."""

import re
from collections.abc import Mapping, Sequence

from answer.asked import Asked
from answer.lexicon import named_in
from answer.listing import listing
from answer.question import Kind, fold
from index.analysis import terms
from index.knowledge import words_of
from ingest.passages import Passage

_NUMBER = (
    r"(?:\d[\d ,.]*|\b(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt|trente|cent|mille|"
    r"seule?|aucune?|tiers|moitie|quart|\w+aines?)\b)"
)
_COUNT = re.compile(_NUMBER.replace("une?|", ""))
_COUNTED = re.compile(rf"{_NUMBER}((?: [^\W\d]+){{1,4}})")
_DATE = re.compile(
    r"\b(?:1[6-9]|20)\d\d\b|\bdepuis\b|\bannees? \d"
    r"|\b(?:janvier|fevrier|avril|juin|juillet|aout|septembre|octobre|novembre|decembre)\b"
)
_PLACE = re.compile(r"\b(?:a|en|au|aux|dans|pres d[eu]|autour d[eu])\b|\bsituee?s?\b")
_ADDRESS = re.compile(r"\b[\w-]+\.(?:fr|org|com|coop|eu|net)\b")
_PERSON = re.compile(r"\b[A-ZÉÈÀÎ]\w+ (?:de |d[’'])?[A-ZÉÈÀÎ]\w+")
_REASON = re.compile(
    r"\b(?:car|parce|afin|pour|permet\w*|grace|raison|ne de|nee? (?:de|pour)|cause|puisque|d'ou|objectif|necessite|vise\w*)\b"
)
_MANNER = re.compile(r"\b(?:en \w+ant|par|grace|doit|doivent|faut|permet\w*|avec|s'appuy\w+|peut|peuvent)\b")
_SIGNS: Mapping[Kind, re.Pattern[str]] = {"date": _DATE, "why": _REASON, "how": _MANNER}
# What says what a thing is, when the thing comes before: « La CAE est une... »; what only says what it is for.
_IS = re.compile(r"\b(?:est|sont)(?: a la fois| avant tout)? (?:une?|des|la|le|les|l')\b|\bdesigne(?:nt)?\b")
_DOES = re.compile(r", qui \w+|\b(?:est|sont)\b|\b(?:consiste|regroupe|rassemble|permet|vise)(?:nt)?\b")
DEFINED = 0.5  # kinship from which a sentence is called a definition


def kinship(asked: Asked, sentence: str, passage: Passage) -> float:
    """Return from 0 to 1 how much a sentence looks like an answer of the kind asked; 0.5 when nothing can be told."""
    folded = fold(sentence)
    if asked.kind in _SIGNS:
        return float(bool(_SIGNS[asked.kind].search(folded)))
    match asked.kind:
        case "number":
            return _counts(asked, folded)
        case "place":
            return _locates(sentence, folded)
        case "person":
            return max(float(bool(_PERSON.search(sentence))), 0.7 * bool(passage.place.speaker or named_in(sentence)))
        case "definition":
            return 0.7 * _defines(asked.terms, folded) + 0.3 * _presents(passage, sentence)
        case "compare":
            return 0.3 + 0.7 * max((_defines((name,), folded) for name in sorted(asked.names)), default=0.0)
        case "example":
            return float(passage.place.kind == "example")
        case "list":
            return float(listing(passage) is not None or _announced(asked, passage))
    return 0.5


def _locates(sentence: str, folded: str) -> float:
    """Say whether the sentence gives the name of a place (1) or an address on the web (0.8)."""
    return 1.0 if _PLACE.search(folded) and named_in(sentence) else 0.8 * bool(_ADDRESS.search(folded))


def _announced(asked: Asked, passage: Passage) -> bool:
    """Say whether a heading inside the part announces what is asked: « Les avantages des groupements d’employeurs »."""
    said = frozenset[str]().union(*map(words_of, passage.place.headings[1:]))
    return bool(asked.content) and set(asked.content) <= said


def _counts(asked: Asked, folded: str) -> float:
    """Say whether the sentence counts what is asked: « 340 adhérents » for « combien d’adhérents », else any number at all."""
    after = frozenset(term for match in _COUNTED.finditer(folded) for term in terms(match.group(1)))
    if after & set(asked.content):
        return 1.0
    return 0.4 * bool(_COUNT.search(folded))


def _defines(wanted: Sequence[str], folded: str) -> float:
    """Say whether the sentence names the thing, then says what it is (1) or what it does (0.8)."""
    for pattern, worth in ((_IS, 1.0), (_DOES, 0.8)):
        said = pattern.search(folded)
        if said and wanted and set(wanted) <= set(terms(folded[: said.start()].rsplit(",")[-1])):
            return worth
    return 0.0


def _presents(passage: Passage, sentence: str) -> float:
    """Say whether the sentence stands under a heading that asks what something is, better so when it comes first there."""
    asked = any(
        fold(heading).startswith(("qu'est-ce", "definition", "presentation")) for heading in passage.place.headings[-1:]
    )
    return float(asked) if passage.text.startswith(sentence) else 0.5 * asked
