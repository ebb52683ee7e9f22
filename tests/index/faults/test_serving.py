"""Builds beside other builds and beside whoever reads: nobody loses the files under them, and the disk does not fill."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from errors import TresseError
from index.build import build_index
from index.generation import current_generation
from index.store import check_files, open_index
from settings import ROOT, Settings

READER = """
import sys
from pathlib import Path
from index.generation import current_generation
held = current_generation(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.readline()
"""


def generations(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.index.iterdir() if path.is_dir())


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@contextmanager
def reader(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Read the generation that serves in another process."""
    command = [sys.executable, "-c", READER, str(settings.index)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_of_two_builds_at_once_one_is_made_and_the_other_says_so(
    world: Any, encoder: object, make_encoder: Callable[[], Any], answer: Any, expected: Any
) -> None:
    """While the first encodes, the second is refused at once and touches nothing; the first ends well."""
    reached, go_on, done = Event(), Event(), []

    class Slow(type(encoder)):
        def encode_documents(self, texts: Any) -> Any:
            reached.set()
            assert go_on.wait(30)
            return super().encode_documents(texts)

    first = Thread(target=lambda: done.append(build_index(world.settings, progress=False, encoder=Slow())))
    first.start()
    assert reached.wait(30)
    with pytest.raises(TresseError, match=r"construction de l’index est en cours.*relancez"):
        build_index(world.settings, progress=False, encoder=make_encoder())
    go_on.set()
    first.join(30)
    assert done[0].changes.added == ("chevres",)
    assert answer(world.settings, encoder) == expected(world.settings, encoder)


def test_many_builds_at_once_leave_one_whole_index(
    world: Any, make_encoder: Callable[[], Any], encoder: object, answer: Any, expected: Any
) -> None:
    """Whichever wins, the others are refused with the same sentence, and what serves is whole."""
    ends: list[str] = []

    def build() -> None:
        try:
            build_index(world.settings, progress=False, encoder=make_encoder())
            ends.append("built")
        except TresseError as error:
            ends.append(str(error))

    threads = [Thread(target=build) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(ends) == 6
    assert "built" in ends
    assert all("en cours" in end for end in ends if end != "built")
    assert answer(world.settings, encoder) == expected(world.settings, encoder)
    assert len(generations(world.settings)) == 1


def test_answers_do_not_change_while_builds_go_by(world: Any, encoder: object, make_encoder: Callable[[], Any]) -> None:
    """A thread that asks without rest gets the answers of the generation on which it began, to the last digit."""
    index = open_index(world.before, encoder=encoder)
    before, stop, asked = index.search("miel"), Event(), []

    def ask() -> None:
        while not stop.is_set():
            asked.append(index.search("miel") == before)

    thread = Thread(target=ask)
    thread.start()
    for _ in range(4):
        build_index(world.settings, progress=False, encoder=make_encoder())
    stop.set()
    thread.join(30)
    assert len(asked) > 4
    assert all(asked)
    check_files(index.generation)


def test_a_reader_in_another_process_keeps_its_files(world: Any, encoder: object) -> None:
    """Its generation stays until it ends, even by kill -9, and goes away at the next build."""
    with reader(world.settings) as process:
        build_index(world.settings, progress=False, encoder=encoder)
        assert generations(world.settings) == ["g000001", "g000002"]
        process.kill()
        process.wait(10)
        build_index(world.settings, progress=False, encoder=encoder)
        assert generations(world.settings) == ["g000003"]


def test_the_disk_does_not_fill(world: Any, encoder: object) -> None:
    """Twenty rebuilds of a corpus that changes beside one reader: two generations, and a cache of a few times what is used."""
    index = open_index(world.before, encoder=encoder)
    for number in range(20):
        text = f"# Carnet\n\nLe jour {number} fut long. Il plut {number} fois. La mer monta de {number} mètres.\n"
        (world.settings.corpus / "carnet.md").write_text(text, encoding="utf-8")
        report = build_index(world.settings, progress=False, encoder=encoder)
    assert generations(world.settings) == ["g000001", "g000021"]
    alone = replace(world.settings, index=world.settings.index.with_name("alone"), embeddings=world.earlier.with_name("cache"))
    build_index(alone, progress=False, encoder=encoder)
    served = current_generation(world.settings.index).folder
    assert size(served) < 1.1 * size(alone.index)
    assert size(world.settings.embeddings) <= 3 * size(alone.embeddings)
    assert report.embedded == 1  # the passage that changed, as at the first of the twenty
    assert index.search("miel")


def test_a_cache_holds_no_more_than_three_times_what_is_used(world: Any, make_encoder: Callable[[str], Any]) -> None:
    """Models that are tried one after the other push each other out, and the last one's vectors are all there."""
    for number in range(6):
        encoder = make_encoder(f"tried:{number}")
        counts = build_index(world.settings, progress=False, encoder=encoder).counts
        used = counts["vectors"]
        with closing(sqlite3.connect(world.settings.embeddings / "vectors.sqlite")) as cache:
            (kept,) = cache.execute("SELECT count(*) FROM vectors").fetchone()
        assert used <= kept <= 3 * used
    build_index(world.settings, progress=False, encoder=encoder)
    assert len(encoder.encoded) == counts["passages"] + counts["questions"]
