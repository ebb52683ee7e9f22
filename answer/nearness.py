"""How near a question is to those that lead to a span. Knows nothing of scores."""

from functools import lru_cache

from rapidfuzz import fuzz, process

from answer.asked import Asked
from answer.lexicon import Lexicon
from index.analysis import fold, terms
from index.units import Unit


def closest(asked: Asked, unit: Unit, lexicon: Lexicon) -> float:
    """Return from 0 to 1 how near the nearest of the span's questions is: shared words over all words, weighed by rarity."""
    wanted = frozenset(asked.terms)
    return max((_nearness(wanted, question, lexicon) for question in _questions(unit) if wanted & question), default=0.0)


def spelled(asked: Asked, unit: Unit) -> float:
    """Return from 0 to 1 how alike in letters the most alike of the span's questions is, whatever the order of its words."""
    found = process.extractOne(fold(asked.query), _folded(unit), scorer=fuzz.token_set_ratio)
    return found[1] / 100 if found else 0.0


@lru_cache(maxsize=65_536)
def _folded(unit: Unit) -> tuple[str, ...]:
    return tuple(map(fold, unit.questions))


def _nearness(one: frozenset[str], other: frozenset[str], lexicon: Lexicon) -> float:
    shared = sum(map(lexicon.weight, one & other))
    return shared / (lexicon.total(one) + lexicon.total(other) - shared)


@lru_cache(maxsize=65_536)
def _questions(unit: Unit) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(terms(question)) for question in unit.questions)
