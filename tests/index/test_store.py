"""Tests of opening an index: whatever happened to it, a sentence and the cure, never a wrong answer."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

import index.generation
from errors import TresseError
from index.build import build_index
from index.files import CODES, VECTORS
from index.fusion import read_weights
from index.generation import current_generation
from index.store import has_index, open_index
from index.vectors import write_vectors
from settings import Settings

DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "flipped": lambda path: path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:]),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.fixture
def built(expanded: Settings, encoder: object) -> Settings:
    build_index(expanded, progress=False, encoder=encoder)
    return expanded


def names(settings: Settings) -> list[str]:
    """List every file that the index cannot do without."""
    generation = current_generation(settings.index)
    inside = (f"{generation.folder.name}/{name}" for name in ("manifest.json", *generation.manifest.files))
    return ["current", *inside]


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_to_every_file_is_said(built: Settings, encoder: object, damage: str, tmp_path: Path) -> None:
    """Whichever file is missing, cut, altered or grown, opening names it and gives the cure."""
    for name in names(built):
        path = built.index / name
        if path.stat().st_size == 0 and damage in ("empty", "truncated", "flipped"):
            continue
        copy = tmp_path / "copy"
        shutil.copytree(built.index, copy)
        DAMAGES[damage](copy / name)
        with pytest.raises(TresseError) as caught:
            open_index(replace(built, index=copy), encoder=encoder)
        sentence = str(caught.value)
        assert "python -m index build" in sentence
        assert Path(name).name in sentence or (name == "current" and "n’existe pas encore" in sentence)
        shutil.rmtree(copy)


def test_a_generation_lists_what_it_is_made_of(built: Settings) -> None:
    """No file of a generation is left without a checksum, and there is one of each kind."""
    generation = current_generation(built.index)
    there = {
        path.relative_to(generation.folder).as_posix()
        for path in generation.folder.rglob("*")
        if path.is_file() and not path.name.startswith(".tantivy-")
    }
    assert there - {"manifest.json"} == set(generation.manifest.files)
    assert {"documents.jsonl", "passages.jsonl", "vocabulary.json", "vectors.faiss", "codes.faiss"} <= there
    assert "words/meta.json" in there


def test_a_damaged_index_is_mended_by_a_build(built: Settings, encoder: object) -> None:
    """The cure that the sentences give works."""
    for place in range(len(names(built))):
        (built.index / names(built)[place]).write_bytes(b"?")
        with pytest.raises(TresseError):
            open_index(built, encoder=encoder)
        build_index(built, progress=False, encoder=encoder)
        assert open_index(built, encoder=encoder).search("miel")


def test_a_missing_index_is_said(settings: Settings, encoder: object) -> None:
    """Before the first build the sentence says to build."""
    assert not has_index(settings)
    with pytest.raises(TresseError, match=r"n’existe pas encore.*python -m index build"):
        open_index(settings, encoder=encoder)


def test_another_model_is_refused(built: Settings, make_encoder: Callable[[str], object]) -> None:
    """Vectors of one model are not compared with a question encoded by another, nor by other weights of the same."""
    assert has_index(built)
    for fingerprint in ("other:1", "fake:2"):
        with pytest.raises(TresseError, match=r"autre modèle.*python -m index build"):
            open_index(built, encoder=make_encoder(fingerprint))


@pytest.mark.parametrize(
    ("name", "content"),
    [("abeilles.md", "# Autre\n\nTexte.\n"), ("pain.expansions.jsonl", ""), ("neuf.md", "# Neuf\n\nTexte.\n")],
)
def test_a_changed_corpus_is_said(built: Settings, encoder: object, name: str, content: str) -> None:
    """A document changed or added, or an expansion added, is named: the index would answer with what no longer stands."""
    (built.corpus / name).write_text(content, encoding="utf-8")
    with pytest.raises(TresseError, match=rf"corpus a changé.*\({name}\).*python -m index build"):
        open_index(built, encoder=encoder)


def test_a_removed_document_is_said(built: Settings, encoder: object) -> None:
    """So is a document that went away."""
    (built.corpus / "pain.md").unlink()
    with pytest.raises(TresseError, match=r"corpus a changé.*pain\.md"):
        open_index(built, encoder=encoder)


def test_another_format_is_refused(built: Settings, encoder: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index of another version of Tresse is not read, however sound."""
    monkeypatch.setattr("index.generation.FORMAT", index.generation.FORMAT + 1)
    with pytest.raises(TresseError, match=r"autre version.*python -m index build"):
        open_index(built, encoder=encoder)


def test_vectors_that_do_not_fit_the_passages_are_refused(built: Settings, encoder: object) -> None:
    """A generation put together from two, with checksums to match, is still not searched."""
    generation = current_generation(built.index)
    passages = len(open_index(built, encoder=encoder).passages)
    write_vectors(generation.folder, np.eye(passages, 16, dtype=np.float32)[: passages - 1])
    manifest = json.loads((generation.folder / "manifest.json").read_text(encoding="utf-8"))
    for name in (VECTORS, CODES):
        content = (generation.folder / name).read_bytes()
        manifest["files"][name] = [len(content), sha256(content).hexdigest()]
    forged = json.dumps(manifest).encode()
    (generation.folder / "manifest.json").write_bytes(forged)
    (built.index / "current").write_text(f"{generation.folder.name} {sha256(forged).hexdigest()}\n")
    with pytest.raises(TresseError, match="incohérent"):
        open_index(built, encoder=encoder)


def test_weights_that_are_given_take_the_place_of_the_fitted_ones(built: Settings, encoder: object) -> None:
    """A search by headings alone scores what its headings do; without weights those of the file serve."""
    headings = {"words.text": 0.0, "words.headings": 1.0, "vectors": 0.0}
    by_headings = open_index(built, encoder=encoder, weights=headings).search("levain", top=1)[0]
    assert by_headings.passage.place.headings[-1] == "Le levain"
    assert by_headings.score == pytest.approx(by_headings.signals["words.headings"], abs=1e-6)
    assert open_index(built, encoder=encoder).search("levain") == open_index(
        built, encoder=encoder, weights=read_weights()
    ).search("levain")


def test_an_index_stands_alone(built: Settings, encoder: object) -> None:
    """The documents of the index are those of the corpus: quotes are cut from them without reading a file again."""
    index = open_index(built, encoder=encoder)
    assert set(index.documents) == {"abeilles", "pain"}
    for passage in index.passages:
        assert index.documents[passage.document].text[passage.start : passage.end] == passage.text
