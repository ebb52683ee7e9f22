"""The training of the encoder: a question is to be nearest to its passage, and what the start knew is to stay."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import cross_entropy, kl_div, log_softmax, softmax
from transformers import BertModel

from training.descent import OnStep, Plan, descend
from training.examples import Examples, Question
from training.folders import open_encoder, open_tokenizer
from training.mining import Pool, embed
from training.tokens import passage_rows, query_rows

FIRST_ROUND = Plan(epochs=3, rate=3e-5, batch=128, warm=60)  # of the shipped encoder; the second: one epoch at 2.5e-5
_MINED, _SKIP, _DEEPEST = 8, 1, 40  # wrong passages kept for a question, and where among its nearest
_WRONG = 2  # of those, drawn for each question of a batch; the batch’s other passages are wrong for it too
_SHARPNESS = 0.03  # temperature of the question’s choice
_SOFTNESS = 0.05  # temperature at which the start is listened to
_KEEP, _BACK = 0.5, 0.3  # weights of « as the start does » and of « a passage finds its questions »
_NEVER = -1e4  # a score that no softmax sees


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How well held-out questions find their passage among all: share where it is first, in five; mean reciprocal rank."""

    first: float
    five: float
    reciprocal: float


def train_encoder(folder: Path, examples: Examples, plan: Plan, on_step: OnStep) -> BertModel:
    """Go on from the encoder in `folder`, which also picks the wrong passages and stays in the ear of the one that learns."""
    torch.manual_seed(plan.seed)  # what dropout draws
    tokenizer, start, model = open_tokenizer(folder), open_encoder(folder), open_encoder(folder)
    loss = RetrievalLoss(model, start, tokenizer, examples, random.Random(plan.seed))
    descend(model, loss, len(examples.questions), plan, on_step)
    return model


class RetrievalLoss:
    """The loss of a batch of questions, each against its passage, its mined wrong ones and those of the others."""

    def __init__(
        self, model: BertModel, start: BertModel, tokenizer: Tokenizer, examples: Examples, draws: random.Random
    ) -> None:
        self._model, self._start, self._draws = model, start, draws
        self._right = [question.passage for question in examples.questions]
        self._queries = query_rows(tokenizer, [question.text for question in examples.questions])
        self._passages = passage_rows(tokenizer, [passage.shown for passage in examples.passages])
        pool = Pool(start, tokenizer, examples.passages)
        self._wrong = pool.mine(examples.questions, _MINED, skip=_SKIP, deepest=_DEEPEST, draws=draws)

    def __call__(self, batch: Sequence[int]) -> Tensor:
        """Compare the questions at these places with every passage of the batch."""
        right = [self._right[place] for place in batch]
        drawn = [wrong for place in batch for wrong in self._draw(self._wrong[place])]
        candidates = list(dict.fromkeys([*right, *drawn]))
        at = {passage: column for column, passage in enumerate(candidates)}
        scores = self._scores(self._model, batch, candidates)
        with torch.no_grad():
            before = self._scores(self._start, batch, candidates)
        return retrieval_loss(scores, torch.tensor([at[passage] for passage in right], device=scores.device), before)

    def _draw(self, wrong: Sequence[int]) -> list[int]:
        return self._draws.sample(wrong, min(_WRONG, len(wrong)))

    def _scores(self, model: BertModel, batch: Sequence[int], candidates: Sequence[int]) -> Tensor:
        """Give cosines: (questions, candidates)."""
        queries = embed(model, [self._queries[place] for place in batch])
        return queries @ embed(model, [self._passages[place] for place in candidates]).T


def retrieval_loss(scores: Tensor, right: Tensor, before: Tensor) -> Tensor:
    """Add up three wishes on cosines (questions, candidates), of which `right` holds each question’s column.

    Each question finds its passage; candidates are weighed as the start weighs them (`before`); each passage finds its question
    among the batch’s, where another question on the same passage is not held against it.
    """
    choice = cross_entropy(scores / _SHARPNESS, right)
    kept = kl_div(log_softmax(scores / _SOFTNESS, 1), softmax(before / _SOFTNESS, 1), reduction="batchmean")
    own = torch.arange(len(right), device=scores.device)
    rivals = (right[:, None] == right[None]) & (own[:, None] != own[None])
    back = cross_entropy((scores[:, right].T / _SHARPNESS).masked_fill(rivals, _NEVER), own)
    return choice + _KEEP * kept + _BACK * back


def mix(trained: BertModel, start: BertModel, share: float) -> BertModel:
    """Move `start` by `share` of the way to `trained`, in place: what it knew of other domains comes back with the rest."""
    before, after = start.state_dict(), trained.state_dict()
    start.load_state_dict({name: (1 - share) * before[name] + share * after[name].to(before[name]) for name in before})
    return start


def measure_encoder(model: BertModel, tokenizer: Tokenizer, examples: Examples) -> Retrieval:
    """Rank all passages for each question; equal scores count as found."""
    ranks = _ranks(Pool(model, tokenizer, examples.passages).scores(examples.questions), examples.questions)
    return Retrieval(
        first=float((ranks == 1).float().mean()),
        five=float((ranks <= 5).float().mean()),
        reciprocal=float((1 / ranks).mean()),
    )


def _ranks(scores: Tensor, questions: Sequence[Question]) -> Tensor:
    right = torch.tensor([[question.passage] for question in questions], device=scores.device)
    return (scores > scores.gather(1, right)).sum(1) + 1
