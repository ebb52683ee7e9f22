"""Tests of publishing: the generation before serves until the next one is whole."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import index.generation
from errors import TresseError
from index.build import build_index
from index.generation import building, current_generation
from index.store import open_index
from settings import Settings


def folders(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.index.iterdir() if path.is_dir())


def test_a_generation_that_is_read_stays_and_no_other(settings: Settings, encoder: object) -> None:
    """Whoever opened a generation goes on reading it, however many follow; the others make room, the current one never."""
    build_index(settings, progress=False, encoder=encoder)
    read = open_index(settings, encoder=encoder)
    before = read.search("miel")
    for number in (2, 3, 4):
        build_index(settings, progress=False, encoder=encoder)
        assert folders(settings) == ["g000001", f"g00000{number}"]
    assert read.search("miel") == before
    del read
    build_index(settings, progress=False, encoder=encoder)
    assert folders(settings) == ["g000005"]


DAMAGES: dict[str, Callable[[Path], object]] = {
    "overwritten in place": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "cut short": lambda path: os.truncate(path, path.stat().st_size // 2),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "removed": Path.unlink,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_changes_while_it_serves_is_named(settings: Settings, encoder: object, damage: str) -> None:
    """Whichever file it is and whatever became of it, also where its time was set back, before anything reads it again."""
    build_index(settings, progress=False, encoder=encoder)
    for name in current_generation(settings.index).manifest.files:
        generation = current_generation(settings.index)
        path = generation.folder / name
        content, state = path.read_bytes(), path.stat()
        assert generation.damage() == ""
        DAMAGES[damage](path)
        if path.exists():
            os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
        assert (name in generation.damage()) == bool(content)
        path.write_bytes(content)


def test_a_file_that_is_the_same_in_another_place_is_no_damage(
    settings: Settings, encoder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy put in its place, or new rights, cost one look at the content, and no more."""
    build_index(settings, progress=False, encoder=encoder)
    generation = current_generation(settings.index)
    for name in ("vectors.faiss", "words/meta.json"):
        path = generation.folder / name
        shutil.copy(path, path.with_name("copy"))
        path.with_name("copy").replace(path)
    (generation.folder / "documents.jsonl").chmod(0o600)
    assert generation.damage() == ""
    monkeypatch.setattr("index.generation._fault", None)  # nothing is read again
    assert generation.damage() == ""


def test_two_builds_cannot_run_at_once(settings: Settings, encoder: object) -> None:
    """The second says so and leaves the first alone."""
    with building(settings.index) as aside:
        (aside / "file").write_text("")
        with pytest.raises(TresseError, match="en cours"):
            build_index(settings, progress=False, encoder=encoder)
        assert (aside / "file").exists()
    build_index(settings, progress=False, encoder=encoder)


def test_what_an_interrupted_build_left_goes_away(settings: Settings, encoder: object) -> None:
    """Folders that were built but never published do not pile up, and never serve."""
    build_index(settings, progress=False, encoder=encoder)
    for name in ("building", "g000007"):
        (settings.index / name).mkdir()
        (settings.index / name / "file").write_text("half")
    build_index(settings, progress=False, encoder=encoder)
    assert folders(settings) == ["g000008"]
    assert current_generation(settings.index).folder.name == "g000008"


STEPS = [("_write", 0), ("_sync_folder", 0), ("_write", 1), ("_sync_folder", 2), ("_sync_folder", 3)]


@pytest.mark.parametrize(("step", "times"), STEPS)
@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_build_that_fails_leaves_the_index_as_it_was(
    settings: Settings, encoder: object, monkeypatch: pytest.MonkeyPatch, step: str, times: int, fault: BaseException
) -> None:
    """Full disk or Ctrl-C at any step of publishing: what served goes on serving, and the next build works."""
    build_index(settings, progress=False, encoder=encoder)
    before = open_index(settings, encoder=encoder).search("miel")
    left = times
    original: Callable[..., None] = getattr(index.generation, step)

    def failing(*arguments: object) -> None:
        nonlocal left
        if left == 0:
            raise fault
        left -= 1
        original(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(index.generation, step, failing)
        with pytest.raises((TresseError, KeyboardInterrupt)):
            build_index(settings, progress=False, encoder=encoder)
    assert open_index(settings, encoder=encoder).search("miel") == before
    build_index(settings, progress=False, encoder=encoder)
    assert open_index(settings, encoder=encoder).search("miel") == before


def test_every_file_and_folder_is_synced_before_the_rename(
    settings: Settings, encoder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the pointer names is on the disk before the pointer is: a power cut between the two harms nothing."""
    synced: list[str] = []
    original = index.generation.os.fsync

    def spy(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        original(descriptor)

    monkeypatch.setattr("index.generation.os.fsync", spy)
    build_index(settings, progress=False, encoder=encoder)
    generation = current_generation(settings.index)
    files = [Path(name).name for name in generation.manifest.files]
    assert sorted(synced[: len(files)]) == sorted(files)
    rest = synced[len(files) :]
    assert rest[0] == "manifest.json"
    assert {"building", "words"} == set(rest[1:3])
    assert rest[3:] == ["index", "current.new", "index"]
