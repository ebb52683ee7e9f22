"""One question and what became of it: the state of the page. Knows nothing of HTML."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from secrets import token_urlsafe
from time import monotonic
from typing import TYPE_CHECKING

from answer.live import Live
from errors import TresseError
from ingest.document import Document

if TYPE_CHECKING:
    from answer.assistant import Answer
    from answer.conversation import Turn
    from interface.assistant.feedback import Verdict
    from interface.assistant.proof import Check
    from interface.desk import Desk

log = logging.getLogger(__name__)

UNEXPECTED = (
    "Une erreur inattendue m’a empêché de répondre. Posez de nouveau votre question\u00a0; "
    "si l’erreur revient, le journal du serveur en donne la cause."
)
STOPPED = "Vous avez arrêté cette question avant sa réponse."


@dataclass(frozen=True, slots=True)
class After:
    """What the visitor did with an answer: judged it, under a key that says nothing of who judges, or had it checked."""

    key: str = ""
    verdict: "Verdict | None" = None
    checks: "tuple[Check, ...]" = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, or with the French sentence that says why there is none; neither while it is sought.

    `number` counts the questions of a conversation from 1 and names the anchors of its sources. `within`: the scopes in which
    it was asked. `cited` holds the documents that the answer cites, as they were when it was given: the index may change while
    a conversation goes on. `several`: whether there were several documents, so that each source has to be named by its own.
    """

    number: int
    question: str
    within: tuple[str, ...] = ()
    answer: "Answer | None" = None
    fault: str | None = None
    cited: Mapping[str, Document] = field(default_factory=dict)
    several: bool = False
    after: After = After()


def settle(asked: Exchange, before: Sequence[Exchange], live: "Live[Desk]") -> Exchange:
    """Return `asked` with its answer or its fault. Never raises: Gradio hides the whole conversation when a handler does."""
    try:
        desk = live.current()
        answer = desk.assistant.ask(asked.question, turns(before), within=asked.within)
        cited = {citation.document: desk.index.documents[citation.document] for citation in answer.citations}
    except TresseError as error:
        return replace(asked, fault=str(error))
    except Exception:
        log.exception("question %d of a conversation", asked.number)
        return replace(asked, fault=UNEXPECTED)
    several = len(desk.index.contents) > 1
    return replace(asked, answer=answer, cited=cited, several=several, after=After(token_urlsafe(12)))


def settle_all(
    questions: Sequence[tuple[str, Collection[str]]], live: "Live[Desk]", *, seconds: float = inf
) -> tuple[Exchange, ...]:
    """Ask the questions of a conversation again, one after the other; those for which no time is left are not asked."""
    told: tuple[Exchange, ...] = ()
    until = monotonic() + seconds
    for number, (question, within) in enumerate(questions, 1):
        if monotonic() > until:
            break
        told = (*told, settle(Exchange(number, question, tuple(within)), told, live))
    return told


def suggested(exchanges: Sequence[Exchange], live: "Live[Desk]") -> tuple[str, ...]:
    """Return what could be asked after the last exchange; nothing where it has no answer. Never raises, as `settle`."""
    last = exchanges[-1].answer if exchanges else None
    if last is None or last.status != "answered":
        return ()
    try:
        return live.current().suggester.after(last, [each.answer for each in exchanges[:-1] if each.answer])
    except Exception:
        log.exception("suggestions after question %d of a conversation", len(exchanges))
        return ()


def turns(exchanges: Sequence[Exchange]) -> "list[Turn]":
    """Return the conversation as the assistant reads it; a question that met a fault is not part of it."""
    from answer.conversation import Turn  # not before a question: the page is served while this is read

    said: list[Turn] = []
    for exchange in exchanges:
        if exchange.answer:
            said += [Turn("user", exchange.question), Turn("assistant", exchange.answer.text)]
    return said
