"""Evidence in, a draft out: what to say around the quotes, in French. Extractive, and the same for the same evidence."""

import re
from collections.abc import Iterable, Mapping, Sequence

from answer.evidence.lists import BULLET
from answer.evidence.selection import Evidence
from answer.quotes import Citation, Quote, Statement
from answer.smalltalk import SmallTalk
from ingest.document import BlockKind, Document, Part, Span

NEAR = "Les documents ne répondent pas directement à cette question\u00a0; voici ce qui s’en approche le plus\u00a0:"
REFUSED = "Je n’ai pas trouvé de réponse à cette question dans les documents."
_ABOUT = "Je réponds à partir de {sources}, et je cite chaque phrase avec sa place."
_HOW = " Posez votre question comme à un collègue, puis précisez si besoin\u00a0: «\u00a0et combien\u00a0?\u00a0»."
_TALK: Mapping[SmallTalk, str] = {
    "greeting": "Bonjour\u00a0! " + _ABOUT,
    "thanks": "Avec plaisir\u00a0! Posez-moi une autre question quand vous voulez.",
    "farewell": "Au revoir, et à bientôt\u00a0!",
    "identity": "Je suis Tresse, un assistant de recherche, et non une personne. " + _ABOUT,
    "ability": _ABOUT + _HOW,
}
_KINDS: Mapping[BlockKind, str] = {
    "example": "Exemple\u00a0: ",
    "box": "À savoir\u00a0: ",
    "footnote": "En note\u00a0: ",
    "diagram": "Sur le schéma\u00a0: ",
    "reference": "Où se renseigner\u00a0: ",
}
_SHOWN_PARTS = 8
_SHOWN_QUESTIONS = 3
_BULLET = re.compile(rf"^\s*{BULLET}\s*")
_POINTS_BACK = re.compile(r"^(?:s(?:on|a|es)|elles?|ils?|cela|c[’']est|oui|non|ce(?:tte|t|s)?)\b", re.IGNORECASE)


def write(found: Sequence[Evidence], documents: Mapping[str, Document]) -> tuple[Statement, ...]:
    """Draft an answer: for each span who says it and where, the fiche named once, and the quote."""
    draft: list[Statement] = []
    place = said = ""
    for evidence in _by_part(found):
        document = documents[evidence.hit.passage.document]
        here, lead = _part_title(evidence, document), _introduction(evidence)
        if here != place:
            draft.append(Statement(f"**{here}**"))
        speaker = evidence.hit.passage.place.speaker
        again = speaker is not None and (here, lead) == (place, said)
        shown = f"Toujours selon {speaker.name}\u00a0: " if speaker and again else lead
        draft.append(Statement(shown, _quote(document, evidence.span)))
        place, said = here, lead
    return tuple(draft)


def write_near(found: Sequence[Evidence], documents: Mapping[str, Document]) -> tuple[Statement, ...]:
    """Draft what comes nearest to a question that the documents do not answer, and say so."""
    return (Statement(NEAR), *write(found, documents))


def write_refusal(documents: Iterable[Document]) -> tuple[Statement, ...]:
    """Say that nothing answers, what the documents are about, and what they do answer."""
    known = tuple(documents)
    about = Statement("Ils parlent de\u00a0:\n\n" + _bullets(_subjects(known)))
    questions = _questions(known)
    if not questions:
        return Statement(REFUSED), about
    return Statement(REFUSED), about, Statement("Vous pouvez me demander, par exemple\u00a0:\n\n" + _bullets(questions))


def write_small_talk(talk: SmallTalk, documents: Iterable[Document]) -> tuple[Statement, ...]:
    """Answer a greeting, thanks or a question about Tresse, and say what can be asked."""
    known = tuple(documents)
    titles = [f"«\u00a0{document.title}\u00a0»" for document in known]
    sources = titles[0] if len(titles) == 1 else f"{len(titles)} documents" if titles else "documents que l’on me donne"
    said = Statement(_TALK[talk].format(sources=sources))
    questions = _questions(known)
    if talk in ("thanks", "farewell") or not questions:
        return (said,)
    return said, Statement("Par exemple\u00a0:\n\n" + _bullets(questions))


def compose(settled: Iterable[tuple[Statement, Citation | None]]) -> str:
    """Return the Markdown of statements whose quotes were verified: the words shown are the citation's own."""
    return "\n\n".join(_paragraph(statement, citation) for statement, citation in settled)


def _paragraph(statement: Statement, citation: Citation | None) -> str:
    if citation is None:
        return statement.lead
    mark = f"\u00a0» [{citation.number}]"
    lines = [line for line in citation.quote.splitlines() if line.strip()]
    if not any(map(_BULLET.match, lines[1:])):
        return f"{statement.lead}«\u00a0{_BULLET.sub('', ' '.join(citation.quote.split()))}{mark}"
    opened = f"{statement.lead}\n\n" if _BULLET.match(lines[0]) else statement.lead
    return (opened + _listed(lines) + mark).strip()


def _listed(lines: Sequence[str]) -> str:
    """Return the lines of a quoted list as Markdown: what is no item stands alone between the items."""
    shown, was_item = "", False
    for number, line in enumerate(lines):
        item = bool(_BULLET.match(line))
        gap = "" if not number else "\n" if item and was_item else "\n\n"
        opening = "" if number else "«\u00a0"
        shown += gap + ("- " if item else "") + opening + _BULLET.sub("", line)
        was_item = item
    return shown


def _introduction(evidence: Evidence) -> str:
    """Say who speaks, or what kind of text it is; nothing for a plain sentence."""
    place = evidence.hit.passage.place
    if place.speaker is not None and place.kind == "turn":
        asked = place.headings[-1] if place.headings else ""
        if asked.endswith("?") and _POINTS_BACK.match(evidence.text):
            return f"À la question «\u00a0{asked}\u00a0», {place.speaker}, répond\u00a0: "
        return f"Selon {place.speaker}\u00a0: "
    if evidence.form == "list" and evidence.text.startswith(BULLET) and place.headings:
        return place.headings[-1] + ("" if place.headings[-1].endswith("?") else "\u00a0:")
    return _KINDS.get(place.kind, "")


def _by_part(found: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence part by part, the part of the best first, and within a part in reading order."""
    order = list(dict.fromkeys(evidence.hit.passage.scope for evidence in found))
    return sorted(found, key=lambda each: (order.index(each.hit.passage.scope), each.span.start))


def _part_title(evidence: Evidence, document: Document) -> str:
    passage = evidence.hit.passage
    part = next((part for part in document.parts if part.id == passage.place.part), None)
    return part.title if part else (passage.place.headings[0] if passage.place.headings else document.title)


def _subjects(documents: Sequence[Document]) -> list[str]:
    if len(documents) != 1:
        return [document.title for document in documents][:_SHOWN_PARTS]
    parts = [part.title for part in documents[0].parts]
    return parts[:_SHOWN_PARTS] or [documents[0].title]


def _questions(documents: Sequence[Document]) -> list[str]:
    """Return headings that are questions, at most one a part, definitions before the others."""
    found = [question for document in documents for part in document.parts if (question := _question_of(document, part))]
    return sorted(found, key=lambda text: not text.lower().startswith("qu"))[:_SHOWN_QUESTIONS]


def _question_of(document: Document, part: Part) -> str:
    headings = [
        " ".join(document.text[block.start : block.end].split())
        for block in document.blocks
        if block.kind == "heading" and block.part == part.id
    ]
    asking = [heading for heading in headings if heading.endswith("?") and not heading.lower().startswith("où se renseigner")]
    return next((each for each in asking if each.lower().startswith("qu’est-ce")), next(iter(asking), ""))


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _quote(document: Document, span: Span) -> Quote:
    return Quote(document.id, document.sha256, span.start, span.end, document.text[span.start : span.end])
