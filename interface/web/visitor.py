"""Who sends an event, as what stands before the pages has found out: never as the event says."""

from typing import Any

import gradio as gr

from errors import TresseError
from interface.security import OPERATOR
from interface.web.inbox import NOTHING, Mailbox

MAILBOX = "tresse.mailbox"  # in the scope of a request: the files of whoever sends it

NOT_OPERATOR = "Seule la personne qui tient ce serveur peut le faire\u00a0: connectez-vous avec un compte d’opérateur."


def operates(request: gr.Request) -> bool:
    """Tell whether whoever sends this may start and stop evaluations, and remove what others added."""
    return bool(_scope(request).get(OPERATOR, False))


def mailbox(request: gr.Request) -> Mailbox:
    """Return where the files of whoever sends this wait. Raises TresseError where none can have come."""
    found = _scope(request).get(MAILBOX)
    if not isinstance(found, Mailbox):
        raise TresseError(NOTHING)
    return found


def owner(request: gr.Request) -> str:
    """Return under which name additions are remembered as those of whoever sends this, "" where they cannot be."""
    found = _scope(request).get(MAILBOX)
    return found.sender.owner if isinstance(found, Mailbox) else ""


def _scope(request: gr.Request) -> dict[str, Any]:
    scope: dict[str, Any] = request.request.scope if request.request else {}
    return scope
