"""Opinions of visitors in, cases out. A case that a person has yet to read cannot be run by mistake."""

from collections.abc import Iterable, Iterator
from typing import Any

from interface.assistant.feedback import NAMES, Opinion

# What the format of cases refuses: an empty group. `eval run` leaves such a line out and says what is to be written there.
UNREAD: list[list[str]] = [[]]


def cases(opinions: Iterable[Opinion]) -> Iterator[dict[str, Any]]:
    """Give a case for each question that was judged, as an object of a file of cases; of equal ones, that of the last opinion.

    A useful answer says what is right: its quotes are the evidence, and one without quotes a question that the documents do not
    answer. Any other opinion only says that something is wrong: its evidence is UNREAD, and its note says what to look at.
    """
    last = {(opinion.query, opinion.verdict == "useful"): opinion for opinion in opinions}
    for opinion in last.values():
        if opinion.status != "smalltalk":
            yield _case(opinion)


def _case(opinion: Opinion) -> dict[str, Any]:
    evidence = [[str(each["quote"])] for each in opinion.citations] if opinion.verdict == "useful" else UNREAD
    parts = sorted({str(each["part"]) for each in opinion.citations if each.get("part")}) if opinion.verdict == "useful" else []
    return {
        "id": f"avis-{opinion.key}",
        "split": "tune",  # what visitors say may be learnt from; the test half stays as it was drawn
        "question": opinion.query,
        "kind": "factual" if evidence else "unanswerable-near",
        "part": "+".join(parts) or None,
        "evidence": evidence,
        "note": _note(opinion),
    }


def _note(opinion: Opinion) -> str:
    name, day = NAMES[opinion.verdict].lower(), opinion.time[:10]
    said = [f"Avis «\u00a0{name}\u00a0» du {day} sur une réponse «\u00a0{opinion.status}\u00a0»"]
    if opinion.question != opinion.query:
        said.append(f"posée ainsi\u00a0: {opinion.question}")
    if opinion.verdict != "useful":
        quotes = " | ".join(str(each["quote"]) for each in opinion.citations)
        said.append(f"À REVOIR\u00a0: elle citait\u00a0: {quotes}" if quotes else "À REVOIR\u00a0: elle ne citait rien")
    if opinion.comment:
        said.append(f"remarque\u00a0: {opinion.comment}")
    return "\u00a0; ".join(said)
