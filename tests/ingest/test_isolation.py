"""Tests of reading in a child process: whatever a file does to its reader, it costs that file."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from errors import TresseError
from ingest.corpus import Source
from ingest.isolation import Isolation, read_document
from ingest.reader import read_bytes
from settings import ROOT

# A worker whose reader of texts does what the text says.
WORKER = """
import ctypes, os, sys, time
import ingest.reader, ingest.worker
from errors import TresseError
sound = ingest.reader.READERS[".md"]

def read(content, descriptor):
    order = content.decode().strip()
    if order == "hang": time.sleep(1000)
    if order == "hang in C": ctypes.PyDLL(None).sleep(1000)
    if order == "eat": [bytes(50_000_000) for _ in iter(int, 1)]
    if order == "abort": os.abort()
    if order == "segfault": ctypes.string_at(0)
    if order == "leave": os._exit(0)
    if order == "recurse": deeper = lambda: deeper(); deeper()
    if order == "raise": raise KeyError("x")
    if order == "refuse": raise TresseError("il est refusé.")
    if order == "print": print("garbage"); os.write(1, b"{}\\n"); os.system("echo garbage; echo garbage >&2")
    return sound(content, descriptor)

ingest.reader.READERS = {".md": read}
ingest.worker.MEMORY = 1 << 30
ingest.worker.main()
"""
COMMAND = (sys.executable, "-c", WORKER)
LOST = "il a fait échouer le programme qui le lisait"

Write = Callable[[str], Source]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Source:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.md"
        path.write_text(f"{text}\n", encoding="utf-8")
        return Source(path.stem, path, (path.name,))

    return written


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    shared = Isolation(patience=20, command=COMMAND)
    yield shared
    shared.close()


def children() -> set[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False)
    return {pid for pid in map(int, found.stdout.split()) if Path(f"/proc/{pid}").exists()}


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("eat", "il demande plus de mémoire que permis"),
        ("abort", LOST),
        ("segfault", LOST),
        ("leave", LOST),
        ("recurse", r"d’une forme inattendue \(RecursionError\)"),
        ("raise", r"d’une forme inattendue \(KeyError\)"),
        ("refuse", "^il est refusé.$"),
    ],
)
def test_a_reader_that_fails_costs_one_file(isolation: Isolation, write: Write, order: str, said: str) -> None:
    """It is refused in a sentence that says what happened; the next file is read by a sound process."""
    with pytest.raises(TresseError, match=said):
        isolation.read(write(order))
    assert isolation.read(write("Un texte sain.")).document.text == "Un texte sain.\n"


@pytest.mark.parametrize("order", ["hang", "hang in C"])
def test_a_reader_that_hangs_is_ended(write: Write, order: str) -> None:
    """After its patience, also where it never comes back to Python; the next file is read."""
    impatient = Isolation(patience=1.5, command=COMMAND)
    impatient.read(write("Un texte sain."))
    started = time.monotonic()
    with pytest.raises(TresseError, match="sa lecture a dépassé 2\u00a0secondes"):
        impatient.read(write(order))
    assert time.monotonic() - started < 5
    assert impatient.read(write("Un autre.")).document.text == "Un autre.\n"
    impatient.close()


def test_what_a_reader_prints_is_no_reply(isolation: Isolation, write: Write) -> None:
    """A library that writes on the standard output, or starts a program that does, changes nothing."""
    assert isolation.read(write("print")).document.text == "print\n"


def test_a_reading_is_what_the_reader_gives(isolation: Isolation, write: Write) -> None:
    """Nothing is lost on the way between two processes."""
    text = "# Titre\n\nUne « phrase » : un été. Une autre\u2028suite !\n\n- un ;\n- deux.\n"
    source = write(text)
    assert isolation.read(source) == read_bytes(source.id, ".md", source.content())


def test_one_child_reads_many_files_and_none_is_left(write: Write) -> None:
    """One process reads as long as it is sound, a new one takes its place, and closing leaves neither child nor zombie."""
    before, own = children(), Isolation(command=COMMAND)
    for number in range(5):
        own.read(write(f"Texte {number}."))
    first = children() - before
    assert len(first) == 1
    for order in ("abort", "leave", "raise", "abort"):
        with pytest.raises(TresseError):
            own.read(write(order))
        own.read(write("Sain."))
    assert len(children() - before) == 1
    assert children() - before != first
    own.close()
    own.close()
    assert children() == before
    assert own.read(write("Encore.")).document.text == "Encore.\n"
    own.close()


PARENT = """
import sys
from pathlib import Path
from ingest.corpus import Source
from ingest.isolation import Isolation
own = Isolation(patience=float(sys.argv[2]), command=(sys.executable, "-c", sys.argv[3]))
for name in ("sain.md", "hang.md"):
    path = Path(sys.argv[1], name)
    own._alive()
    print(own._child.pid, flush=True)
    own.read(Source(path.stem, path, (name,)))
    sys.stdin.readline()
"""


@pytest.mark.parametrize("busy", [False, True])
def test_a_child_does_not_outlive_its_parent(tmp_path: Path, busy: bool) -> None:
    """Killed with kill -9, a build leaves no reader: one that waits ends at once, one that hangs soon after its patience."""
    (tmp_path / "sain.md").write_text("Sain.")
    (tmp_path / "hang.md").write_text("hang in C")
    command = [sys.executable, "-c", PARENT, str(tmp_path), "1", WORKER]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        pid = int(parent.stdout.readline())
        if busy:
            parent.stdin.write("\n")
            parent.stdin.flush()
            assert int(parent.stdout.readline()) == pid
            time.sleep(0.3)
        assert running(pid)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    ends = time.monotonic() + 10
    while running(pid) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not running(pid)


def test_an_interruption_does_not_reach_the_child(isolation: Isolation, write: Write) -> None:
    """Ctrl-C in a terminal goes to a whole group of processes; the reader is in a group of its own."""
    isolation.read(write("Sain."))
    assert os.getpgid(isolation._child.pid) != os.getpgid(0)


def test_a_file_outside_a_corpus_is_named_in_its_fault(tmp_path: Path) -> None:
    """Whoever reads one file is told which."""
    (tmp_path / "vide.txt").write_text("")
    with pytest.raises(TresseError, match=r"^vide\.txt\u00a0: il est vide"):
        read_document(tmp_path / "vide.txt")
