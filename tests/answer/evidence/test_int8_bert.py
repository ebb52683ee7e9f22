"""The BERT of bytes, beside the one of transformers, on a tiny model of random weights."""

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertForQuestionAnswering

from answer.evidence.int8_bert import Int8Bert, Int8Linear
from settings import ROOT

HEADS, LAYERS, EPSILON, WORDS = 4, 3, 1e-12, 200
LENGTHS = (40, 3, 1, 17, 16, 33, 64, 7)  # on both sides of the 17 rows that torch asks for
Text = tuple[list[int], list[int]]
# Reads what the test reads, in a process of its own, and prints the digest of all outputs.
ALONE = f"""
import sys
from hashlib import sha256
import numpy as np
from safetensors.torch import load_file
from answer.evidence.int8_bert import Int8Bert
model = Int8Bert(load_file(sys.argv[1]), heads={HEADS}, layers={LAYERS}, epsilon={EPSILON})
random = np.random.default_rng(3)
texts = []
for length in {LENGTHS}:
    texts.append((random.integers(0, {WORDS}, length).tolist(), random.integers(0, 2, length).tolist()))
print(sha256(b"".join(model.logits([text])[0].numpy().tobytes() for text in texts)).hexdigest())
"""


@pytest.fixture(scope="module")
def exact() -> BertForQuestionAnswering:
    """A model of single precision whose outputs spread over several units, as those of a trained one."""
    config = BertConfig(
        vocab_size=WORDS, hidden_size=64, num_hidden_layers=LAYERS, num_attention_heads=HEADS, intermediate_size=128,
        max_position_embeddings=64, initializer_range=0.2, layer_norm_eps=EPSILON,
    )  # fmt: skip
    torch.manual_seed(5)
    model = BertForQuestionAnswering(config).eval()
    with torch.no_grad():
        model.qa_outputs.weight.mul_(3)
    return model


@pytest.fixture(scope="module")
def folder(exact: BertForQuestionAnswering, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bert")
    exact.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def model(folder: Path) -> Int8Bert:
    return Int8Bert(load_file(folder / "model.safetensors"), heads=HEADS, layers=LAYERS, epsilon=EPSILON)


@pytest.fixture(scope="module")
def texts() -> list[Text]:
    random = np.random.default_rng(3)
    return [(random.integers(0, WORDS, length).tolist(), random.integers(0, 2, length).tolist()) for length in LENGTHS]


@pytest.fixture(scope="module")
def alone(model: Int8Bert, texts: Sequence[Text]) -> list[torch.Tensor]:
    """The outputs of each text read by itself."""
    return [model.logits([text])[0] for text in texts]


def test_a_linear_layer_is_the_product_of_the_rounded_numbers() -> None:
    """Each row and each output is rounded to 127ths of its largest number; their products, summed, get the scales back."""
    random = np.random.default_rng(1)
    rows, weight, bias = (random.normal(size=size).astype(np.float32) for size in ((5, 24), (7, 24), (7,)))
    expected = np.zeros((5, 7))
    for row in range(5):
        for output in range(7):
            one, other = np.abs(rows[row]).max() / 127, np.abs(weight[output]).max() / 127
            products = np.round(rows[row] / one).astype(int) * np.round(weight[output] / other).astype(int)
            expected[row, output] = products.sum() * one * other + bias[output]
    found = Int8Linear(torch.tensor(weight), torch.tensor(bias))(torch.tensor(rows))
    assert found.numpy() == pytest.approx(expected, abs=1e-5)
    assert np.abs(found.numpy() - (rows @ weight.T + bias)).max() < 0.1


def test_what_is_all_zeros_gives_the_bias() -> None:
    """Neither a row of zeros nor an output without weight divides by nothing."""
    layer = Int8Linear(torch.zeros(2, 3), torch.tensor([1.0, -2.0]))
    assert layer(torch.tensor([[0.0, 0.0, 0.0], [1.0, 2.0, 3.0]])).tolist() == [[1.0, -2.0]] * 2


def test_outputs_are_close_to_those_of_transformers(
    exact: BertForQuestionAnswering, texts: Sequence[Text], alone: Sequence[torch.Tensor]
) -> None:
    """Beside outputs that spread over several units, rounding to bytes costs a tenth on average."""
    errors, spreads = [], []
    for (tokens, types), found in zip(texts, alone, strict=True):
        with torch.inference_mode():
            output = exact(input_ids=torch.tensor([tokens]), token_type_ids=torch.tensor([types]))
        expected = torch.stack([output.start_logits[0], output.end_logits[0]], 1)
        assert found.shape == expected.shape == (len(tokens), 2)
        errors.append((found - expected).abs().flatten())
        spreads.append(expected.flatten())
    spread = float(torch.cat(spreads).std())
    assert spread > 1
    assert float(torch.cat(errors).mean()) < 0.1 * spread


def test_a_text_is_read_the_same_beside_others(model: Int8Bert, texts: Sequence[Text], alone: Sequence[torch.Tensor]) -> None:
    """To the bit, whatever stands beside it and in whatever order."""
    order = [5, 2, 7, 0, 3, 6, 1, 4]
    assert all(map(torch.equal, model.logits(texts), alone))
    assert all(map(torch.equal, model.logits([texts[number] for number in order]), [alone[number] for number in order]))
    for number in range(len(texts)):
        pair = model.logits([texts[number], texts[(number + 3) % len(texts)]])
        assert torch.equal(pair[0], alone[number])


def test_a_text_is_read_the_same_by_several_threads_at_once(
    model: Int8Bert, texts: Sequence[Text], alone: Sequence[torch.Tensor]
) -> None:
    """To the bit: nothing is kept from one reading to another."""
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda number: (number, model.logits([texts[number], texts[0]])[0]), [*range(len(texts))] * 12))
    assert all(torch.equal(outputs, alone[number]) for number, outputs in found)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_a_text_is_read_the_same_in_another_process(folder: Path, alone: Sequence[torch.Tensor], threads: str) -> None:
    """To the bit, on one thread or on two."""
    environ = {"OMP_NUM_THREADS": threads, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", ALONE, str(folder / "model.safetensors")]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    assert sha256(b"".join(outputs.numpy().tobytes() for outputs in alone)).hexdigest() == done.stdout.strip()
