"""One question and what became of it: the state of the page. Knows nothing of HTML."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from answer.assistant import Answer, Assistant
from answer.conversation import Turn
from answer.suggestions import Suggester
from errors import TresseError

log = logging.getLogger(__name__)

UNEXPECTED = (
    "Une erreur inattendue m’a empêché de répondre. Posez de nouveau votre question ; "
    "si l’erreur revient, le journal du serveur en donne la cause."
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, or with the French sentence that says why there is none; neither while it is sought.

    `number` counts the questions of a conversation from 1 and names the anchors of its sources.
    """

    number: int
    question: str
    answer: Answer | None = None
    fault: str | None = None


def settle(asked: Exchange, before: Sequence[Exchange], assistant: Assistant, within: Collection[str]) -> Exchange:
    """Return `asked` with its answer or its fault. Never raises: Gradio hides the whole conversation when a handler does."""
    try:
        answer = assistant.ask(asked.question, turns(before), within=within)
    except TresseError as error:
        return Exchange(asked.number, asked.question, fault=str(error))
    except Exception:
        log.exception("question %d of a conversation", asked.number)
        return Exchange(asked.number, asked.question, fault=UNEXPECTED)
    return Exchange(asked.number, asked.question, answer=answer)


def suggested(exchanges: Sequence[Exchange], suggester: Suggester) -> tuple[str, ...]:
    """Return what could be asked after the last exchange; nothing where it has no answer. Never raises, as `settle`."""
    *before, last = (exchange.answer for exchange in exchanges)
    if last is None or last.status != "answered":
        return ()
    try:
        return suggester.after(last, [answer for answer in before if answer])
    except Exception:
        log.exception("suggestions after question %d of a conversation", len(exchanges))
        return ()


def turns(exchanges: Sequence[Exchange]) -> list[Turn]:
    """Return the conversation as the assistant reads it; a question that met a fault is not part of it."""
    said: list[Turn] = []
    for exchange in exchanges:
        if exchange.answer:
            said += [Turn("user", exchange.question), Turn("assistant", exchange.answer.text)]
    return said
