"""Settings in, the index that serves out: found, verified, opened with its model."""

from collections.abc import Mapping

from errors import TresseError
from index.content import Content, content_of
from index.contents import load_contents
from index.encoder import Encoder, open_encoder
from index.equivalents import equivalents
from index.files import CONTENTS, DOCUMENTS, KNOWLEDGE, PASSAGES, VECTORS, VOCABULARY, WORDS
from index.fusion import read_weights
from index.generation import CURE, Generation, current_generation, has_generation
from index.knowledge import load_knowledge
from index.lines import read_lines
from index.search import Index
from index.vectors import read_vectors
from index.vocabulary import load_vocabulary
from index.words import Words
from ingest.corpus import find_corpus
from settings import Settings


def has_index(settings: Settings) -> bool:
    """Tell whether an index was ever built with these settings, whatever its state."""
    return has_generation(settings.index)


def open_index(
    settings: Settings,
    *,
    encoder: Encoder | None = None,
    weights: Mapping[str, float] | None = None,
    words: type[Words] = Words,
) -> Index:
    """Open the index that serves, with its model and the fitted weights of its signals unless they are given.

    `words` is what reads questions: an evaluation may want to know what its knowledge of words brings.

    Raises TresseError, each with its own sentence and the cure, where the index is missing, incomplete, altered, of another
    version, of another model, or older than the corpus.
    """
    generation = current_generation(settings.index)
    check_corpus(generation, settings)
    check_files(generation)
    encoder = open_encoder(settings.model) if encoder is None else encoder
    if generation.manifest.model != encoder.fingerprint:
        raise TresseError(
            f"L’index a été construit avec un autre modèle ({generation.manifest.model.rpartition(':')[0]}) que celui qui est "
            f"choisi ({encoder.fingerprint.rpartition(':')[0]}), ou une autre version du même. {CURE}"
        )
    return _open(generation, encoder, weights, words)


def check_corpus(generation: Generation, settings: Settings, *, deep: bool = False) -> None:
    """Raise TresseError where the corpus is no longer the one that was indexed; `deep`: hash files whose state is the same."""
    indexed = generation.manifest.corpus
    found = find_corpus(settings.corpus, {} if deep else indexed).stamps
    hashes = ({name: stamp.sha256 for name, stamp in stamps.items()} for stamps in (indexed, found))
    before, now = hashes
    names = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    if names:
        raise TresseError(f"Le corpus a changé depuis la construction de l’index ({', '.join(names[:5])}). {CURE}")


def check_files(generation: Generation) -> None:
    """Raise TresseError at the first file that is not what was published."""
    for _, fault in generation.faults():
        if fault:
            raise TresseError(fault)


def open_content(generation: Generation) -> Content:
    """Open what is searched, in files that were verified."""
    folder = generation.folder
    contents = load_contents(generation.read_text(CONTENTS))
    return content_of(contents, read_lines(folder / DOCUMENTS), read_lines(folder / PASSAGES))


def _open(generation: Generation, encoder: Encoder, weights: Mapping[str, float] | None, reader: type[Words]) -> Index:
    folder = generation.folder
    content, vectors = open_content(generation), read_vectors(folder)
    if (vectors.rows, vectors.dimension) != (len(content.passages), encoder.dimension):
        raise TresseError(f"L’index est incohérent\u00a0: «\u00a0{VECTORS}\u00a0» ne correspond pas aux passages. {CURE}")
    knowledge = load_knowledge(generation.read_text(KNOWLEDGE))
    vocabulary = load_vocabulary(generation.read_text(VOCABULARY))
    return Index(
        content,
        knowledge,
        words=reader(folder / WORDS, vocabulary, equivalents(knowledge.glossary)),
        vectors=vectors,
        encoder=encoder,
        weights=weights or read_weights(),
        held=generation,
    )
