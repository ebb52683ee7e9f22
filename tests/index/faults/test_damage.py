"""Files of the index that are not what was published: refused before anything reads them, by name and with the cure."""

import ast
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from errors import TresseError
from index.build import build_index
from index.generation import current_generation
from index.lines import read_lines
from index.store import open_index
from index.verify import verify
from settings import ROOT, Settings

CURE = "python -m index build"
ROOMS = ("ingest", "index", "answer", "interface", "eval")
_EXECUTES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}  # what runs what it loads

Damage = Callable[[bytes, random.Random], bytes]


def truncated(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def flipped(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]


def zeroed(content: bytes, chance: random.Random) -> bytes:
    """As after a power cut: the size is right, a page of it never came to the disk."""
    start = chance.randrange(len(content))
    zeros = content[:start] + bytes(len(content[start : start + 4096])) + content[start + 4096 :]
    return zeros if zeros != content else b""


DAMAGES: Mapping[str, tuple[Damage, int]] = {  # and how many times each file is damaged so
    "truncated": (truncated, 4),
    "flipped": (flipped, 4),
    "zeroed": (zeroed, 2),
    "empty": (lambda *_: b"", 1),
    "doubled": (lambda content, _: content * 2, 1),
}


def files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Name every file that the index cannot do without, except the pointer."""
    generation = current_generation(settings.index)
    for name in ("manifest.json", *generation.manifest.files):
        yield name, generation.folder / name


def refusal(settings: Settings, encoder: object) -> str:
    with pytest.raises(TresseError) as caught:
        open_index(settings, encoder=encoder)
    return str(caught.value)


@pytest.fixture
def other(world: Any, encoder: object) -> Settings:
    """An index of the corpus as it became, with a generation of the same name."""
    made = replace(world.settings, index=world.settings.index.with_name("other"))
    build_index(made, progress=False, encoder=encoder)
    return made


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_anywhere_in_any_file_is_refused(world: Any, encoder: object, damage: str) -> None:
    """The sentence names the file and the cure; what was damaged and is put back is read again."""
    harm, times = DAMAGES[damage]
    for name, path in files(world.before):
        content = path.read_bytes()
        for number in range(times if content else 0):
            path.write_bytes(harm(content, random.Random(f"{name} {number}")))
            sentence = refusal(world.before, encoder)
            assert name in sentence
            assert CURE in sentence
        path.write_bytes(content)
    assert open_index(world.before, encoder=encoder).search("miel")


def test_any_bit_of_the_pointer_counts(world: Any, encoder: object) -> None:
    """Cut or altered anywhere, the pointer is refused, or leads to a manifest that is refused."""
    path = world.settings.index / "current"
    content = path.read_bytes()
    altered = [content[:length] for length in range(len(content))]
    altered += [content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :] for place in range(len(content))]
    for damaged in altered:
        path.write_bytes(damaged)
        sentence = refusal(world.before, encoder)
        assert "«\u00a0current\u00a0»" in sentence or "/manifest.json\u00a0»" in sentence
        assert CURE in sentence


def test_a_file_of_another_generation_is_refused(world: Any, other: Settings, encoder: object) -> None:
    """A sound file, of the same name and format, that was published with others."""
    theirs, compared = dict(files(other)), 0
    for name, path in files(world.before):
        content = path.read_bytes()
        if name in theirs and theirs[name].read_bytes() != content:
            path.write_bytes(theirs[name].read_bytes())
            sentence = refusal(world.before, encoder)
            assert name in sentence
            assert CURE in sentence
            path.write_bytes(content)
            compared += 1
    assert compared > 10


def test_a_file_of_another_model_is_refused(world: Any, make_encoder: Callable[[str], object], encoder: object) -> None:
    """Vectors of the same texts by another model are as long, and are not believed."""
    theirs = replace(world.before, index=world.settings.index.with_name("other"))
    build_index(theirs, progress=False, encoder=make_encoder("fake:2"))
    vectors = dict(files(theirs))["vectors.faiss"].read_bytes()
    (current_generation(world.settings.index).folder / "vectors.faiss").write_bytes(vectors[:-1] + bytes([vectors[-1] ^ 1]))
    assert "vectors.faiss" in refusal(world.before, encoder)
    assert "autre modèle" in refusal(theirs, encoder)
    shutil.copy(theirs.index / "current", world.settings.index / "current")
    assert "manifest.json" in refusal(world.before, encoder)


def test_verify_names_the_file_and_says_nothing_of_the_content(world: Any) -> None:
    """What a damaged file holds is not read, by verify either."""
    for name, path in files(world.before):
        content = path.read_bytes()
        path.write_bytes(b"")
        faults = [fault for check in verify(world.before) for fault in check.faults]
        assert len(faults) == (1 if content else 0)
        assert all(name in fault and CURE in fault for fault in faults)
        path.write_bytes(content)


def test_a_build_mends_what_is_damaged(world: Any, encoder: object, answer: Any, expected: Any) -> None:
    """The cure that the sentences give works, whatever is damaged, and the answers are those of an index made anew."""
    for name in [name for name, _ in files(world.before)][::4]:
        (current_generation(world.settings.index).folder / name).write_bytes(b"\xff")
        build_index(world.settings, progress=False, encoder=encoder)
        assert answer(world.settings, encoder) == expected(world.settings, encoder)


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)


def test_nothing_that_is_loaded_can_run(world: Any) -> None:
    """No module imports what unpickles, nor loads weights with it; every array is loaded with allow_pickle=False."""
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        tree = ast.parse(path.read_bytes())
        names = set(_names(tree))
        assert not {name for name in names if name.partition(".")[0] in _EXECUTES}, path
        assert "torch.load" not in names, path
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if ast.unparse(call.func) in ("np.load", "numpy.load"):
                assert "allow_pickle=False" in ast.unparse(call), path
    assert not any(path.suffix in (".pkl", ".pickle", ".joblib", ".pt", ".bin") for _, path in files(world.before))


class _Trap:
    """What would leave a trace if it were unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.trace,)


def test_an_array_of_objects_is_refused(tmp_path: Path) -> None:
    """A file with a right checksum that holds Python objects raises, and nothing in it runs."""
    trap = np.array([_Trap(tmp_path / "trace")], dtype=object)
    (tmp_path / "lines").write_bytes(b"x\n")
    with (tmp_path / "lines.starts.npy").open("wb") as file:
        np.save(file, trap)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        read_lines(tmp_path / "lines")
    assert not (tmp_path / "trace").exists()
