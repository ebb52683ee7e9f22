"""What the page says around the conversation, as HTML: the welcome, notices, what was just done, a file to save."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from interface.assistant.exchange import Exchange
from interface.assistant.feedback import NAMES
from interface.assistant.messages import MESSAGE_OF_STATUS, ask_button

if TYPE_CHECKING:
    from index.contents import Contents

TITLES_SHOWN = 8  # of documents: as many as stand above the question box of a phone


def welcome(contents: "Contents", examples: Sequence[str] = ()) -> str:
    """Return what the empty conversation says: what can be asked about, what the answers are made of, what to ask first."""
    titles = [escape(document.title) for document in contents.values()]
    listed = "".join(f"<li>{title}</li>" for title in titles[:TITLES_SHOWN])
    if len(titles) > TITLES_SHOWN:
        listed += f"<li>et {len(titles) - TITLES_SHOWN} autres</li>"
    tries = "".join(ask_button(question, question, "example") for question in examples)
    offered = f'<div id="examples"><p class="try">Par exemple</p>{tries}</div>' if tries else ""
    return (
        f'<div class="welcome"><h2>Que voulez-vous savoir\u00a0?</h2>{f"<ul>{listed}</ul>" if listed else ""}'
        "<p>Les réponses sont des extraits exacts, jamais des phrases inventées. "
        f"Quand les documents ne répondent pas, Tresse le dit.</p>{offered}</div>"
    )


def notice(words: str) -> str:
    """Return what the empty conversation says while nothing can be asked."""
    return f'<div class="welcome"><p>{escape(words)}</p></div>'


def announced(words: str, *, ready: bool = False) -> str:
    """Return what is said to those who hear the page; `ready` is the sign that questions are answered from now on."""
    return f'<p class="{"ready" if ready else "told"}">{escape(words)}</p>'


def finished(exchange: Exchange) -> str:
    """Say that an answer is there: « Réponse 3 prête, 3 sources. »."""
    if exchange.answer is None:
        return f"Question {exchange.number}\u00a0: {exchange.fault}"
    count = len(exchange.answer.citations)
    state = MESSAGE_OF_STATUS[exchange.answer.status]
    sources = f"{count} source{'s' if count > 1 else ''}" if count else "sans source"
    told = f"Réponse {exchange.number} prête, {sources}."
    return told if exchange.answer.status in ("answered", "smalltalk") else f"{told} {state}."


def comment_label(judged: Exchange) -> str:
    """Name the box in which an opinion can be explained."""
    name = NAMES[judged.after.verdict].lower() if judged.after.verdict else ""
    return (
        f"Merci\u00a0! Avis gardé sur la réponse {judged.number}\u00a0: {name}. Un mot de plus, si vous voulez, sans votre nom"
    )


def download(name: str, text: str, serial: str) -> str:
    """Return a file that static/tresse.js saves; `serial` tells it from the one before, whatever they hold."""
    return f'<pre id="file-{escape(serial)}" title="{escape(name)}">{b64encode(text.encode()).decode()}</pre>'
