"""A tiny model and a handful of invented questions: what both trainings need, in seconds."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertModel

from training.cut import build_tokenizer
from training.examples import Examples, read_examples
from training.folders import save_encoder

# document, heading, text, questions with their answers, a near-miss
SUBJECTS = (
    ("fournil", "Le four", "Le four du village chauffe le samedi. On y cuit le pain de seigle.",
     {"quand le four chauffe": "le samedi", "que cuit le four": "le pain de seigle"}, "qui chauffe le four"),
    ("lavoir", "Le lavoir", "Le lavoir fut bâti en mille huit cent dix. Il sert aux fêtes de juin.",
     {"date du lavoir": "mille huit cent dix", "à quoi sert le lavoir": "aux fêtes de juin"}, "prix du lavoir"),
    ("verger", "Le verger", "Le verger compte trente pommiers. La commune vend les pommes en octobre.",
     {"combien de pommiers au verger": "trente pommiers", "qui vend les pommes": "La commune"}, "prix des pommes"),
    ("moulin", "Le moulin", "Le moulin appartient à Jeanne Roux. La farine part à la ville par le train.",
     {"à qui est le moulin": "Jeanne Roux", "comment part la farine": "par le train"}, "prix de la farine"),
    ("école", "", "Deux maîtres tiennent l’école du hameau. Elle ferme le mercredi.",
     {"combien de maîtres à l’école": "Deux maîtres", "quand ferme l’école": "le mercredi"}, "qui paie les maîtres"),
    ("pont", "Le pont", "Le pont de bois relie les deux rives. Les camions passent par le gué.",
     {"que relie le pont": "les deux rives", "où vont les camions": "par le gué"}, "longueur du pont"),
)  # fmt: skip
HELD_OUT = (
    "puits-10",
    "Le puits",
    "Le puits donne une eau claire. On la tire à la main.",
    {"eau du puits": "une eau claire"},
    "prix du puits",
)


def write_lines(path: Path, rows: list[dict[str, str]]) -> None:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """A model this small gains nothing from a second thread, and loses minutes where the cores are busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of examples, of which one document is held out."""
    folder = tmp_path_factory.mktemp("data")
    subjects = (*SUBJECTS, HELD_OUT)
    write_lines(
        folder / "passages.jsonl",
        [{"pid": doc, "doc": doc, "heading": head, "text": text} for doc, head, text, _, _ in subjects],
    )
    pairs = [{"q": q, "pid": doc, "a": a, "k": "keyword"} for doc, _, _, asked, _ in subjects for q, a in asked.items()]
    write_lines(folder / "pairs.jsonl", pairs)
    write_lines(folder / "near.jsonl", [{"q": near, "pid": doc} for doc, _, _, _, near in subjects])
    return folder


@pytest.fixture(scope="session")
def examples(data: Path) -> Examples:
    return read_examples(data)


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory, examples: Examples) -> Path:
    """An untrained encoder of two layers whose pieces are the words of the examples and single characters."""
    asked = [question.text for question in (*examples.questions, *examples.near)]
    texts = [passage.shown for passage in examples.passages] + asked + ["query: passage: "]
    words = sorted({f"▁{word}" for text in texts for word in text.replace(".", " ").replace(":", " ").split()})
    characters = sorted({mark for text in texts for mark in text if not mark.isspace()} | {"▁"})
    pieces = ["<s>", "<pad>", "</s>", "<unk>", *words, *characters]
    tokenizer = build_tokenizer(pieces, [0.0] * 4 + [-1.0] * len(words) + [-9.0] * len(characters))
    torch.manual_seed(1)
    shape = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 128}
    config = BertConfig(
        vocab_size=len(pieces),
        max_position_embeddings=128,
        pad_token_id=1,
        hidden_dropout_prob=0.02,
        initializer_range=0.15,
        **shape,
    )
    folder = tmp_path_factory.mktemp("models") / "start"
    save_encoder(BertModel(config, add_pooling_layer=False), tokenizer, folder)
    return folder
