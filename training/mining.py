"""Questions in, wrong passages that look right out: those that an encoder finds nearest, without the right one’s twins."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertModel

from training.descent import mixed_precision
from training.examples import Passage, Question
from training.tokens import PAD, Ids, pad, passage_rows, query_rows

_AT_ONCE = 128  # rows
_SHINGLE = 5  # words
_COMMONPLACE = 50  # passages that share a run of words: a formula, which says nothing of two of them
_SHARED, _FEWEST = 0.4, 5  # share of the shorter one’s runs, and their number, above which two passages say the same


def embed(model: BertModel, rows: Sequence[Ids]) -> Tensor:
    """Give unit vectors, the mean over the places of each row: (rows, dimension)."""
    ids = pad(rows, model.device)
    real = ids != PAD
    with mixed_precision(model.device):
        hidden = model(input_ids=ids, attention_mask=real.long()).last_hidden_state.float()
    mean = (hidden * real[..., None]).sum(1) / real.sum(1, keepdim=True)
    return torch.nn.functional.normalize(mean, dim=-1)


@torch.no_grad()
def embed_all(model: BertModel, rows: Sequence[Ids]) -> Tensor:
    """Embed any number of rows, in their order, shortest first so that little is padding."""
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
    vectors = torch.zeros(len(rows), model.config.hidden_size, device=model.device)
    for first in range(0, len(order), _AT_ONCE):
        places = order[first : first + _AT_ONCE]
        vectors[places] = embed(model, [rows[place] for place in places])
    return vectors


class Pool:
    """The passages as one encoder sees them, embedded once."""

    def __init__(self, model: BertModel, tokenizer: Tokenizer, passages: Sequence[Passage]) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._vectors = embed_all(model, passage_rows(tokenizer, [passage.shown for passage in passages]))
        self._twins = twins([passage.text for passage in passages])

    def scores(self, questions: Sequence[Question]) -> Tensor:
        """Give the cosine of each question with each passage: (questions, passages)."""
        rows = query_rows(self._tokenizer, [question.text for question in questions])
        return embed_all(self._model, rows) @ self._vectors.T

    def mine(
        self, questions: Sequence[Question], most: int, *, skip: int, deepest: int, draws: random.Random
    ) -> list[list[int]]:
        """Draw up to `most` wrong passages for each question among its `deepest` nearest.

        The `skip` nearest are left alone: the nearest that nobody marked as right often answers too.
        """
        found = []
        for question, scores in zip(questions, self.scores(questions), strict=True):
            nearest = scores.topk(min(deepest + 2, len(self._vectors))).indices.tolist()
            same = {question.passage, *self._twins[question.passage]}
            wrong = [place for place in nearest if place not in same][skip:deepest]
            found.append(draws.sample(wrong, min(most, len(wrong))))
        return found


def twins(texts: Sequence[str]) -> list[set[int]]:
    """Find, for each text, the others that say nearly the same, by the runs of five words that they share."""
    runs = [_runs(text) for text in texts]
    holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, held in enumerate(runs):
        for run in held:
            holders[run].append(place)
    found: list[set[int]] = []
    for place, held in enumerate(runs):
        telling = (holders[run] for run in held if len(holders[run]) < _COMMONPLACE)
        shared = Counter(other for others in telling for other in others if other != place)
        found.append({other for other, count in shared.items() if _same(count, len(held), len(runs[other]))})
    return found


def _runs(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return set(zip(*(words[start:] for start in range(_SHINGLE)), strict=False))


def _same(shared: int, one: int, other: int) -> bool:
    return shared > _FEWEST and shared > _SHARED * min(one, other)
