"""Tests of publishing: the generation before serves until the next one is whole."""

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
