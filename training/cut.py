"""The vocabulary of 250,000 pieces cut to those that some texts use, and the folder of the model that is left."""

import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from torch import Tensor
from transformers import BertModel

from training.packed import Packed

_SPECIAL = 4  # <s>, <pad>, </s>, <unk>: the first pieces
_UNKNOWN = 3
_SPACE = "▁"
_LATIN = ((0x0, 0x250), (0x2000, 0x2070), (0x20A0, 0x2220))  # letters, punctuation, then currencies, arrows and signs
_SHOUTED = 10  # one text in so many is read in capitals too
_AT_ONCE = 20_000  # texts
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "aln": "attention.output.LayerNorm",
    "oln": "output.LayerNorm",
}


def build_tokenizer(pieces: Sequence[str], scores: Sequence[float]) -> Tokenizer:
    """Make the tokenizer of e5 from its pieces and their log-probabilities."""
    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, map(float, scores), strict=True)), _UNKNOWN, byte_fallback=False))
    spaces = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), spaces])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=_SPACE, prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement=_SPACE, prepend_scheme="always")
    return tokenizer


def spellings(words: Iterable[str]) -> set[str]:
    """Give each word as it stands, with a capital, and without accents, as people type."""
    found = set()
    for word in words:
        bare = "".join(mark for mark in unicodedata.normalize("NFD", word) if not unicodedata.combining(mark))
        found |= {word, word.capitalize(), bare}
    return found


def kept_pieces(packed: Packed, words: Sequence[str], texts: Sequence[str]) -> list[int]:
    """Give, in order, the ids of the special pieces, of every single Latin character, and of what the texts split into."""
    tokenizer = build_tokenizer(packed.pieces, packed.scores)
    read = [*sorted(spellings(words)), *texts, *(text.upper() for text in texts[::_SHOUTED])]
    kept = {*range(_SPECIAL), *(place for place, piece in enumerate(packed.pieces) if _is_latin_character(piece))}
    for first in range(0, len(read), _AT_ONCE):
        for encoding in tokenizer.encode_batch(read[first : first + _AT_ONCE], add_special_tokens=False):
            kept.update(encoding.ids)
    return sorted(kept)


def _is_latin_character(piece: str) -> bool:
    bare = piece.strip(_SPACE)
    return len(bare) <= 1 and all(any(low <= ord(mark) < high for low, high in _LATIN) for mark in bare)


def cut(packed: Packed, kept: Sequence[int]) -> tuple[BertModel, Tokenizer]:
    """Make the model and the tokenizer of the pieces that are kept."""
    config = packed.config
    config.vocab_size = len(kept)
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(_weights(packed, kept))
    return model, build_tokenizer([packed.pieces[place] for place in kept], [packed.scores[place] for place in kept])


def _weights(packed: Packed, kept: Sequence[int]) -> dict[str, Tensor]:
    """Name the tensors as transformers does; a matrix is (outputs, inputs)."""
    width = packed.config.hidden_size
    found = {
        "embeddings.word_embeddings.weight": packed.tensor("emb.word").reshape(-1, width)[list(kept)],
        "embeddings.position_embeddings.weight": packed.tensor("emb.pos").reshape(-1, width),
        "embeddings.token_type_embeddings.weight": packed.tensor("emb.type").reshape(-1, width),
        "embeddings.LayerNorm.weight": packed.tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": packed.tensor("emb.ln.b"),
    }
    for layer in range(packed.config.num_hidden_layers):
        for short, name in _PARTS.items():
            weight, bias = packed.tensor(f"l{layer}.{short}.w"), packed.tensor(f"l{layer}.{short}.b")
            is_norm = len(weight) == len(bias)
            found[f"encoder.layer.{layer}.{name}.weight"] = weight if is_norm else weight.reshape(len(bias), -1)
            found[f"encoder.layer.{layer}.{name}.bias"] = bias
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in found.items()}
