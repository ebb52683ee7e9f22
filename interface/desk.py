"""What the pages answer with: everything that rests on one generation of the index. Its imports take seconds."""

from dataclasses import dataclass

from answer.assistant import Assistant
from answer.evidence.reader import open_reader
from answer.suggestions import Suggester
from index.search import Index
from index.store import open_index
from interface.assistant.examples import example_questions
from settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """An index, the assistant on it, what it suggests and the questions that it offers to begin with."""

    index: Index
    assistant: Assistant
    suggester: Suggester
    examples: tuple[str, ...]


def open_desk(settings: Settings, before: Desk | None) -> Desk:
    """Open the index that serves, with the models that are loaded already. Raises TresseError where it cannot serve."""
    index = open_index(settings, encoder=before.index.encoder if before else None)
    reader = before.assistant.reader if before else open_reader(settings.reader)
    assistant = Assistant(index, reader)
    return Desk(index, assistant, Suggester(assistant, index), example_questions(index.documents, assistant))
