"""Texts in, padded rows of piece ids out, as the two models read them."""

from collections.abc import Sequence

import torch
from tokenizers import Tokenizer
from torch import Tensor

Ids = list[int]

BOS, PAD, EOS = 0, 1, 2  # where XLM-RoBERTa’s vocabulary has them; cutting it keeps its first four pieces in place
QUERY, DOCUMENT = "query: ", "passage: "  # the prompts on which e5 was trained
LONGEST_QUESTION = 60  # pieces: the longest of the 31,000 written ones has 40
LONGEST_PASSAGE = 250  # pieces: 2 % of the 6,847 passages are longer, and lose their end
_MULTIPLE = 8  # rows of such lengths are what accelerators multiply fastest


def pieces(tokenizer: Tokenizer, texts: Sequence[str], most: int) -> list[Ids]:
    """Give the first `most` ids of each text, without the marks of beginning and end."""
    return [encoding.ids[:most] for encoding in tokenizer.encode_batch(list(texts), add_special_tokens=False)]


def query_rows(tokenizer: Tokenizer, questions: Sequence[str]) -> list[Ids]:
    """Give the rows that the encoder reads for questions."""
    return _prompted(tokenizer, QUERY, questions, LONGEST_QUESTION)


def passage_rows(tokenizer: Tokenizer, passages: Sequence[str]) -> list[Ids]:
    """Give the rows that the encoder reads for passages."""
    return _prompted(tokenizer, DOCUMENT, passages, LONGEST_PASSAGE)


def _prompted(tokenizer: Tokenizer, prompt: str, texts: Sequence[str], most: int) -> list[Ids]:
    """Encode the prompt and the text as one, as sentence-transformers does: apart, the prompt’s space is one more piece."""
    (alone,) = pieces(tokenizer, [prompt.strip()], most)
    return [[BOS, *row, EOS] for row in pieces(tokenizer, [prompt + text for text in texts], most + len(alone))]


def pad(rows: Sequence[Ids], device: torch.device) -> Tensor:
    """Make one array of rows, filled up on the right: (rows, longest)."""
    longest = -(-max(map(len, rows)) // _MULTIPLE) * _MULTIPLE
    filled = [[*row, *[PAD] * (longest - len(row))] for row in rows]
    return torch.tensor(filled, dtype=torch.long, device=device)
