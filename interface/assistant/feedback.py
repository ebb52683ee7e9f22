"""What visitors think of answers, kept in SQLite: the question, the answer's citations, the opinion. Nothing of who has it."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from errors import TresseError

if TYPE_CHECKING:
    from interface.assistant.exchange import Exchange

Verdict = Literal["useful", "useless", "inexact", "offtopic"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
NAMES: Mapping[Verdict, str] = {
    "useful": "Utile",
    "useless": "Pas utile",
    "inexact": "Citation inexacte",
    "offtopic": "Hors sujet",
}
COMMENT_LIMIT = 1000  # characters: a remark, not a letter
_PATIENCE = 5  # seconds: as long as another visitor's opinion could take to be written

_TABLE = """
CREATE TABLE IF NOT EXISTS opinions (
    key TEXT PRIMARY KEY, time TEXT NOT NULL, verdict TEXT NOT NULL, comment TEXT NOT NULL,
    question TEXT NOT NULL, query TEXT NOT NULL, status TEXT NOT NULL, citations TEXT NOT NULL
)
"""
# The last word counts; a verdict that is changed keeps the remark that was made.
_WRITE = """
INSERT INTO opinions VALUES (:key, :time, :verdict, :comment, :question, :query, :status, :citations)
ON CONFLICT (key) DO UPDATE SET time = excluded.time, verdict = excluded.verdict,
    comment = CASE excluded.comment WHEN '' THEN comment ELSE excluded.comment END
"""


@dataclass(frozen=True, slots=True)
class Opinion:
    """An opinion of an answer. `citations` are objects as the command line gives them: document, sha256, start, end, quote.

    `key` is drawn at random for each answer, so that a change of mind does not count twice; `time` is UTC, to the minute.
    """

    key: str
    verdict: Verdict
    comment: str
    question: str
    query: str
    status: str
    citations: tuple[Mapping[str, Any], ...]
    time: str = ""


def opinion_of(exchange: "Exchange", verdict: Verdict, comment: str = "") -> Opinion:
    """Return the opinion to keep of an exchange that has an answer."""
    answer = exchange.answer
    assert answer is not None
    citations = tuple(
        {"document": each.document, "part": each.place.part, "sha256": each.sha256}
        | {"start": each.start, "end": each.end, "quote": each.quote}
        for each in answer.citations
    )
    said = comment.strip()[:COMMENT_LIMIT]
    return Opinion(exchange.after.key, verdict, said, exchange.question, answer.query, answer.status, citations)


class Feedback:
    """The file of opinions, made when the first one comes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, opinion: Opinion) -> None:
        """Keep an opinion; another one under the same key takes its place. Raises TresseError where it cannot be written."""
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}"
        timed = replace(opinion, time=opinion.time or now)
        record = {name: getattr(timed, name) for name in Opinion.__slots__}
        record["citations"] = json.dumps(timed.citations, ensure_ascii=False)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._open() as store:
                store.execute(_TABLE)
                store.execute(_WRITE, record)
        except (OSError, sqlite3.Error) as fault:
            raise TresseError(
                f"Votre avis n’a pas pu être gardé ({fault})\u00a0: vérifiez que {self.path} peut être écrit, puis recommencez."
            ) from fault

    def all(self) -> tuple[Opinion, ...]:
        """Return every opinion, the oldest first; none where there is no file. Raises TresseError where it cannot be read."""
        if not self.path.exists():
            return ()
        try:
            with self._open() as store:
                rows = store.execute(f"SELECT {', '.join(Opinion.__slots__)} FROM opinions ORDER BY time, rowid").fetchall()
        except sqlite3.Error as fault:
            raise TresseError(f"{self.path} n’est pas un fichier d’avis ({fault})\u00a0: indiquez-en un autre.") from fault
        records = (dict(zip(Opinion.__slots__, row, strict=True)) for row in rows)
        return tuple(Opinion(**{**record, "citations": tuple(json.loads(record["citations"]))}) for record in records)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=_PATIENCE)) as store, store:
            yield store
