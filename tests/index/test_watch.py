"""Tests of the index that is kept current: each change of the corpus is built, and nothing ends the watch but its user."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import index.watch
from errors import TresseError
from index.build import BuildReport, build_index
from index.watch import watch
from settings import ROOT, Settings

# The command line with the computable encoder, and Ctrl-C as a terminal has it: a shell's background jobs ignore it.
COMMAND = """
import importlib.util, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
specification = importlib.util.spec_from_file_location("fakes", sys.argv[1])
fakes = importlib.util.module_from_spec(specification)
specification.loader.exec_module(fakes)
import index.watch
index.watch.open_encoder = lambda _: fakes.FakeEncoder()
from index.__main__ import main
sys.exit(main(["build", "--watch"]))
"""
SETTLED = 50  # milliseconds


@pytest.fixture
def watched(settings: Settings, encoder: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Iterator[Any]]:
    monkeypatch.setattr("index.watch._SETTLED", SETTLED)
    monkeypatch.setattr("index.watch.open_encoder", lambda _: encoder)
    made = watch(settings)
    yield made
    made.close()


def write(settings: Settings, name: str, text: str = "# Titre\n\nUn texte.\n") -> Path:
    path = settings.corpus / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.timeout(60)
def test_each_change_is_built(settings: Settings, watched: Iterator[BuildReport]) -> None:
    """A first build, then one after a file came, changed, or went, in a new folder too."""
    assert next(watched).changes.added == ("abeilles", "pain")
    write(settings, "neuf.md")
    assert next(watched).changes.added == ("neuf",)
    write(settings, "neuf.md", "# Titre\n\nUn autre.\n")
    assert next(watched).changes.changed == ("neuf",)
    (settings.corpus / "neuf.md").unlink()
    assert next(watched).changes.removed == ("neuf",)
    write(settings, "sous/neuf.md")
    assert next(watched).changes.added == ("sous/neuf",)


@pytest.mark.timeout(60)
def test_a_change_during_the_first_build_is_not_missed(
    settings: Settings, watched: Iterator[BuildReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changes after the corpus was walked through and before the first report is built next."""
    original: Callable[..., BuildReport] = build_index

    def slow(*arguments: Any, **named: Any) -> BuildReport:
        report = original(*arguments, **named)
        monkeypatch.setattr(index.watch, "build_index", original)
        write(settings, "pendant.md")
        return report

    monkeypatch.setattr(index.watch, "build_index", slow)
    assert next(watched).changes.added == ("abeilles", "pain")
    assert next(watched).changes.added == ("pendant",)


@pytest.mark.timeout(60)
def test_many_changes_at_once_are_one_build(
    settings: Settings, watched: Iterator[BuildReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that come one after the other, faster than the corpus settles, are waited for."""
    next(watched)
    monkeypatch.setattr("index.watch._SETTLED", 1_000)
    for number in range(20):
        write(settings, f"f{number:02d}.md", f"# Titre\n\nTexte {number}.\n")
    assert len(next(watched).changes.added) == 20


@pytest.mark.timeout(60)
def test_a_build_that_fails_is_given_and_the_next_change_is_tried(settings: Settings, watched: Iterator[Any]) -> None:
    """At the first build or later: the reason, then the report of the build after the change that mends it."""
    for path in settings.corpus.iterdir():
        path.unlink()
    assert isinstance(next(watched), TresseError)
    write(settings, "a.md")
    assert next(watched).changes.added == ("a",)
    (settings.corpus / "a.md").unlink()
    assert "aucun document" in str(next(watched))
    write(settings, "b.md")
    report = next(watched)
    assert (report.changes.added, report.changes.removed) == (("b",), ("a",))


@pytest.mark.timeout(60)
def test_without_a_corpus_there_is_nothing_to_watch(settings: Settings) -> None:
    """It is said at once."""
    with pytest.raises(TresseError, match="n’existe pas"):
        next(watch(Settings(settings.corpus / "absent", settings.index, settings.embeddings)))


class Run:
    """`python -m index build --watch` in a process of its own, and what it has said so far."""

    def __init__(self, settings: Settings) -> None:
        named = {f"TRESSE_{name.upper()}": str(getattr(settings, name)) for name in ("corpus", "index", "embeddings")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, str(Path(__file__).parents[1] / "conftest.py")],
            cwd=ROOT,
            env={**os.environ, **named},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.out, self.err = [], []
        self._threads = [Thread(target=self._follow, args=pair) for pair in self._pairs()]
        for thread in self._threads:
            thread.start()

    def _pairs(self) -> list[tuple[Any, list[str]]]:
        return [(self.process.stdout, self.out), (self.process.stderr, self.err)]

    @staticmethod
    def _follow(stream: Any, lines: list[str]) -> None:
        with stream:
            lines.extend(iter(stream.readline, ""))

    def says(self, text: str, lines: list[str], patience: float = 15) -> bool:
        """Wait until a line holds a text."""
        ends = time.monotonic() + patience
        while not any(text in line for line in lines) and time.monotonic() < ends:
            time.sleep(0.02)
        return any(text in line for line in lines)

    def end(self) -> int:
        """Interrupt it as Ctrl-C does; give its status."""
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(15)
        for thread in self._threads:
            thread.join(5)
        return status


@pytest.mark.timeout(90)
def test_the_command_follows_the_corpus_until_it_is_interrupted(settings: Settings) -> None:
    """A changed file is built within 15 seconds, a failing build is said, and Ctrl-C ends in a sentence, nothing left."""
    run = Run(settings)
    try:
        assert run.says("2 documents ajoutés", run.out, 30)
        write(settings, "neuf.md")
        assert run.says("1 document ajouté\u00a0: neuf", run.out)
        write(settings, "vide.md", "")
        assert run.says("vide.md\u00a0: il est vide", run.err)
        for path in settings.corpus.iterdir():
            path.unlink()
        assert run.says("ne contient aucun document", run.err)
        write(settings, "dernier.md")
        assert run.says("1 document ajouté\u00a0: dernier", run.out)
    finally:
        status = run.end()
    assert status == 130
    assert "Interrompu\u00a0: l’index qui servait est intact.\n" in run.err
    assert "Traceback" not in "".join(run.err)
    assert not (settings.index / "building").exists()
