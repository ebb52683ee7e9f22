"""A corpus before and after a change, an index of the first, and builds of the second in processes that may die."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from index.build import build_index
from index.search import Hit
from index.store import open_index
from settings import ROOT, Settings

QUESTIONS = ("Qui pond dans la ruche ?", "Quelle température a le four ?", "levain", "miel", "Qui trait les chèvres ?")
BEES = "# Les abeilles\n\nUne ruche compte 40 000 abeilles en été. La reine pond les œufs.\n\n## Le miel\n\nLe miel est doux.\n"
BREAD = "# Le pain\n\nLe boulanger pétrit la farine. Le four chauffe à 250 degrés.\n\n## Le levain\n\nIl fait lever la pâte.\n"
GOATS = "# Les chèvres\n\nLa bergère trait les chèvres à l’aube. Le fromage sèche sur des claies.\n"
EXPANSION = '{"quote": "La reine pond les œufs.", "questions": ["Qui pond dans la ruche ?"], "terms": ["couvain"]}\n'

Answers = tuple[tuple[Hit, ...], ...]


@dataclass(frozen=True)
class World:
    """Where the settings of one test point, and the corpus of the first generation, which the second build no longer finds."""

    settings: Settings
    earlier: Path

    @property
    def before(self) -> Settings:
        """The same settings with the corpus as it was before the change."""
        return replace(self.settings, corpus=self.earlier)

    def left(self) -> set[str]:
        """Name what stands in the index folder and beside the cache."""
        return {path.name for folder in (self.settings.index, self.settings.embeddings) for path in folder.iterdir()}

    def order(self, **wishes: Any) -> dict[str, Any]:
        """Order a build of the corpus as it is now."""
        places = {"corpus": self.settings.corpus, "index": self.settings.index, "embeddings": self.settings.embeddings}
        return {name: str(path) for name, path in places.items()} | wishes


def write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def answers(settings: Settings, encoder: object) -> Answers:
    """Open the index that serves and answer a few questions."""
    index = open_index(settings, encoder=encoder)
    return tuple(index.search(question, top=3) for question in QUESTIONS)


@pytest.fixture(scope="session")
def swift() -> Iterator[Path]:
    """A folder in memory where there is one: a disk takes half a second to sync what a build writes."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if os.access(shared, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def _template(swift: Path) -> Path:
    """An index of the first corpus, beside the second corpus."""
    folder = swift / "template"
    folder.mkdir()
    write(folder / "earlier", {"abeilles.md": BEES, "abeilles.expansions.jsonl": EXPANSION, "pain.md": BREAD})
    changed = BEES.replace("Le miel est doux.", "Le miel vient du nectar.")
    write(folder / "corpus", {"abeilles.md": changed, "abeilles.expansions.jsonl": EXPANSION, "chevres.md": GOATS})
    return folder


@pytest.fixture(scope="session")
def child() -> Iterator[Callable[[Mapping[str, Any]], dict[str, Any]]]:
    """Run a build in a process of its own; give what it said, and the signal that ended it, 0 where none did."""
    command = [sys.executable, str(Path(__file__).with_name("child.py"))]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as builds:

        def run(order: Mapping[str, Any]) -> dict[str, Any]:
            builds.stdin.write(json.dumps(order) + "\n")
            builds.stdin.flush()
            return json.loads(builds.stdout.readline())

        yield run
        builds.stdin.close()


@pytest.fixture
def world(swift: Path, _template: Path, encoder: object) -> Iterator[World]:
    """A first generation that serves, and a corpus that changed since: one document changed, one removed, one added."""
    folder = Path(tempfile.mkdtemp(dir=swift))
    shutil.copytree(_template, folder, dirs_exist_ok=True)
    made = World(Settings(folder / "corpus", folder / "index", folder / "embeddings"), folder / "earlier")
    if not made.settings.index.exists():
        build_index(made.before, progress=False, encoder=encoder)
        for kept in ("index", "embeddings"):
            shutil.copytree(folder / kept, _template / kept)
    yield made
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def expected(swift: Path, _template: Path) -> Callable[[Settings, object], Answers]:
    """Answer from an index made of this corpus alone, once for each."""
    known: dict[str, Answers] = {}

    def answered(settings: Settings, encoder: object) -> Answers:
        name = settings.corpus.name
        if name not in known:
            alone = Settings(_template / name, swift / f"{name}-index", swift / f"{name}-embeddings")
            build_index(alone, progress=False, encoder=encoder)
            known[name] = answers(alone, encoder)
        return known[name]

    return answered


@pytest.fixture
def answer() -> Callable[[Settings, object], Answers]:
    return answers
