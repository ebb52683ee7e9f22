"""A conversation in, a file to keep out: Markdown, or one HTML page that asks nothing of any server. Escapes every text."""

import re
from collections.abc import Sequence
from datetime import datetime
from html import escape

from interface.assistant.exchange import Exchange
from interface.assistant.messages import MESSAGE_OF_STATUS, answer_html
from interface.assistant.sources import context, place_words

MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_LINE_START = re.compile(r"^(\s*)(\d+[.)]|[-+=])(?=\s|$)", re.MULTILINE)
STYLE = """
:root {
	color-scheme: light dark; --ink: #26221d; --soft: #5f5850; --line: #ded7cb; --accent: #1c5a4a;
	--mark: #ffe59a; --paper: #faf8f4;
}
@media (prefers-color-scheme: dark) {
	:root { --ink: #ece8e1; --soft: #b3aca2; --line: #3b3731; --accent: #86c9b3; --mark: #6b5410; --paper: #161513; }
}
body { max-width: 42em; margin: 2em auto; padding: 0 1em; background: var(--paper); color: var(--ink);
	font: 17px/1.6 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.5em; color: var(--accent); }
h2 { margin-top: 2em; padding-top: 1em; border-top: 1px solid var(--line); font-size: 1.2em; }
.etat, .date, .place, .near { color: var(--soft); font-size: 0.9em; }
a { color: var(--accent); }
article { margin: 1em 0; padding-left: 1em; border-left: 3px solid var(--line); }
article h3 { margin: 0; font-size: 1em; }
article p { margin: 0.4em 0; }
mark { background: var(--mark); color: inherit; }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
"""


def as_markdown(exchanges: Sequence[Exchange], at: datetime) -> str:
    """Return a conversation as Markdown: each question, its answer, and each quote with its place."""
    parts = ["# Conversation avec Tresse", _french_date(at)]
    for exchange in exchanges:
        parts += [f"## {_plain(_one_line(exchange.question))}", *_markdown_answer(exchange)]
    return "\n\n".join(parts) + "\n"


def _markdown_answer(exchange: Exchange) -> list[str]:
    if exchange.answer is None:
        return [f"*{_plain(exchange.fault or 'Sans réponse.')}*"]
    answer = exchange.answer
    state = MESSAGE_OF_STATUS[answer.status]
    sources = [
        f"{citation.number}. «\u00a0{_plain(_one_line(citation.quote))}\u00a0»  \n"
        f"   {_plain(', '.join(_place(exchange, number)))}"
        for number, citation in enumerate(answer.citations)
    ]
    said = _plain_answer(answer.text)
    return [*([f"*{state}*"] if state else []), said, *(["**Sources**", "\n".join(sources)] if sources else [])]


def _plain_answer(text: str) -> str:
    """Escape what an answer quotes; its own strong lines, lists and [n] markers stay."""
    lines = []
    for line in text.splitlines():
        if strong := re.fullmatch(r"\*\*(.+)\*\*", line.strip()):
            lines.append(f"**{_SPECIAL.sub(_escaped, strong[1])}**")
        elif item := re.match(r"\s*(?:[-*•]|\d+\.) +", line):
            lines.append(item[0].lstrip() + _SPECIAL.sub(_escaped, line[item.end() :]))
        else:
            lines.append(_SPECIAL.sub(_escaped, line))
    return re.sub(r"\\\[(\d+)\\\]", r"[\1]", "\n".join(lines))


def _plain(text: str) -> str:
    """Return text that shows as itself in Markdown."""
    return _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(_escaped, text))


def _escaped(found: re.Match[str]) -> str:
    return "\\" + found[0]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _place(exchange: Exchange, number: int) -> list[str]:
    assert exchange.answer is not None
    citation = exchange.answer.citations[number]
    return place_words(citation, exchange.cited[citation.document], name_document=True)


def as_page(exchanges: Sequence[Exchange], at: datetime) -> str:
    """Return a conversation as one HTML page, with each quote in its context. It may load nothing, its own policy says so."""
    body = "".join(_section(exchange) for exchange in exchanges)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="fr"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width"><title>Conversation avec Tresse</title>'
        f"<style>{STYLE}</style></head>\n"
        f'<body><h1>Conversation avec Tresse</h1><p class="date">{_french_date(at)}</p>{body}</body></html>\n'
    )


def _section(exchange: Exchange) -> str:
    question = escape(_one_line(exchange.question))
    if exchange.answer is None:
        return f"\n<section><h2>{question}</h2><p>{escape(exchange.fault or 'Sans réponse.')}</p></section>"
    state = MESSAGE_OF_STATUS[exchange.answer.status]
    told = f'<p class="etat">{state}</p>' if state else ""
    articles = "".join(_article(exchange, number) for number in range(len(exchange.answer.citations)))
    return f"\n<section><h2>{question}</h2>{told}{answer_html(exchange)}{articles}</section>"


def _article(exchange: Exchange, number: int) -> str:
    assert exchange.answer is not None
    citation = exchange.answer.citations[number]
    title, *said = _place(exchange, number)
    shown = context(citation, exchange.cited[citation.document], anchor=f"source-{exchange.number}-{citation.number}")
    pointer = f"Caractères {citation.start} à {citation.end}, SHA-256 {citation.sha256}"
    back = f'<a href="#appel-{exchange.number}-{citation.number}">Revenir à la réponse</a>'
    return (
        f'\n<article><h3>{citation.number}. {escape(title)}</h3><p class="place">{escape(" · ".join(said))}</p>{shown}'
        f'<p class="place">{pointer} · {back}</p></article>'
    )


def _french_date(at: datetime) -> str:
    return f"Le {'1er' if at.day == 1 else at.day} {MONTHS[at.month - 1]} {at.year} à {at.hour}\u00a0h\u00a0{at.minute:02}"
