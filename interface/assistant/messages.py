"""Exchanges in, the two messages of each in the chat out, as HTML. Every text is escaped here.

A message is one HTML block without a blank line, so that nothing in it is read as Markdown: a star, a bracket or a tag in a
question or in a document shows as itself. Its buttons say by their name and value what they do: static/tresse.js obeys them.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from answer.live import LOADING
from interface.assistant.exchange import STOPPED, Exchange
from interface.assistant.explain import checked, explanation
from interface.assistant.feedback import NAMES
from interface.assistant.sources import place_words

if TYPE_CHECKING:
    from answer.assistant import Answer, Status

MESSAGE_OF_STATUS: "dict[Status, str]" = {
    "answered": "Réponse trouvée",
    "related": "Passages proches, sans réponse directe",
    "refused": "Pas de réponse dans les documents",
    "smalltalk": "",
}
NAME_OF_FAULT = {LOADING: "Un instant", STOPPED: "Question arrêtée"}

_MARKER = re.compile(r"[ \u00a0]?\[(\d+)\]")
_STRONG = re.compile(r"\A\*\*(.+)\*\*\Z")
_ITEM = re.compile(r"(?:[-*•]|\d+\.) +")


def messages(exchanges: Sequence[Exchange], offered: Sequence[str] = ()) -> list[dict[str, str]]:
    """Return the conversation in the form of gr.Chatbot; `offered` are the questions proposed after its last answer."""
    shown: list[dict[str, str]] = []
    for exchange in exchanges:
        shown.append({"role": "user", "content": _block("question", _inline(exchange.question))})
        shown.append({"role": "assistant", "content": _reply(exchange)})
    if shown and offered:
        buttons = "".join(ask_button(question, question, "example") for question in offered)
        shown[-1]["content"] += f'<div class="nexts"><p>Vous pourriez demander</p>{buttons}</div>'
    return shown


def _reply(exchange: Exchange) -> str:
    if exchange.fault is not None:
        state = f'<p class="etat">{NAME_OF_FAULT.get(exchange.fault, "Erreur")}</p>'
        again = f'<p class="acts">{ask_button(exchange.question, "Reposer la question", "act")}</p>'
        calm = " calm" if exchange.fault in NAME_OF_FAULT else ""
        return _block(f"reponse fault{calm}", f"{state}<p>{_inline(exchange.fault)}</p>{again}")
    if exchange.answer is None:
        return _block("reponse pending", "<p>Je cherche dans les documents…</p>")
    label = MESSAGE_OF_STATUS[exchange.answer.status]
    state = f'<p class="etat">{label}</p>' if label else ""
    said = _block("said", answer_html(exchange))
    return _block(f"reponse {exchange.answer.status}", state + said + _sources(exchange) + _after(exchange, exchange.answer))


def answer_html(exchange: Exchange) -> str:
    """Return the text of an answer, its [n] markers as links to the sources."""
    if exchange.answer is None:
        return ""
    numbers = frozenset(citation.number for citation in exchange.answer.citations)
    return _text(exchange.answer.text, exchange.number, numbers)


def _sources(exchange: Exchange) -> str:
    """List where the quotes of an answer stand."""
    citations = exchange.answer.citations if exchange.answer else ()
    if not citations:
        return ""
    places = (place_words(each, exchange.cited[each.document], name_document=exchange.several) for each in citations)
    items = "".join(
        f'<li value="{citation.number}"><a class="ref" href="#source-{exchange.number}-{citation.number}">'
        f"{escape(' · '.join(words))}</a></li>"
        for citation, words in zip(citations, places, strict=True)
    )
    return f'<div class="refs"><p>{"Sources" if len(citations) > 1 else "Source"}</p><ol>{items}</ol></div>'


def _after(exchange: Exchange, answer: "Answer") -> str:
    """Return what can be done with an answer; nothing after small talk, which says nothing of the documents."""
    if answer.status == "smalltalk":
        return ""
    number = exchange.number
    copy = f'<button type="button" class="act" name="copy" value="{number}">Copier</button>'
    prove = f'<button type="button" class="act" name="verify" value="{number}">Vérifier</button>' if answer.citations else ""
    return (
        f'<div class="after">{copy}{prove}{_opinion(exchange)}{explanation(answer, several=exchange.several)}</div>'
        f"{checked(exchange.after.checks)}"
    )


def _opinion(exchange: Exchange) -> str:
    given = exchange.after.verdict
    buttons = "".join(
        f'<button type="button" class="act{" given" if verdict == given else ""}" name="judge" '
        f'value="{exchange.number} {verdict}">{name}</button>'
        for verdict, name in NAMES.items()
        if exchange.answer and (exchange.answer.citations or verdict != "inexact")
    )
    said = f"Votre avis\u00a0: {NAMES[given].lower()}" if given else "Donner un avis"
    return f'<details class="opinion"><summary>{said}</summary><p class="acts">{buttons}</p></details>'


def ask_button(question: str, label: str, style: str) -> str:
    """Return a button that asks a question as if the visitor had typed it."""
    return f'<button type="button" class="{style}" name="ask" value="{escape(_one_line(question))}">{escape(label)}</button>'


def _one_line(text: str) -> str:
    return " ".join(text.split())


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
