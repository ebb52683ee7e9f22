"""What a user typed in, a question that can be read out. The one place where a question is refused for its form."""

import unicodedata

from errors import TresseError

QUESTION_LIMIT = 500  # characters: about eighty words, more than anybody asks a colleague in one breath

# What a text may not smuggle in: controls, marks that reverse the direction of reading, halves of characters, private uses.
_REMOVED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS = frozenset("\u200c\u200d")  # they shape letters and emoji


def clean(text: str) -> str:
    """Return the text without control, direction and lone surrogate characters; runs of white space become one space."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    kept = "".join(char for char in spaced if char in _JOINERS or unicodedata.category(char) not in _REMOVED)
    return " ".join(unicodedata.normalize("NFC", kept).split())


def read_question(text: str) -> str:
    """Return a question cleaned. Raises TresseError when nothing is left to read, or too much."""
    if len(text) > QUESTION_LIMIT and len(text.strip()) > QUESTION_LIMIT:
        raise TresseError(
            f"La question est trop longue\u00a0: {len(text.strip())} caractères, pour {QUESTION_LIMIT} au plus. "
            "Gardez-en l’essentiel, en une ou deux phrases."
        )
    question = clean(text)
    if not question.strip("\u200c\u200d "):
        raise TresseError("La question est vide\u00a0: écrivez ce que vous cherchez, en quelques mots ou en une phrase.")
    return question
