"""A disk that is full or cannot be written: a sentence, the generation before serves, and the next build succeeds."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from index.build import build_index
from index.generation import current_generation, current_name
from index.verify import verify

Child = Callable[[Mapping[str, Any]], dict[str, Any]]
SENTENCE = "L’index n’a pas pu être écrit dans"
CURE = "Vérifiez la place et les droits sur le disque, puis relancez\u00a0: python -m index build"
STEPS = (
    *(("index.assembly:_write", call) for call in (1, 2, 3)),
    *(("index.assembly:write_lines", call) for call in (1, 2, 3, 4)),
    ("index.assembly:write_vectors", 1),
    ("index.assembly:write_words", 1),
    ("index.generation:os.fsync", 1),
    ("index.generation:_write", 1),
    ("index.generation:_sync_folder", 1),
    ("pathlib:Path.rename", 1),
    ("index.generation:_write", 2),
    ("pathlib:Path.replace", 1),
)
NOBODY = 65_534  # a user who may write in no folder of these tests


def check_unharmed(world: Any, said: Mapping[str, Any], encoder: object, answer: Any, expected: Any) -> None:
    """The build was refused in a sentence with its cure, and what served goes on serving."""
    assert said.keys() == {"refused", "signal"}, said
    assert said["refused"].startswith(f"{SENTENCE} {world.settings.index} (")
    assert said["refused"].endswith(CURE)
    assert current_name(world.settings.index).startswith("g000001 ")
    assert answer(world.before, encoder) == expected(world.before, encoder)


def check_rebuilt(world: Any, encoder: object, answer: Any, expected: Any) -> None:
    """Once there is room the build succeeds, and nothing of those that failed stays."""
    build_index(world.settings, progress=False, encoder=encoder)
    assert answer(world.settings, encoder) == expected(world.settings, encoder)
    generation = current_name(world.settings.index).split()[0]
    assert world.left() == {"current", "build.lock", generation, "vectors.sqlite"}


def test_a_file_that_cannot_be_written_whole_is_said(
    world: Any, child: Child, encoder: object, answer: Any, expected: Any
) -> None:
    """Whichever file of a generation finds no room for its last byte, the build is refused and nothing is harmed."""
    sizes = {size for size, _ in current_generation(world.settings.index).manifest.files.values() if size}
    manifest = world.settings.index / "g000001" / "manifest.json"
    largest = max(*sizes, manifest.stat().st_size)
    for limit in (0, *(size - 1 for size in sorted(sizes)[::2])):
        check_unharmed(world, child(world.order(largest=limit)), encoder, answer, expected)
    assert [check.faults for check in verify(world.before)] == [()] * 5
    assert child(world.order(largest=100 * largest))["built"] == 2
    check_rebuilt(world, encoder, answer, expected)


def test_a_disk_that_fills_at_any_step_is_said(world: Any, child: Child, encoder: object, answer: Any, expected: Any) -> None:
    """No room at a step of the build: the same sentence, and what the step before had written goes away."""
    for step, call in STEPS:
        check_unharmed(world, child(world.order(step=step, call=call, when="full")), encoder, answer, expected)
        assert "building" not in world.left()
    assert [check.faults for check in verify(world.before)] == [()] * 5
    check_rebuilt(world, encoder, answer, expected)


def test_a_cache_without_room_costs_nothing_but_time(world: Any, child: Child, encoder: object, answer: Any) -> None:
    """Vectors that cannot be kept are used all the same: the build succeeds, and the next one computes them."""
    text = "\n\n".join(f"# Nombre {number}\n\nLa phrase numéro {number} parle du miel." for number in range(100))
    (world.settings.corpus / "nombres.md").write_text(text, encoding="utf-8")
    said = child(world.order(cached=3))
    before = answer(world.settings, encoder)
    report = build_index(world.settings, progress=False, encoder=encoder)
    assert said["built"] == 3
    assert 0 < report.embedded < said["embedded"]
    assert answer(world.settings, encoder) == before


@pytest.fixture
def mounted(world: Any) -> Iterator[Callable[[str], None]]:
    """Mount a small disk of its own for the index and the cache, and mount it again with other options."""
    folder = world.settings.index.parent / "disk"
    folder.mkdir()
    if (
        not shutil.which("mount")
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("no right to mount a disk here")
    try:
        for place in (world.settings.index, world.settings.embeddings):
            shutil.move(place, folder / place.name)
            place.symlink_to(folder / place.name)

        def again(options: str) -> None:
            subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)

        yield again
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_real_full_disk_is_said(
    world: Any, mounted: Callable[[str], None], child: Child, encoder: object, answer: Any, expected: Any
) -> None:
    """A disk with room for a part of the next generation, a little more each time, until all of it fits."""
    disk = os.statvfs(world.settings.index)
    used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
    refused = 0
    for room in range(0, 2_000_000, 16_384):
        mounted(f"size={used + room}")
        said = child(world.order())
        if "built" in said:
            break
        refused += 1
        check_unharmed(world, said, encoder, answer, expected)
    assert refused > 3
    assert answer(world.settings, encoder) == expected(world.settings, encoder)
    mounted("size=64m")
    check_rebuilt(world, encoder, answer, expected)


def test_a_read_only_disk_is_said(
    world: Any, mounted: Callable[[str], None], child: Child, encoder: object, answer: Any, expected: Any
) -> None:
    """Nothing can be written there, and nothing is harmed: what serves is opened, answers and verifies."""
    mounted("ro")
    check_unharmed(world, child(world.order()), encoder, answer, expected)
    assert [check.faults for check in verify(world.before)] == [()] * 5
    mounted("rw")
    check_rebuilt(world, encoder, answer, expected)


def test_an_index_of_somebody_else_is_not_written(
    world: Any, child: Child, encoder: object, answer: Any, expected: Any
) -> None:
    """Without the right to write in its folder the build is refused; the answers are not."""
    if os.getuid():
        pytest.skip("only the administrator can build as somebody else")
    for folder in (world.settings.index.parents[1], world.settings.index.parent):
        folder.chmod(0o755)
    check_unharmed(world, child(world.order(user=NOBODY)), encoder, answer, expected)
    check_rebuilt(world, encoder, answer, expected)


def test_a_damaged_cache_that_cannot_be_replaced_is_done_without(
    world: Any, mounted: Callable[[str], None], child: Child, encoder: object, answer: Any, expected: Any
) -> None:
    """The cache may be lost without harm, even where its folder cannot be written."""
    (world.settings.embeddings / "vectors.sqlite").write_bytes(b"no database" * 1000)
    mounted("ro")
    elsewhere = replace(world.settings, index=world.settings.index.with_name("elsewhere"))
    assert child(world.order(index=str(elsewhere.index)))["built"] == 2
    assert answer(elsewhere, encoder) == expected(elsewhere, encoder)
