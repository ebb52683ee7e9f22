"""The JSON that programs send and receive: one description for HTTP (OpenAPI) and for MCP, and one validation of what is sent.

What is received is only described: `answer.render` and `answer.replies` make it, and the tests hold it to these shapes.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from answer.entry import QUESTION_LIMIT

MOST_PASSAGES = 100  # in one reply: about 100 kB
MOST_DOCUMENTS = 500  # in one reply: about 200 kB, and more than most corpora have
_MOST_SCOPES, _MOST_TURNS = 100, 100
_LONGEST_NAME = 300  # characters of a document’s id: the longest that a file system takes


def _whole(text: str) -> str:
    """Refuse what JSON can hold and UTF-8 cannot, for no reply could repeat it."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise PydanticCustomError("string_unicode", "lone surrogate")
    return text


Text = Annotated[str, AfterValidator(_whole)]
Document = Annotated[
    Text, Field(max_length=_LONGEST_NAME, description="Identifiant d’un document, par exemple «\u00a0livret\u00a0».")
]
Top = Annotated[int, Field(ge=1, le=MOST_PASSAGES, description="Nombre de passages rendus.")]
Within = Annotated[
    list[Annotated[Text, Field(max_length=2 * _LONGEST_NAME)]],
    Field(
        max_length=_MOST_SCOPES,
        description="Où chercher\u00a0: documents («\u00a0livret\u00a0») ou parties («\u00a0livret#fiche-2\u00a0»)\u00a0; "
        "rien\u00a0: partout.",
    ),
]
Limit = Annotated[int, Field(ge=1, le=MOST_DOCUMENTS, description="Nombre de documents rendus, au plus.")]
Skipped = Annotated[int, Field(ge=0, lt=2**53, description="Nombre de documents passés avant le premier rendu.")]
Question = Annotated[
    Text, Field(description=f"La question, comme on la pose à un collègue\u00a0: {QUESTION_LIMIT} caractères au plus.")
]
Offset = Annotated[
    int, Field(ge=0, lt=2**53, description="Rang d’un caractère dans le texte canonique du document, à partir de 0.")
]


class Sent(BaseModel):
    """What a program sends: nothing is converted, and a field that is not known is refused, for it may be mistyped."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Turn(Sent):
    """Ce qui a été dit avant la question."""

    role: Literal["user", "assistant"]
    content: Text


class Ask(Sent):
    """Une question, et la conversation dans laquelle elle vient."""

    question: Question
    history: Annotated[
        list[Turn], Field(max_length=_MOST_TURNS, description="La conversation, du plus ancien tour au dernier.")
    ] = []
    within: Within = []
    top: Top = 10


class Search(Sent):
    """Ce qui est cherché dans les documents."""

    query: Question
    within: Within = []
    top: Top = 10


class Read(Sent):
    """Un endroit d’un document, comme une citation le donne."""

    document: Document
    start: Offset
    end: Annotated[Offset, Field(description="Rang du caractère qui suit le dernier.")]


class Received(BaseModel):
    """What a program receives: these fields, and no other."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Citation(Received):
    """Une citation\u00a0: `quote` est exactement `texte[start:end]` du document dont le texte a ce SHA-256."""

    number: int
    document: str
    title: str
    sha256: str
    start: int
    end: int
    lines: Annotated[list[int], Field(min_length=2, max_length=2, description="Première et dernière ligne du fichier.")]
    page: int | None
    headings: list[str]
    speaker: str | None
    quote: str


class Passage(Received):
    """Un passage trouvé\u00a0: `text` est exactement `texte[start:end]` du document."""

    rank: int
    document: str
    start: int
    end: int
    lines: Annotated[list[int], Field(min_length=2, max_length=2)]
    headings: list[str]
    text: str
    score: float


class Timings(Received):
    """Millisecondes."""

    search: float
    answer: float
    total: float


class Answer(Received):
    """Une réponse. `text` est du Markdown, avec un repère [n] pour chaque citation."""

    question: str
    query: Annotated[str, Field(description="La question telle qu’elle se comprend sans la conversation.")]
    status: Annotated[
        Literal["answered", "related", "refused", "smalltalk"],
        Field(description="Répondue\u00a0; passages proches seulement\u00a0; déclinée\u00a0; politesse."),
    ]
    confidence: Annotated[float, Field(ge=0, le=1)]
    text: str
    citations: list[Citation]
    passages: list[Passage]
    timings_ms: Timings


class Passages(Received):
    """Les passages trouvés, le meilleur d’abord."""

    query: str
    passages: list[Passage]


class PassageText(Received):
    """Un passage lu à sa place\u00a0: `text` est exactement `texte[start:end]` du document dont le texte a ce SHA-256."""

    document: str
    title: str
    sha256: str
    start: int
    end: int
    lines: Annotated[list[int], Field(min_length=2, max_length=2)]
    page: int | None
    headings: list[str]
    speaker: str | None
    text: str


class PartEntry(Received):
    """Une partie d’un document\u00a0; `scope` est ce que `within` attend pour n’y chercher que là."""

    id: str
    title: str
    scope: str
    passages: int


class DocumentEntry(Received):
    """Un document\u00a0; son `id` est ce que `within` attend pour ne chercher que là."""

    id: str
    title: str
    files: list[str]
    passages: int
    parts: list[PartEntry]


class Documents(Received):
    """Des documents de l’index, dans leur ordre, et combien il y en a en tout."""

    documents: list[DocumentEntry]
    total: int


class Ready(Received):
    """Tresse répond\u00a0: sur quelle génération de l’index, faite par quel modèle, de combien de quoi."""

    status: Literal["ready"]
    generation: str
    model: str
    counts: dict[str, int]


class Fault(Received):
    """Ce qui n’a pas été, et ce qu’il faut faire."""

    error: str


class Unready(Fault):
    """Tresse ne répond pas encore, ou ne peut pas répondre."""

    status: Literal["loading", "fault"]
