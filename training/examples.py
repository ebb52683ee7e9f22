"""A folder of JSON lines in, checked questions on passages out, some documents of it held out."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from errors import TresseError

_HELD_OUT = 12  # one document in so many: about 200 of the 2,400 that the shipped models come from


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as it stands in its document."""

    document: str
    heading: str
    text: str

    @property
    def shown(self) -> str:
        """The text that both models read: « heading > heading », a line end, the passage."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text


@dataclass(frozen=True, slots=True)
class Question:
    """A question on the passage at place `passage`, with the words of it that answer; none where it is a near-miss."""

    text: str
    passage: int
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Examples:
    """Passages, the questions that they answer, and those that they only seem to answer."""

    passages: tuple[Passage, ...]
    questions: tuple[Question, ...]
    near: tuple[Question, ...]

    def __bool__(self) -> bool:
        return bool(self.questions)

    def training(self) -> "Examples":
        """Keep the questions on documents that are not held out; every passage stays, as a wrong one to tell from the right."""
        return self._where(lambda document: not is_held_out(document))

    def held_out(self) -> "Examples":
        """Keep the questions on the documents that are held out."""
        return self._where(is_held_out)

    def _where(self, wanted: Callable[[str], bool]) -> "Examples":
        def kept(questions: tuple[Question, ...]) -> tuple[Question, ...]:
            return tuple(question for question in questions if wanted(self.passages[question.passage].document))

        return replace(self, questions=kept(self.questions), near=kept(self.near))


def is_held_out(document: str) -> bool:
    """Tell by its name alone, so that documents added later move none from one side to the other."""
    return int.from_bytes(sha256(document.encode()).digest()[:4]) % _HELD_OUT == 0


def read_examples(folder: Path) -> Examples:
    """Read `passages`, `pairs` and `near`, each `.jsonl` or `.jsonl.gz`.

    Raises TresseError with the file and the line where one is missing, malformed, names no passage, or answers in words that
    do not stand in its passage.
    """
    passages: list[Passage] = []
    places: dict[str, int] = {}
    for where, row in _rows(folder, "passages", ("pid", "doc", "text")):
        if row["pid"] in places:
            raise TresseError(
                f"{where}\u00a0: le passage «\u00a0{row['pid']}\u00a0» est déjà donné plus haut. Changez son «\u00a0pid\u00a0»."
            )
        places[row["pid"]] = len(passages)
        passages.append(Passage(row["doc"], str(row.get("heading") or ""), row["text"]))
    questions = tuple(_questions(folder, "pairs", ("q", "pid", "a"), passages, places))
    near = tuple(_questions(folder, "near", ("q", "pid"), passages, places))
    return Examples(tuple(passages), questions, near)


def _questions(
    folder: Path, name: str, keys: tuple[str, ...], passages: list[Passage], places: dict[str, int]
) -> Iterator[Question]:
    for where, row in _rows(folder, name, keys):
        if row["pid"] not in places:
            raise TresseError(
                f"{where}\u00a0: aucun passage ne s’appelle «\u00a0{row['pid']}\u00a0». Ajoutez-le à passages.jsonl."
            )
        place = places[row["pid"]]
        answer = row["a"] if "a" in keys else ""
        if answer not in passages[place].text:
            raise TresseError(
                f"{where}\u00a0: «\u00a0{answer}\u00a0» n’est pas dans le passage. Recopiez ses mots à la lettre."
            )
        yield Question(row["q"], place, answer)


def _rows(folder: Path, name: str, keys: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each line with where it stands; every one of `keys` is a text that is not empty."""
    for number, line in enumerate(_lines(folder, name), 1):
        where = f"{name}.jsonl, ligne {number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise TresseError(f"{where}\u00a0: ce n’est pas un objet JSON. Corrigez la ligne ou retirez-la.") from error
        missing = [key for key in keys if not (isinstance(row, dict) and isinstance(row.get(key), str) and row[key].strip())]
        if missing:
            raise TresseError(f"{where}\u00a0: il manque «\u00a0{missing[0]}\u00a0». Donnez-lui un texte.")
        yield where, row


def _lines(folder: Path, name: str) -> Iterator[str]:
    plain, packed = folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz"
    try:
        with plain.open(encoding="utf-8") if plain.exists() else gzip.open(packed, "rt", encoding="utf-8") as file:
            yield from file
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise TresseError(
            f"{plain} (ou {packed.name}) n’a pas pu être lu. Les trois fichiers et leur format sont dans training/README.md."
        ) from error
