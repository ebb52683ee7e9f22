"""Documents in, a few questions they answer out, taken from their own headings. Knows no particular document."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice

from answer.assistant import Assistant
from ingest.document import Document, Part

# As many as stand under the question box of a phone without pushing it off the screen.
EXAMPLE_LIMIT = 5


def example_questions(documents: Mapping[str, Document], assistant: Assistant) -> tuple[str, ...]:
    """Return one question for each part of the documents that asks one which the assistant answers from that part."""
    questions = (
        next((asked for asked in _asked(document, part) if _answers(assistant, asked, f"{document.id}#{part.id}")), None)
        for document in documents.values()
        for part in document.parts
    )
    return tuple(islice(filter(None, questions), EXAMPLE_LIMIT))


def _asked(document: Document, part: Part) -> Iterable[str]:
    """Yield the headings of a part that are questions, then what its interviewers ask; not what several parts repeat."""
    texts = [(block.part, block.kind, document.text[block.start : block.end].strip(" —\u00a0")) for block in document.blocks]
    seen = Counter(text for _, _, text in texts)
    for wanted in ("heading", "question"):
        for of_part, kind, text in texts:
            if of_part == part.id and kind == wanted and text.endswith("?") and seen[text] == 1:
                yield text


def _answers(assistant: Assistant, question: str, scope: str) -> bool:
    answer = assistant.ask(question)
    return answer.status == "answered" and any(scope == f"{c.document}#{c.place.part}" for c in answer.citations)
