"""What a visitor's own browser keeps of a conversation: the questions and where each was asked, from which it is asked again.

Whatever comes back was in someone else's hands: what is not a question is left out, and no answer is ever read back.
"""

from collections.abc import Sequence
from typing import Any

from answer.entry import QUESTION_LIMIT
from interface.assistant.exchange import Exchange

KEPT = 20  # questions: more than one sitting asks, and each is asked again within a tenth of a second
SCOPES = 50  # more than a filter shows
STORAGE = "tresse:questions"
SECRET = "tresse"  # Gradio enciphers with a key that the page holds: no secrecy, but a new one at each start would lose all


def keep(exchanges: Sequence[Exchange]) -> list[list[Any]]:
    """Return what the browser keeps: the last questions that were answered, with their scopes."""
    return [[exchange.question, list(exchange.within)] for exchange in exchanges if exchange.answer][-KEPT:]


def read_kept(value: Any) -> list[tuple[str, tuple[str, ...]]]:
    """Read back what `keep` gave, and nothing else."""
    found = []
    for entry in value if isinstance(value, list) else ():
        match entry:
            case [str(question), list(scopes)] if question.strip() and len(question) <= QUESTION_LIMIT:
                found.append((question, tuple(scope for scope in scopes[:SCOPES] if isinstance(scope, str))))
    return found[-KEPT:]
