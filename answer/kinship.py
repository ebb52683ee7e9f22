"""Whether a sentence looks like the kind of answer that a question wants. Knows nothing of scores."""

import re

from answer.lexicon import named_in
from answer.question import Kind, fold
from ingest.passages import Passage

_NUMBER = re.compile(
    r"\d|\b(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt|trente|cent|mille|tiers|moitie|quart|"
    r"\w+(?:aine|aines) d|seule?|aucune?)\b"
)
_DATE = re.compile(
    r"\b(?:1[6-9]|20)\d\d\b|\bdepuis\b|\bannees? \d"
    r"|\b(?:janvier|fevrier|avril|juin|juillet|aout|septembre|octobre|novembre|decembre)\b"
)
_PLACE = re.compile(r"\b(?:a|en|au|aux|dans|pres d[eu]|autour d[eu])\b|\bsituee?s?\b")
_DEFINITION = re.compile(
    r"^.{0,120}?\b(?:est|sont) (?:a la fois |avant tout )?(?:une?|des|la|le|les|l')\b"
    r"|\b(?:designe|consiste|regroupe|rassemble|permet|vise|a pour)\w*\b"
)
_REASON = re.compile(
    r"\b(?:car|parce|afin|pour|permet\w*|grace|raison|ne de|nee de|cause|puisque|d'ou|objectif|necessite|vise\w*)\b"
)
_MANNER = re.compile(r"\b(?:en \w+ant|par|grace|doit|doivent|faut|permet\w*|avec|s'appuy\w+|peut|peuvent)\b")


def kinship(kind: Kind, sentence: str, passage: Passage) -> float:
    """Return from 0 to 1 how much a sentence of a passage looks like an answer of this kind; 0.5 when nothing can be told."""
    folded = fold(sentence)
    match kind:
        case "number":
            return float(bool(_NUMBER.search(folded)))
        case "date":
            return float(bool(_DATE.search(folded)))
        case "place":
            return float(bool(_PLACE.search(folded) and named_in(sentence)))
        case "person":
            return 0.4 * bool(named_in(sentence)) + 0.6 * bool(
                passage.place.speaker or re.search(r"[A-ZÉ]\w+ [A-ZÉ]\w+", sentence)
            )
        case "definition":
            return 0.6 * bool(_DEFINITION.search(folded)) + 0.4 * _introduces(passage)
        case "list":
            return float(passage.place.kind == "list")
        case "why":
            return float(bool(_REASON.search(folded)))
        case "how":
            return float(bool(_MANNER.search(folded)))
        case "yesno" | "compare" | "other":
            return 0.5


def _introduces(passage: Passage) -> bool:
    """Say whether the passage stands under a heading that asks what something is."""
    return any(fold(heading).startswith(("qu'est-ce", "definition", "presentation")) for heading in passage.place.headings[-1:])
