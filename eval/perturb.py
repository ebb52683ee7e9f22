"""Questions in, the same as other hands would type them out: without accents, in capitals, with a slip, with the acronym."""

import re
import unicodedata
import zlib
from collections.abc import Callable, Mapping
from random import Random

from ingest.glossary import Glossary

Perturbation = Callable[[str], str]


def without_accents(question: str) -> str:
    """« coopérative » becomes « cooperative »."""
    decomposed = unicodedata.normalize("NFD", question)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def in_capitals(question: str) -> str:
    """Everything in capitals."""
    return question.upper()


def with_slip(question: str) -> str:
    """Swap, drop or double a letter inside one word of five letters or more, the same one for the same question."""
    random = Random(zlib.crc32(question.encode()))
    words = list(re.finditer(r"[^\W\d_]{5,}", question))
    if not words:
        return question
    word = random.choice(words)
    at = random.randrange(word.start() + 1, word.end() - 2)
    pieces = {
        "swap": question[at + 1] + question[at],
        "drop": question[at + 1],
        "double": question[at] + question[at] + question[at + 1],
    }
    return question[:at] + pieces[random.choice(sorted(pieces))] + question[at + 2 :]


def perturbations(glossary: Glossary) -> Mapping[str, Perturbation]:
    """Return the perturbations by name; `glossary` tells which acronyms the documents spell out."""
    return {
        "sans accents": without_accents,
        "capitales": in_capitals,
        "faute de frappe": with_slip,
        "sigle": glossary.swap,
    }
