"""Kill -9 at every named step of a build: what serves is whole, either the generation before or the next one."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest

from index.build import build_index
from index.generation import current_name
from index.verify import verify

GENERATION = "index.generation"
ASSEMBLY = "index.assembly"
_BUILDING = (  # what is called, and how many times
    ("index.build:find_corpus", 1),
    ("ingest.isolation:Isolation.read", 2),
    ("index.build:take_in", 1),
    ("index.build:assemble", 1),
    ("index.embeddings:_write", 2),
    ("index.embeddings:_prune", 1),
    (f"{ASSEMBLY}:_write", 3),
    (f"{ASSEMBLY}:write_lines", 4),
    (f"{ASSEMBLY}:write_vectors", 1),
    (f"{ASSEMBLY}:write_words", 1),
    ("index.build:write_assembly", 1),
    ("index.build:list_files", 1),
)
_FOLDERS = 2  # of a generation: itself and that of the words
BEFORE = (
    ("index.build:find_corpus", 1, "before"),
    ("ingest.isolation:Isolation.read", 1, "before"),
    ("index.embeddings:_write", 1, "before"),
    ("index.lines:np.save", 1, "before"),
    *((step, call, "after") for step, calls in _BUILDING for call in range(1, calls + 1)),
    (f"{GENERATION}:_write", 1, "amid"),
    (f"{GENERATION}:_write", 1, "after"),
    *((f"{GENERATION}:_sync_folder", call, "after") for call in range(1, _FOLDERS + 1)),
    ("pathlib:Path.rename", 1, "after"),
    (f"{GENERATION}:_sync_folder", _FOLDERS + 1, "after"),
    (f"{GENERATION}:_write", 2, "amid"),
    (f"{GENERATION}:_write", 2, "after"),
)
AFTER = (
    ("pathlib:Path.replace", 1, "after"),
    (f"{GENERATION}:_sync_folder", _FOLDERS + 2, "after"),
    *((f"{GENERATION}:os.unlink", call, "after") for call in (1, 2, 12)),
    (f"{GENERATION}:os.rmdir", 1, "after"),
    (f"{GENERATION}:_remove_unread", 1, "after"),
    ("index.build:publish", 1, "after"),
)

BATCH = 1  # passage that the child encodes at a step
Child = Callable[[Mapping[str, Any]], dict[str, Any]]


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


def check_rebuilt(world: Any, encoder: object, answer: Callable[..., Any], expected: Callable[..., Any]) -> None:
    """Build again, undisturbed: the index answers for the corpus as it is now, and nothing else stays."""
    build_index(world.settings, progress=False, encoder=encoder)
    assert answer(world.settings, encoder) == expected(world.settings, encoder)
    generation = current_name(world.settings.index).split()[0]
    assert world.left() == {"current", "build.lock", generation, "vectors.sqlite"}


@pytest.mark.parametrize(("step", "call", "when"), BEFORE)
def test_killed_before_it_is_published_a_build_changes_nothing(
    world: Any,
    child: Child,
    encoder: object,
    answer: Callable[..., Any],
    expected: Callable[..., Any],
    step: str,
    call: int,
    when: str,
) -> None:
    """The generation before answers the same and verifies, and the next build succeeds and leaves nothing behind."""
    corpus = contents(world.settings.corpus)
    assert child(world.order(step=step, call=call, when=when)) == {"signal": SIGKILL}
    assert current_name(world.settings.index).startswith("g000001 ")
    assert answer(world.before, encoder) == expected(world.before, encoder)
    assert [check.faults for check in verify(world.before)] == [()] * 5
    check_rebuilt(world, encoder, answer, expected)
    assert contents(world.settings.corpus) == corpus


@pytest.mark.parametrize(("step", "call", "when"), AFTER)
def test_killed_once_it_is_published_a_build_is_done(
    world: Any,
    child: Child,
    encoder: object,
    answer: Callable[..., Any],
    expected: Callable[..., Any],
    step: str,
    call: int,
    when: str,
) -> None:
    """The new generation answers whole and verifies, whatever is left of the one before; the next build removes it."""
    assert child(world.order(step=step, call=call, when=when)) == {"signal": SIGKILL}
    assert current_name(world.settings.index).startswith("g000002 ")
    assert answer(world.settings, encoder) == expected(world.settings, encoder)
    assert [check.faults for check in verify(world.settings)] == [()] * 5
    check_rebuilt(world, encoder, answer, expected)


def test_a_kill_while_the_cache_is_reduced_loses_no_vector_in_use(
    world: Any, child: Child, encoder: object, answer: Callable[..., Any], expected: Callable[..., Any]
) -> None:
    """Killed between forgetting the vectors that are not used and giving back their room, the next build computes none."""
    for command in ("DELETE", "VACUUM"):
        assert child(world.order(reduced=command)) == {"signal": SIGKILL}
        assert answer(world.before, encoder) == expected(world.before, encoder)
    encoder.encoded.clear()
    check_rebuilt(world, encoder, answer, expected)
    assert encoder.encoded == []


def test_a_build_that_was_killed_goes_on_where_it_was(world: Any, child: Child, encoder: object) -> None:
    """What was encoded before the kill is not encoded again."""
    shutil.rmtree(world.settings.embeddings)
    assert child(world.order(step="index.embeddings:_write", call=2, when="after")) == {"signal": SIGKILL}
    encoder.encoded.clear()
    report = build_index(world.settings, progress=False, encoder=encoder)
    assert report.embedded == len(encoder.encoded) == len(set(encoder.encoded))
    assert report.embedded == report.counts["vectors"] - 2 * BATCH


def test_without_a_kill_the_same_build_succeeds(world: Any, child: Child) -> None:
    """The steps above are met: an undisturbed child builds two documents, and one that never reaches its step as well."""
    assert child(world.order(step="index.build:publish", call=2, when="before")) == {
        "built": 2,
        "embedded": 2,
        "sound": True,
        "signal": 0,
    }
