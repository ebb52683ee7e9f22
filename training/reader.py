"""The training of the reader: it points at the answer in a passage, or at place 0 where there is none."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax
from transformers import BertForQuestionAnswering

from training.descent import OnStep, Plan, descend, mixed_precision
from training.examples import Examples
from training.folders import open_encoder, open_reader, open_tokenizer
from training.groups import NOWHERE, Group, Rows, Span, near_groups, passage_pieces, question_groups, rows_of
from training.mining import Pool
from training.tokens import Ids

FIRST_ROUND = Plan(epochs=3, rate=8e-5, batch=24, warm=100)  # of the shipped reader; the second: one epoch at 6e-5
_WRONG, _WRONG_NEAR = 6, 3  # passages read beside the right one, or beside the one that nearly answers
_NOWHERE_WEIGHT = 0.35  # of a row without an answer in the loss of spans: there are six for one with
_ANSWERED, _UNANSWERED = 1.5, 0.5  # weights of the two in the loss of « does it answer »
_ANSWERS = 0.5  # weight of that loss
_NEVER = -1e4  # a score that no softmax sees
_AT_ONCE = 128  # rows
_ASKED = 800  # held-out questions, and as many near-misses at most: enough for two points


@dataclass(frozen=True, slots=True)
class Reading:
    """How well held-out questions are read: right passage first of those read; span that touches the right one; area.

    The area is that under the curve of questions against near-misses, each by its best passage.
    """

    first: float
    touches: float
    area: float


def train_reader(
    folder: Path, examples: Examples, plan: Plan, on_step: OnStep, *, start: Path | None = None
) -> BertForQuestionAnswering:
    """Train from the weights of the encoder in `folder`, which mines the wrong passages, or go on from the reader `start`."""
    torch.manual_seed(plan.seed)  # what dropout draws, and the first weights of the two outputs
    draws, tokenizer = random.Random(plan.seed), open_tokenizer(folder)
    model = open_reader(start or folder)
    pool = Pool(open_encoder(folder), tokenizer, examples.passages)
    groups = question_groups(examples, pool, tokenizer, draws) + near_groups(examples, pool, tokenizer, draws)
    loss = ReadingLoss(model, groups, passage_pieces(tokenizer, examples.passages), draws)
    descend(model, loss, len(groups), plan, on_step)
    return model


class ReadingLoss:
    """The loss of a batch of groups, each drawn down to a few passages."""

    def __init__(
        self, model: BertForQuestionAnswering, groups: Sequence[Group], passages: Sequence[Ids], draws: random.Random
    ) -> None:
        self._model, self._groups, self._passages, self._draws = model, groups, passages, draws

    def __call__(self, batch: Sequence[int]) -> Tensor:
        """Read the groups at these places."""
        pairs: list[tuple[Ids, Ids]] = []
        spans: list[Span | None] = []
        ranked: list[range] = []
        for place in batch:
            group = self._groups[place]
            drawn = self._draw(group)
            if group.right is not None and len(drawn) > 1:
                ranked.append(range(len(pairs), len(pairs) + len(drawn)))
            pairs += [(group.question, self._passages[passage]) for passage in drawn]
            spans += [group.span if passage == group.right else NOWHERE for passage in drawn]
        rows = rows_of(pairs, self._model.device)
        return reading_loss(logits(self._model, rows), rows, spans, ranked)

    def _draw(self, group: Group) -> list[int]:
        """Give the passages to read, the right one or the one that nearly answers first."""
        if group.right is not None:
            return [group.right, *self._draws.sample(group.wrong, min(_WRONG, len(group.wrong)))]
        first, *others = group.wrong
        return [first, *self._draws.sample(others, min(_WRONG_NEAR, len(others)))]


def logits(model: BertForQuestionAnswering, rows: Rows) -> Tensor:
    """Give the logits of the start and the end, where an answer may be: (rows, longest, 2)."""
    with mixed_precision(model.device):
        out = model(input_ids=rows.ids, attention_mask=rows.real.long(), token_type_ids=rows.types)
    both = torch.stack([out.start_logits, out.end_logits], 2).float()
    return both.masked_fill(~rows.open[..., None], _NEVER)


def answerability(both: Tensor) -> Tensor:
    """Weigh, in each row, every place of the passage against « no answer here », in log-odds: (rows,)."""
    return (both[:, 1:].logsumexp(1) - both[:, 0]).mean(1)


def reading_loss(both: Tensor, rows: Rows, spans: Sequence[Span | None], ranked: Sequence[range]) -> Tensor:
    """Add up three wishes: the span where it is known, whether the passage answers, and the right one of a group first.

    A span of None answers at a place that the reader does not see: it is not asked to point at it. `ranked` holds the rows of
    each group whose first passage answers.
    """
    score = answerability(both)
    answers = torch.tensor([float(span != NOWHERE) for span in spans], device=both.device)
    importance = answers * (_ANSWERED - _UNANSWERED) + _UNANSWERED
    answered = binary_cross_entropy_with_logits(score, answers, weight=importance)
    ranking = [-log_softmax(score[group.start : group.stop], 0)[0] for group in ranked]
    order = torch.stack(ranking).mean() if ranking else score.new_zeros(())
    return _span_loss(both, rows, spans) + _ANSWERS * answered + order


def _span_loss(both: Tensor, rows: Rows, spans: Sequence[Span | None]) -> Tensor:
    likely = log_softmax(both, 1)
    total, weights = both.new_zeros(()), 0.0
    for row, span in enumerate(spans):
        if span is None:
            continue
        shift, weight = (0, _NOWHERE_WEIGHT) if span == NOWHERE else (rows.begins[row], 1.0)
        total = total - weight * (likely[row, shift + span[0], 0] + likely[row, shift + span[1], 1]) / 2
        weights += weight
    return total / max(1.0, weights)


@torch.no_grad()
def read(model: BertForQuestionAnswering, pairs: Sequence[tuple[Ids, Ids]]) -> list[tuple[float, Span]]:
    """Give, for each question and passage in pieces, its answerability and the best span of the passage."""
    found: list[tuple[float, Span]] = []
    for first in range(0, len(pairs), _AT_ONCE):
        some = pairs[first : first + _AT_ONCE]
        rows = rows_of(some, model.device)
        both = logits(model, rows)
        for row, (begin, (_, passage)) in enumerate(zip(rows.begins, some, strict=True)):
            inside = both[row, begin : begin + len(passage)]
            found.append((float(answerability(both[row : row + 1])), best_span(inside)))
    return found


def best_span(inside: Tensor) -> Span:
    """Give the first and last piece of highest sum, in order; `inside` is (pieces, 2). The earliest of equals wins."""
    sums = (inside[:, 0, None] + inside[None, :, 1]).masked_fill(
        torch.ones(len(inside), len(inside), device=inside.device).tril(-1).bool(), 2 * _NEVER
    )
    return divmod(int(sums.argmax()), len(inside))


def measure_reader(model: BertForQuestionAnswering, folder: Path, examples: Examples, seed: int) -> Reading:
    """Read held-out questions and near-misses with the passages that the encoder in `folder` finds for them."""
    draws, tokenizer = random.Random(seed), open_tokenizer(folder)
    pool = Pool(open_encoder(folder), tokenizer, examples.passages)
    passages = passage_pieces(tokenizer, examples.passages)
    answered = [_read_group(model, group, passages) for group in question_groups(examples, pool, tokenizer, draws)[:_ASKED]]
    near = [_read_group(model, group, passages)[0] for group in near_groups(examples, pool, tokenizer, draws)[:_ASKED]]
    best = [scores.max() for scores in (*(scores for scores, _ in answered), *near)]
    labels = [1] * len(answered) + [0] * len(near)
    touching = [touches for _, touches in answered if touches is not None]
    return Reading(
        first=float(np.mean([scores.argmax() == 0 for scores, _ in answered])),
        touches=float(np.mean(touching)) if touching else float("nan"),
        area=float(roc_auc_score(labels, best)) if answered and near else float("nan"),
    )


def _read_group(model: BertForQuestionAnswering, group: Group, passages: Sequence[Ids]) -> tuple[np.ndarray, bool | None]:
    """Score the group’s passages, the right one first, and tell whether the span found there touches the one written."""
    first = () if group.right is None else (group.right,)
    found = read(model, [(group.question, passages[place]) for place in (*first, *group.wrong)])
    start, end = found[0][1]
    touches = None if group.span is None else start <= group.span[1] and end >= group.span[0]
    return np.array([score for score, _ in found]), touches
