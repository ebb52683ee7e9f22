"""Tests of the encoder: the shipped model, and tiny ones made here for what any model may ask."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from errors import TresseError
from index.encoder import ModelEncoder, open_encoder
from settings import ENCODER, ROOT, Settings

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ":", "query", "passage", "le", "miel", "pain", "question"]

# A program that fails at the first attempt to reach anything by a socket or to ask a name, and then indexes and searches.
OFFLINE = """
import sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind"):
        raise RuntimeError(f"network: {event} {arguments}")

sys.addaudithook(refuse)
from index.build import build_index
from index.store import open_index
from settings import read_settings

settings = read_settings()
build_index(settings, progress=False)
hits = open_index(settings).search("Qui pond les œufs dans la ruche ?")
print(hits[0].passage.text)
"""

# A program that opens models and prints the fingerprint of each, and how it encodes a text.
ENCODE = """
import json, sys
from index.encoder import open_encoder
encoders = [open_encoder(name) for name in sys.argv[1:]]
print(json.dumps([[encoder.fingerprint, encoder.encode_query("le miel").tolist()] for encoder in encoders]))
"""
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def make_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a sentence-transformers model of 8 dimensions and random weights, with these prompts, in a folder of this name.

    Without a pooler, the library draws one at each loading.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    def make(name: str, prompts: dict[str, str] | None = None, *, pooler: bool = True) -> Path:
        folder = tmp_path_factory.mktemp("models")
        (folder / "vocab.txt").write_text("\n".join(VOCABULARY), encoding="utf-8")
        sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
        config = BertConfig(vocab_size=len(VOCABULARY), **sizes)
        BertModel(config, add_pooling_layer=pooler).save_pretrained(folder / "bert")
        BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
        transformer = Transformer(str(folder / "bert"))
        model = SentenceTransformer(modules=[transformer, Pooling(8)], prompts=prompts, device="cpu")
        model.save(str(folder / name))
        if not pooler:  # which the library drew when it loaded what is saved here
            shutil.copy(folder / "bert" / "model.safetensors", folder / name / "model.safetensors")
        return folder / name

    return make


def digest(folder: Path) -> str:
    """Hash the hashes of all files but the cards, sorted by their paths, as the fingerprint says."""
    files = {path.relative_to(folder).parts: path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md"}
    lines = [f"{'/'.join(parts)} {sha256(path.read_bytes()).hexdigest()}\n" for parts, path in sorted(files.items())]
    return sha256("".join(lines).encode()).hexdigest()


def lay_out(model: Path, cache: Path, repository: str) -> None:
    """Lay a model out as the hub's library does: blobs by their hash, links to them by name in the snapshot of a commit."""
    folder = cache / "hub" / f"models--{repository.replace('/', '--')}"
    (folder / "refs").mkdir(parents=True)
    (folder / "blobs").mkdir()
    (folder / "refs" / "main").write_text(COMMIT)
    for path in (path for path in model.rglob("*") if path.is_file()):
        blob = folder / "blobs" / sha256(path.read_bytes()).hexdigest()
        shutil.copy(path, blob)
        link = folder / "snapshots" / COMMIT / path.relative_to(model)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(Path(*[".."] * (len(link.relative_to(folder).parts) - 1), "blobs", blob.name))


def elsewhere(*names: str, **environment: str) -> list[tuple[str, list[float]]]:
    """Open models in a process of its own; give the fingerprint of each, and how it encodes « le miel » as a question."""
    libraries = ("HF_", "TRESSE_", "TRANSFORMERS_", "SENTENCE_TRANSFORMERS_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(libraries)}
    done = subprocess.run(
        [sys.executable, "-c", ENCODE, *names],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def plain(encoder: ModelEncoder, text: str) -> np.ndarray:
    """Encode a text as it is, without any prompt."""
    return encoder._model.encode(text, prompt="", normalize_embeddings=True)


def test_a_folder_gives_unit_vectors(make_model: Callable[..., Path]) -> None:
    """Rows are unit vectors of the model's dimension, 32 bits, in the order of the texts."""
    encoder = open_encoder(str(make_model("tiny")))
    rows = encoder.encode_documents(["le miel", "le pain", "le miel"])
    assert (rows.shape, rows.dtype, encoder.dimension) == ((3, 8), np.float32, 8)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-6)
    assert rows[0] == pytest.approx(rows[2])
    assert rows[0] == pytest.approx(plain(encoder, "le miel"), abs=1e-6)
    assert encoder.encode_query("le miel") == pytest.approx(rows[0], abs=1e-6)
    assert encoder.encode_documents([]).shape == (0, 8)


def test_a_model_s_prompts_are_used(make_model: Callable[..., Path]) -> None:
    """A model that says how to announce questions and documents is obeyed."""
    encoder = open_encoder(str(make_model("tiny", {"query": "question : ", "document": "passage : "})))
    assert encoder.encode_query("miel") == pytest.approx(plain(encoder, "question : miel"), abs=1e-6)
    assert encoder.encode_documents(["miel"])[0] == pytest.approx(plain(encoder, "passage : miel"), abs=1e-6)
    assert not np.allclose(encoder.encode_query("miel"), plain(encoder, "miel"))


def test_the_e5_family_gets_the_prompts_that_its_files_leave_out(make_model: Callable[..., Path]) -> None:
    """« query: » and « passage: » for a model of that name without prompts; its own where it has some."""
    encoder = open_encoder(str(make_model("multilingual-e5-tiny")))
    assert encoder.encode_query("miel") == pytest.approx(plain(encoder, "query: miel"), abs=1e-6)
    assert encoder.encode_documents(["miel"])[0] == pytest.approx(plain(encoder, "passage: miel"), abs=1e-6)
    own = open_encoder(str(make_model("e5-own", {"query": "question : ", "document": ""})))
    assert own.encode_query("miel") == pytest.approx(plain(own, "question : miel"), abs=1e-6)


def test_a_fingerprint_follows_what_decides_the_vectors(make_model: Callable[..., Path], tmp_path: Path) -> None:
    """The name of the folder and the hash of its files, except its card; other weights, prompts or words have another."""
    folder = make_model("tiny")
    first = open_encoder(str(folder)).fingerprint
    assert first == f"tiny:{digest(folder)}"
    (folder / "README.md").write_text("Another card.")
    assert first == open_encoder(str(folder)).fingerprint
    digests = {first.rpartition(":")[2], open_encoder(str(make_model("tiny"))).fingerprint.rpartition(":")[2]}
    prompted, reworded = tmp_path / "prompted", tmp_path / "reworded"
    shutil.copytree(folder, prompted)
    shutil.copytree(folder, reworded)
    path = prompted / "config_sentence_transformers.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"prompts": {"query": "le : ", "document": ""}}))
    for path in (path for path in reworded.rglob("*") if path.name in ("vocab.txt", "tokenizer.json")):
        path.write_text(path.read_text(encoding="utf-8").replace("miel", "sel"), encoding="utf-8")
    digests |= {open_encoder(str(other)).fingerprint.rpartition(":")[2] for other in (prompted, reworded)}
    assert len(digests) == 4


@pytest.mark.parametrize("name", ["empty", "no/such/folder at all"])
def test_a_model_that_cannot_be_loaded_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """An empty folder and an impossible name give a sentence that names them and the setting."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TresseError, match=rf"«\u00a0{name}\u00a0» n’a pas pu être chargé.*TRESSE_MODEL"):
        open_encoder(name)


def test_what_the_library_draws_is_no_part_of_a_fingerprint(make_model: Callable[..., Path]) -> None:
    """A model whose file lacks the pooler is the same model in two processes, and encodes alike."""
    from safetensors.numpy import load_file

    folder = make_model("tiny", pooler=False)
    assert not any("pooler" in name for name in load_file(folder / "model.safetensors"))
    here = open_encoder(str(folder))
    ((fingerprint, vector),) = elsewhere(str(folder))
    assert fingerprint == here.fingerprint
    assert vector == pytest.approx(here.encode_query("le miel").tolist(), abs=1e-6)


@pytest.mark.parametrize(("variable", "below"), [("HF_HOME", ""), ("SENTENCE_TRANSFORMERS_HOME", "hub")])
def test_a_model_of_a_hub_is_opened_by_its_name(
    make_model: Callable[..., Path], tmp_path: Path, variable: str, below: str
) -> None:
    """From the cache of the hub's library, wherever it is, offline; it is the same model as in a folder of that name.

    A name without an owner is one of the owner that sentence-transformers gives it.
    """
    model = make_model("tiny")
    for repository in ("atelier/tiny", "sentence-transformers/tiny"):
        lay_out(model, tmp_path, repository)
    found = elsewhere("atelier/tiny", "tiny", **{variable: str(tmp_path / below), "HF_HUB_OFFLINE": "1"})
    here = open_encoder(str(model))
    for fingerprint, vector in found:
        assert fingerprint == here.fingerprint == f"tiny:{digest(model)}"
        assert vector == pytest.approx(here.encode_query("le miel").tolist(), abs=1e-6)


@pytest.mark.model
def test_the_shipped_model_is_read_by_the_library_itself() -> None:
    """384 dimensions, a fingerprint of its files, and the vectors of sentence-transformers with the prompts of its training."""
    encoder = open_encoder(Settings().model)
    assert (encoder.dimension, encoder.fingerprint) == (384, f"encoder:{digest(ENCODER)}")
    assert encoder.encode_query("le miel") == pytest.approx(plain(encoder, "query: le miel"), abs=1e-6)
    assert encoder.encode_documents(["le miel"])[0] == pytest.approx(plain(encoder, "passage: le miel"), abs=1e-6)


@pytest.mark.model
def test_nothing_leaves_the_machine(settings: Settings) -> None:
    """With the default model, building, opening and searching open no socket and ask no name."""
    places = {"TRESSE_CORPUS": settings.corpus, "TRESSE_INDEX": settings.index, "TRESSE_EMBEDDINGS": settings.embeddings}
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "TRESSE_", "TRANSFORMERS_"))}
    environment |= {key: str(place) for key, place in places.items()}
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Une ruche compte 40 000 abeilles en été.")
