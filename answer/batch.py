"""Lines of JSON in, lines of JSON out, in the same order: a line that cannot be read gets an error in its place."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from answer.assistant import Assistant
from answer.conversation import Turn
from answer.render import as_json
from errors import TresseError


def answer_lines(
    assistant: Assistant, lines: Iterable[bytes], *, within: Sequence[str] = (), top: int = 10
) -> Iterator[dict[str, Any]]:
    """Answer each line that is not blank; a fault gives {"id"?, "error"} with a French sentence, and the next lines go on."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _answered(assistant, number, line, within, top)


def _answered(assistant: Assistant, number: int, line: bytes, within: Sequence[str], top: int) -> dict[str, Any]:
    named: dict[str, Any] = {}
    try:
        asked = _read(line)
        if isinstance(asked.get("id"), str):
            named = {"id": asked["id"]}
        question, history = _question(asked), _history(asked.get("history", []))
        _check_id(asked)
        answer = assistant.ask(question, history, within=within, top=top)
        return as_json(answer, id=named.get("id"))
    except TresseError as error:
        return named | {"error": f"Ligne {number}\u00a0: {error}"}


def _read(line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
    except UnicodeDecodeError:
        raise TresseError("ce n’est pas de l’UTF-8. Enregistrez le fichier en UTF-8.") from None
    except (ValueError, RecursionError):
        raise TresseError('ce n’est pas du JSON. Écrivez un objet par ligne\u00a0: {"id": "1", "question": "…"}.') from None
    if not isinstance(asked, dict):
        raise TresseError('un objet est attendu\u00a0: {"id": "1", "question": "…"}.')
    return asked


def _check_id(asked: dict[str, Any]) -> None:
    if not isinstance(asked.get("id", ""), str):
        raise TresseError("«\u00a0id\u00a0» doit être un texte, entre guillemets.")


def _question(asked: dict[str, Any]) -> str:
    question = asked.get("question")
    if not isinstance(question, str):
        raise TresseError("«\u00a0question\u00a0» manque ou n’est pas un texte.")
    return question


def _history(turns: object) -> list[Turn]:
    if turns is None:
        return []
    if not isinstance(turns, list):
        raise TresseError("«\u00a0history\u00a0» doit être une liste de tours.")
    return [_turn(turn) for turn in turns]


def _turn(turn: object) -> Turn:
    match turn:
        case {"role": "user" | "assistant" as role, "content": str(content)}:
            return Turn(role, content)
        case _:
            raise TresseError('chaque tour de «\u00a0history\u00a0» s’écrit {"role": "user" ou "assistant", "content": "…"}.')
