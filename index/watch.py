"""A corpus in, a build of its index after each change out."""

from collections.abc import Iterator

from watchfiles import watch as changes_of

from errors import TresseError
from index.build import BuildReport, build_index
from index.encoder import open_encoder
from ingest.corpus import find_corpus
from settings import Settings

_SETTLED = 1_000  # milliseconds without a change before a build: a copy of many files is one change


def watch(settings: Settings) -> Iterator[BuildReport | TresseError]:
    """Give the report of a first build, then of one after each change of the corpus, or why it failed, until interrupted.

    Raises TresseError where there is no corpus to watch.
    """
    find_corpus(settings.corpus)
    encoder = open_encoder(settings.model)

    def built() -> BuildReport | TresseError:
        try:
            return build_index(settings, progress=False, encoder=encoder)
        except TresseError as error:
            return error

    changes = changes_of(settings.corpus, step=_SETTLED, debounce=60 * _SETTLED, rust_timeout=_SETTLED, yield_on_timeout=True)
    next(changes)  # watches from here on: what changes during the first build is not missed
    yield built()
    for changed in changes:
        if changed:
            yield built()
