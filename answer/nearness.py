"""How near a question is to those that lead to a span. Knows nothing of scores."""

from functools import lru_cache

from answer.asked import Asked
from answer.lexicon import Lexicon
from index.analysis import terms
from index.units import Unit


@lru_cache(maxsize=65_536)
def _questions(unit: Unit) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(terms(question)) for question in unit.questions)


def closest(asked: Asked, unit: Unit, lexicon: Lexicon) -> float:
    """Return from 0 to 1 how near the nearest of the span's questions is: shared words over all words, weighed by rarity."""
    wanted = frozenset(asked.terms)
    return max((_nearness(wanted, question, lexicon) for question in _questions(unit)), default=0.0)


def _nearness(one: frozenset[str], other: frozenset[str], lexicon: Lexicon) -> float:
    shared = one & other
    if not shared:
        return 0.0
    return sum(map(lexicon.weight, shared)) / sum(map(lexicon.weight, one | other))
