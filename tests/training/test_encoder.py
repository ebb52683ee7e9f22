import math

import pytest
import torch
from sentence_transformers import SentenceTransformer

from training.descent import Plan
from training.encoder import measure_encoder, mix, retrieval_loss, train_encoder
from training.examples import Examples
from training.folders import open_encoder, open_tokenizer, save_encoder

PLAN = Plan(epochs=30, rate=3e-3, batch=6, warm=5)


@pytest.fixture(scope="module")
def trained(start, examples: Examples):
    """An encoder that learnt the examples by heart, and its losses."""
    losses: list[float] = []
    return train_encoder(start, examples.training(), PLAN, lambda *step: losses.append(step[2])), losses


def test_the_loss_falls_and_each_question_finds_its_passage(trained, start, examples: Examples):
    """What it learnt it finds first, which the untrained one does not."""
    model, losses = trained
    assert sum(losses[-6:]) < sum(losses[:6]) / 2
    after = measure_encoder(model, open_tokenizer(start), examples.training())
    before = measure_encoder(open_encoder(start), open_tokenizer(start), examples.training())
    assert after.first == after.five == after.reciprocal == 1
    assert before.first < 0.75


def test_the_same_seed_gives_the_same_weights(start, examples: Examples):
    """To the bit, on the same machine; another seed gives others; the table of pieces never moves."""
    plan = Plan(epochs=1, rate=1e-3, batch=4, warm=1)

    def weights(plan: Plan) -> dict[str, torch.Tensor]:
        return train_encoder(start, examples, plan, lambda *_: None).state_dict()

    first, again, other = weights(plan), weights(plan), weights(Plan(epochs=1, rate=1e-3, batch=4, warm=1, seed=8))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)
    table = "embeddings.word_embeddings.weight"
    assert torch.equal(first[table], open_encoder(start).state_dict()[table])


def test_the_saved_folder_is_one_of_sentence_transformers(trained, start, tmp_path, examples: Examples):
    """With its own prompts, it finds for each question the passage that the training found; vectors have length 1."""
    model, _ = trained
    save_encoder(model, open_tokenizer(start), tmp_path / "encoder")
    loaded = SentenceTransformer(str(tmp_path / "encoder"), device="cpu", local_files_only=True)
    passages = loaded.encode_document([passage.shown for passage in examples.passages])
    questions = loaded.encode_query([question.text for question in examples.training().questions])
    assert next(loaded.parameters()).dtype == torch.float32
    assert abs((passages**2).sum(1) - 1).max() < 1e-5
    assert (questions @ passages.T).argmax(1).tolist() == [question.passage for question in examples.training().questions]


def test_a_mix_is_between_the_two(trained, start):
    """Each weight lies at its share of the way from the start."""
    model, _ = trained
    before, after = open_encoder(start).state_dict(), model.state_dict()
    mixed = mix(model, open_encoder(start), 0.6).state_dict()
    assert all(torch.allclose(mixed[name], 0.4 * before[name] + 0.6 * after[name], atol=1e-6) for name in before)


def test_the_loss_is_the_one_written_down():
    """Against sums written out: choice at 0.03, 0.5 of the divergence at 0.05, 0.3 of the way back without rivals."""
    scores, before = [[0.9, 0.1, 0.3], [0.2, 0.8, 0.4], [0.7, 0.2, 0.1]], [[0.5, 0.4, 0.3], [0.3, 0.6, 0.2], [0.6, 0.1, 0.2]]
    right = [0, 1, 0]  # the first and the third ask on the same passage

    def log_softmax(values: list[float], heat: float) -> list[float]:
        total = math.log(sum(math.exp(value / heat) for value in values))
        return [value / heat - total for value in values]

    choice = -sum(log_softmax(row, 0.03)[column] for row, column in zip(scores, right, strict=True)) / 3
    kept = 0.0
    for row, old in zip(scores, before, strict=True):
        for now, then in zip(log_softmax(row, 0.05), log_softmax(old, 0.05), strict=True):
            kept += math.exp(then) * (then - now) / 3
    back = 0.0
    for place, column in enumerate(right):
        asked = [other for other in range(3) if other == place or right[other] != column]
        back -= log_softmax([scores[other][column] for other in asked], 0.03)[asked.index(place)] / 3
    found = retrieval_loss(torch.tensor(scores), torch.tensor(right), torch.tensor(before))
    assert found.item() == pytest.approx(choice + 0.5 * kept + 0.3 * back, rel=1e-5)
