"""Exchanges in, the two messages of each in the chat out, as HTML. Every text is escaped here.

A message is one HTML block without a blank line, so that nothing in it is read as Markdown: a star, a bracket or a tag in a
question or in a document shows as itself.
"""

import re
from collections.abc import Sequence
from html import escape

from answer.assistant import Answer, Status
from interface.exchange import Exchange

MESSAGE_OF_STATUS: dict[Status, str] = {
    "answered": "Réponse trouvée",
    "related": "Passages proches, sans réponse directe",
    "refused": "Pas de réponse dans les documents",
    "smalltalk": "",
}

_MARKER = re.compile(r"[ \u00a0]?\[(\d+)\]")
_STRONG = re.compile(r"\A\*\*(.+)\*\*\Z")
_ITEM = re.compile(r"(?:[-*•]|\d+\.) +")


def messages(exchanges: Sequence[Exchange]) -> list[dict[str, str]]:
    """Return the conversation in the form of gr.Chatbot."""
    shown: list[dict[str, str]] = []
    for exchange in exchanges:
        shown.append({"role": "user", "content": _block("question", _inline(exchange.question))})
        shown.append({"role": "assistant", "content": _reply(exchange)})
    return shown


def _reply(exchange: Exchange) -> str:
    if exchange.fault is not None:
        return _block("reponse fault", f'<p class="etat">Erreur</p><p>{_inline(exchange.fault)}</p>')
    if exchange.answer is None:
        return _block("reponse pending", "<p>Je cherche dans les documents…</p>")
    label = MESSAGE_OF_STATUS[exchange.answer.status]
    state = f'<p class="etat">{label}</p>' if label else ""
    numbers = frozenset(citation.number for citation in exchange.answer.citations)
    said = _text(exchange.answer.text, exchange.number, numbers)
    return _block(f"reponse {exchange.answer.status}", state + said + _searched(exchange.answer))


def _searched(answer: Answer) -> str:
    """Show on request what was searched: a follow-up is searched whole, and a reader may want to know how it was understood."""
    if answer.status == "smalltalk":
        return ""
    return f'<details class="searched"><summary>Question cherchée</summary><p>{_inline(answer.query)}</p></details>'


def _block(classes: str, html: str) -> str:
    return f'<div class="{classes}">{html}</div>'


def _inline(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines() if line.strip())


def _text(text: str, exchange: int, numbers: frozenset[int]) -> str:
    """Render the little Markdown that answers use: paragraphs, lists, quotations, strong words and [n] markers."""
    html: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in paragraph.splitlines()]
        html += [_lines(group, exchange, numbers) for group in _groups(lines)]
    return "".join(html)


def _groups(lines: Sequence[str]) -> list[list[str]]:
    """Split the lines of a paragraph where list items begin or end."""
    groups: list[list[str]] = []
    for line in lines:
        if groups and bool(_ITEM.match(line)) == bool(_ITEM.match(groups[-1][0])):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _lines(lines: Sequence[str], exchange: int, numbers: frozenset[int]) -> str:
    if _ITEM.match(lines[0]):
        items = (_marked(_ITEM.sub("", line, count=1), exchange, numbers) for line in lines)
        return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
    if all(line.startswith(">") for line in lines):
        quoted = "<br>".join(_marked(line[1:].strip(), exchange, numbers) for line in lines)
        return f"<blockquote><p>{quoted}</p></blockquote>"
    return "<p>" + "<br>".join(_marked(line, exchange, numbers) for line in lines) + "</p>"


def _marked(text: str, exchange: int, numbers: frozenset[int]) -> str:
    """Escape `text`; its [n] markers become links to the sources, and it is strong when it is all in **stars**.

    Stars inside a line are a document's own and stay.
    """

    def link(marker: re.Match[str]) -> str:
        number = int(marker[1])
        return chip(exchange, number) if number in numbers else marker[0]

    return _MARKER.sub(link, _STRONG.sub(r"<strong>\1</strong>", escape(text)))


def chip(exchange: int, number: int) -> str:
    """Return the link from an answer to one of its sources, named « Source n » for those who hear the page."""
    return (
        f'\u00a0<a class="chip" id="appel-{exchange}-{number}" href="#source-{exchange}-{number}" '
        f'title="Voir la source {number}"><span class="heard">Source </span>{number}</a>'
    )
