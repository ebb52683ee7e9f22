"""Real sentences in, falsified ones out: a verifier of quotes must refuse every one."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from answer.quotes import find
from ingest.document import Document
from ingest.passages import Passage

PEER_OVERLAP = 0.35  # what kotaemon, the nearest peer, asks of a quotation: the longest match over its length
_NUMBER = re.compile(r"\d+")
_NEGATION = re.compile(r"\bn(?:e |’)(?P<verb>\w+) (?:pas|plus|jamais)\b")
_VERB = re.compile(r"\b(est|sont|peut|peuvent|permet|doit|compte|regroupe|favorise)\b")
_NAME = re.compile(r"(?<=[\w,] )[A-ZÉ][\w’-]{3,}")

Falsification = Callable[[str], str]


def change_number(sentence: str) -> str:
    """Add one to the first number."""
    return _NUMBER.sub(lambda number: str(int(number.group()) + 1), sentence, count=1)


def negate(sentence: str) -> str:
    """Take away the first negation, or add one to the first verb."""
    if _NEGATION.search(sentence):
        return _NEGATION.sub(lambda match: match["verb"], sentence, count=1)
    return _VERB.sub(lambda verb: f"ne {verb.group()} pas", sentence, count=1)


def swap_name(sentence: str) -> str:
    """Put another name in the place of the first."""
    return _NAME.sub(lambda name: "Montreuil" if name.group() != "Montreuil" else "Quimper", sentence, count=1)


def drop_words(sentence: str) -> str:
    """Leave out the two words in the middle."""
    words = sentence.split()
    middle = len(words) // 2
    return " ".join(words[: middle - 1] + words[middle + 1 :]) if len(words) > 6 else sentence


FALSIFICATIONS: dict[str, Falsification] = {
    "nombre changé": change_number,
    "négation": negate,
    "nom échangé": swap_name,
    "mots omis": drop_words,
}


@dataclass(frozen=True, slots=True)
class Trial:
    """How many falsified sentences of a kind were made, and how many each verifier took for true."""

    kind: str
    made: int
    accepted: int
    accepted_by_overlap: int


def try_falsified(passages: Sequence[Passage], documents: Mapping[str, Document], *, most: int) -> tuple[Trial, ...]:
    """Falsify the sentences of `passages`, evenly spread, until a kind has `most` of them, and show each to both verifiers."""
    made: dict[str, list[tuple[bool, bool]]] = {kind: [] for kind in FALSIFICATIONS}
    for kind, falsify in FALSIFICATIONS.items():
        false = list(_falsified(passages, documents, falsify))
        for quote, passage in false[:: max(1, len(false) // most)][:most]:
            stands = find(quote, documents[passage.document]) is not None
            made[kind].append((stands, accepted_by_overlap(quote, passage.text)))
    return tuple(
        Trial(kind, len(results), sum(ours for ours, _ in results), sum(theirs for _, theirs in results))
        for kind, results in made.items()
    )


def _falsified(
    passages: Sequence[Passage], documents: Mapping[str, Document], falsify: Falsification
) -> Iterator[tuple[str, Passage]]:
    for passage in passages:
        text = documents[passage.document].text
        for span in passage.spans:
            sentence = text[span.start : span.end]
            false = falsify(sentence)
            if false != sentence and false not in text:
                yield false, passage


def accepted_by_overlap(quote: str, passage: str) -> bool:
    """Whether fuzzy matching takes the quote, as the nearest peer does: the longest common stretch is 35 % of it."""
    match = SequenceMatcher(None, passage, quote, autojunk=False).find_longest_match()
    return match.size >= PEER_OVERLAP * len(quote)
