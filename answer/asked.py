"""A stand-alone query in, what the later steps need of it out: its kind, its words and its names."""

from dataclasses import dataclass

from answer.lexicon import Lexicon, named_in, numbers_in
from answer.question import FILLERS, Kind, fold, kind_of
from index.analysis import terms, tokens


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query asks. `terms`: its words of content, mistyped ones read as the documents write them.

    `names`: those terms that are names or numbers, which a sentence cannot paraphrase. `strange`: the names and numbers, as
    written, that the documents do not hold at all. `alien`: those of them that nothing leads to either, mistyped or not.
    """

    query: str
    kind: Kind
    terms: tuple[str, ...]
    names: frozenset[str] = frozenset()
    strange: tuple[str, ...] = ()
    alien: tuple[str, ...] = ()

    @property
    def content(self) -> tuple[str, ...]:
        """The terms that a sentence must say itself: its headings and its neighbours can say the names."""
        return tuple(term for term in self.terms if term not in self.names) or self.terms


def understand(query: str, lexicon: Lexicon) -> Asked:
    """Read what a stand-alone query asks."""
    wanted = dict.fromkeys(lexicon.reading(token.term) for token in tokens(query) if token.form not in FILLERS)
    named = named_in(query, lexicon.names)
    said = [*named, *numbers_in(query)]
    strange = tuple(word for word in said if fold(word) not in lexicon.names and not all(map(lexicon.holds, terms(word))))
    names = frozenset(term for word in said for term in terms(word)) & frozenset(wanted)
    alien = tuple(word for word in strange if not all(lexicon.knows(lexicon.reading(term)) for term in terms(word)))
    return Asked(query, kind_of(query), tuple(wanted), names, strange, alien)
