"""The parts of the documents that a query names: « une CAE ou une Scic ? » names two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.analysis import terms
from index.knowledge import Subject
from index.search import Hit

NAMED = 0.5  # share of the own words of its title with which a question names a part


@dataclass(frozen=True, slots=True)
class Subjects:
    """What names each part, by scope."""

    of: Mapping[str, Subject]

    def named(self, query: str) -> tuple[str, ...]:
        """Return the scopes of the parts that a query names, in the order of the documents."""
        said = frozenset(terms(query))
        return tuple(scope for scope, subject in self.of.items() if _names(subject, said))

    def only(self, query: str, named: Sequence[str], scope: str) -> str:
        """Return what a query asks of one of the parts that it names: without the words that name the others."""
        others = frozenset[str]().union(*(self.of[other].names | self.of[other].title for other in named if other != scope))
        return " ".join(word for word in query.split() if not others & frozenset(terms(word)))


def _names(subject: Subject, said: frozenset[str]) -> bool:
    titled = len(subject.title & said)
    return bool(subject.names & said) or (titled > 0 and titled >= NAMED * len(subject.title))


def interleave(lists: Sequence[Sequence[Hit]]) -> tuple[Hit, ...]:
    """Merge ranked lists: the first of each, then the second of each..."""
    depth = max(map(len, lists), default=0)
    return tuple(found[rank] for rank in range(depth) for found in lists if rank < len(found))
