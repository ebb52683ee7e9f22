"""The reader: whether a passage answers a question, and where."""

import json
import os
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Encoding, Tokenizer

from answer.evidence.int8_bert import Int8Bert
from errors import TresseError
from ingest.document import Span
from ingest.passages import Passage

_LONGEST_QUESTION = 300  # characters: the 60 tokens that the reader saw in training
_NOTHING = -20.0  # the score where no token of a passage is read: under all others, and a number, for it is shown
_THREADS = min(2, os.cpu_count() or 1)  # that read side by side: the second halves the wait on two free cores

Weights = NDArray[np.float64]  # for each token of a passage: how probably the answer begins there, and ends there, halved


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What was read of a passage.

    `score`: above 0 where it more likely answers than not, before calibration. `spans`: for each of its spans, from 0 to 1,
    how much of the answer begins and ends there.
    """

    score: float
    spans: tuple[float, ...]


class Reader(Protocol):
    """What reads passages with a question in mind."""

    def read(self, question: str, passages: Sequence[Passage]) -> tuple[PassageReading, ...]:
        """Read each passage by itself: what is read of one does not depend on the others."""


class ModelReader:
    """An extractive reader: the question and a passage under its titles in, where the answer begins and ends out.

    Its place 0 stands for « no answer here » (Devlin et al., 2019, section 4.3): the score of a passage is the mean, over
    beginnings and ends, of the log-sum-exp of its places less the logit of place 0.
    """

    def __init__(self, model: Int8Bert, tokenizer: Tokenizer) -> None:
        self._model, self._tokenizer = model, tokenizer
        self._pool = ThreadPoolExecutor(_THREADS, "reader", initializer=torch.set_num_threads, initargs=(1,))

    def read(self, question: str, passages: Sequence[Passage]) -> tuple[PassageReading, ...]:
        """Read each passage by itself, several side by side."""
        asked = unicodedata.normalize("NFKC", question)[:_LONGEST_QUESTION]  # the tokenizer makes 18 letters of « ﷺ »
        pairs = self._tokenizer.encode_batch([(asked, _above(passage) + passage.text) for passage in passages])
        shares = [range(first, len(pairs), _THREADS) for first in range(min(_THREADS, len(pairs)))]
        read = self._pool.map(lambda share: self._read([pairs[n] for n in share], [passages[n] for n in share]), shares)
        found: dict[int, PassageReading] = {}
        for share, readings in zip(shares, read, strict=True):
            found.update(zip(share, readings, strict=True))
        return tuple(found[number] for number in range(len(pairs)))

    def _read(self, pairs: Sequence[Encoding], passages: Sequence[Passage]) -> list[PassageReading]:
        logits = self._model.logits([(pair.ids, pair.type_ids) for pair in pairs])
        return [_reading(*each) for each in zip(pairs, logits, passages, strict=True)]


def _above(passage: Passage) -> str:
    """Return what names a passage, on a line above it, as in training."""
    place = passage.place
    names = (*place.headings, *([place.speaker.name] if place.speaker else ()))
    return f"{' > '.join(dict.fromkeys(names))}\n" if names else ""


def _reading(pair: Encoding, logits: torch.Tensor, passage: Passage) -> PassageReading:
    places = [place for place, sequence in enumerate(pair.sequence_ids) if sequence == 1]
    if not places:
        return PassageReading(_NOTHING, (0.0,) * len(passage.spans))
    inside = logits[places]
    score = float((inside.logsumexp(0) - logits[0]).mean())
    weights = inside.softmax(0).mean(1).numpy().astype(np.float64)
    offset = passage.start - len(_above(passage))
    starts = np.array([pair.offsets[place][0] for place in places]) + offset
    return PassageReading(score, tuple(_weight(span, starts, weights) for span in passage.spans))


def _weight(span: Span, starts: NDArray[np.int64], weights: Weights) -> float:
    return float(weights[(span.start <= starts) & (starts < span.end)].sum())


def open_reader(folder: Path) -> ModelReader:
    """Load the reader of a folder, as `BertForQuestionAnswering` saves it. Raises TresseError where it cannot be."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        model = Int8Bert(
            load_file(folder / "model.safetensors"),
            heads=config["num_attention_heads"],
            layers=config["num_hidden_layers"],
            epsilon=config["layer_norm_eps"],
        )
        tokenizer.no_padding()
        tokenizer.enable_truncation(config["max_position_embeddings"], strategy="only_second")
    except Exception as error:  # the libraries raise whatever their parsers and the disk raise
        raise TresseError(
            f"Le lecteur «\u00a0{folder}\u00a0» n’a pas pu être chargé. Vérifiez TRESSE_READER\u00a0: un dossier de modèle "
            "BertForQuestionAnswering. Sans TRESSE_READER, c’est models/reader qui sert\u00a0: s’il manque ou a été modifié, "
            "récupérez-le\u00a0: git checkout -- models"
        ) from error
    return ModelReader(model, tokenizer)
