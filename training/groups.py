"""Questions in, groups that the reader reads together out: a question with its right passage and wrong ones, as rows of ids."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.examples import Examples, Passage
from training.mining import Pool
from training.tokens import BOS, EOS, LONGEST_PASSAGE, LONGEST_QUESTION, PAD, Ids, pad, pieces

NOWHERE = (0, 0)  # place 0 stands for « no answer here »

_FOR_QUESTION, _FOR_NEAR = 10, 6  # wrong passages mined
_DEEPEST = 30
_SKIP, _SKIP_NEAR = 1, 3  # a near-miss may well be answered by another passage: those nearest to it are left alone

Span = tuple[int, int]  # first and last piece, both in


@dataclass(frozen=True, slots=True)
class Group:
    """A question’s pieces, the passage that answers, if one does, and passages that do not; `span` counts in the right one."""

    question: Ids
    right: int | None
    wrong: tuple[int, ...]
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Pairs of a question and a passage: ids and types are (rows, longest); `begins` is where each passage does."""

    ids: Tensor
    types: Tensor
    begins: tuple[int, ...]

    @property
    def real(self) -> Tensor:
        """Where a row is not padding, (rows, longest)."""
        return self.ids != PAD

    @property
    def open(self) -> Tensor:
        """Where an answer may be: place 0 and the passage, (rows, longest)."""
        places = self.types.bool()
        places[:, 0] = True
        return places


def question_groups(examples: Examples, pool: Pool, tokenizer: Tokenizer, draws: random.Random) -> list[Group]:
    """Put each question with its passage and up to ten mined ones."""
    found = pool.mine(examples.questions, _FOR_QUESTION, skip=_SKIP, deepest=_DEEPEST, draws=draws)
    texts = pieces(tokenizer, [question.text for question in examples.questions], LONGEST_QUESTION)
    return [
        Group(text, question.passage, tuple(wrong), span_of(tokenizer, examples.passages[question.passage], question.answer))
        for text, question, wrong in zip(texts, examples.questions, found, strict=True)
    ]


def near_groups(examples: Examples, pool: Pool, tokenizer: Tokenizer, draws: random.Random) -> list[Group]:
    """Put each near-miss with the passage that does not answer it, first, and up to six mined ones."""
    found = pool.mine(examples.near, _FOR_NEAR, skip=_SKIP_NEAR, deepest=_DEEPEST, draws=draws)
    texts = pieces(tokenizer, [question.text for question in examples.near], LONGEST_QUESTION)
    return [
        Group(text, None, (question.passage, *wrong)) for text, question, wrong in zip(texts, examples.near, found, strict=True)
    ]


def span_of(tokenizer: Tokenizer, passage: Passage, answer: str) -> Span | None:
    """Find the pieces of the passage that hold the answer; none where it stands beyond what the reader sees."""
    shown = passage.shown
    start = shown.find(answer, len(shown) - len(passage.text))
    if start < 0:
        return None
    end = start + len(answer)
    offsets = tokenizer.encode(shown, add_special_tokens=False).offsets[:LONGEST_PASSAGE]
    inside = [place for place, (first, last) in enumerate(offsets) if last > start and first < end and last > first]
    return (inside[0], inside[-1]) if inside else None


def passage_pieces(tokenizer: Tokenizer, passages: Sequence[Passage]) -> list[Ids]:
    """Give what the reader sees of each passage."""
    return pieces(tokenizer, [passage.shown for passage in passages], LONGEST_PASSAGE)


def rows_of(pairs: Sequence[tuple[Ids, Ids]], device: torch.device) -> Rows:
    """Write each pair as the tokenizer of the saved folder does: <s> question </s></s> passage </s>, types 0 then 1."""
    heads = [[BOS, *question, EOS, EOS] for question, _ in pairs]
    ids = pad([[*head, *passage, EOS] for head, (_, passage) in zip(heads, pairs, strict=True)], device)
    begins = torch.tensor([len(head) for head in heads], device=device)
    places = torch.arange(ids.shape[1], device=device)
    types = ((places[None] >= begins[:, None]) & (ids != PAD)).long()
    return Rows(ids, types, tuple(begins.tolist()))
