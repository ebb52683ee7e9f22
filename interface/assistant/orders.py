"""What a button of an answer asks for in, the conversation after it out: an answer checked, an opinion kept."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from answer.live import Live
from errors import TresseError
from interface.assistant.exchange import UNEXPECTED, Exchange
from interface.assistant.feedback import COMMENT_LIMIT, NAMES, VERDICTS, Feedback, opinion_of
from interface.assistant.proof import check

if TYPE_CHECKING:
    from interface.desk import Desk

log = logging.getLogger(__name__)

UNKNOWN = "Cette réponse n’est plus là\u00a0: reposez la question."
NO_FEEDBACK = "Les avis ne sont pas gardés ici\u00a0: Tresse a été lancée sans fichier d’avis."
_ORDER = re.compile(r"(?P<verb>verify|judge|remark) (?P<number>\d{1,6})(?: (?P<rest>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Done:
    """The conversation after an order, what to say of it, and the answer on which an opinion was just given."""

    said: tuple[Exchange, ...]
    words: str
    judged: Exchange | None = None


def obey(order: str, said: Sequence[Exchange], live: "Live[Desk]", feedback: Feedback | None) -> Done:
    """Do what an order says: `verify 3`, `judge 3 useful`, `remark 3 words`. It may be forged. Never raises, as `settle`."""
    found = _ORDER.fullmatch(order)
    exchange = next((each for each in said if found and each.number == int(found["number"]) and each.answer), None)
    if not found or not exchange:
        return Done(tuple(said), UNKNOWN)
    try:
        if found["verb"] == "verify":
            return _verified(exchange, said, live)
        return _judged(exchange, said, feedback, found["verb"], found["rest"] or "")
    except TresseError as fault:
        return Done(tuple(said), str(fault))
    except Exception:
        log.exception("order %r", order[:40])
        return Done(tuple(said), UNEXPECTED)


def _verified(exchange: Exchange, said: Sequence[Exchange], live: "Live[Desk]") -> Done:
    assert exchange.answer is not None
    checks = check(exchange.answer, live.current().index.documents)
    after = replace(exchange, after=replace(exchange.after, checks=checks))
    good = sum(each.stands for each in checks)
    return Done(_with(said, after), f"Réponse {exchange.number} vérifiée\u00a0: {good} exacte sur {len(checks)}.")


def _judged(exchange: Exchange, said: Sequence[Exchange], feedback: Feedback | None, verb: str, rest: str) -> Done:
    """Keep a verdict, or a remark on the verdict that was given."""
    verdict = next((each for each in VERDICTS if each == rest), None) if verb == "judge" else exchange.after.verdict
    if feedback is None or verdict is None:
        return Done(tuple(said), UNKNOWN if feedback else NO_FEEDBACK)
    remark = rest[:COMMENT_LIMIT] if verb == "remark" else ""
    feedback.add(opinion_of(exchange, verdict, remark))
    after = replace(exchange, after=replace(exchange.after, verdict=verdict))
    words = f"Merci\u00a0: votre avis sur la réponse {exchange.number} est gardé, «\u00a0{NAMES[verdict].lower()}\u00a0»."
    return Done(_with(said, after), words, after if verb == "judge" else None)


def _with(said: Sequence[Exchange], changed: Exchange) -> tuple[Exchange, ...]:
    return tuple(changed if each.number == changed.number else each for each in said)
