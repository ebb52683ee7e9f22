import math

import pytest
import torch
from transformers import AutoTokenizer, BertForQuestionAnswering

from training.descent import Plan
from training.examples import Examples
from training.folders import open_tokenizer, save_reader
from training.groups import NOWHERE, rows_of
from training.reader import answerability, best_span, measure_reader, reading_loss, train_reader

PLAN = Plan(epochs=40, rate=2e-3, batch=6, warm=5)


@pytest.fixture(scope="module")
def trained(start, examples: Examples):
    """A reader that learnt the examples by heart, and its losses."""
    losses: list[float] = []
    return train_reader(start, examples.training(), PLAN, lambda *step: losses.append(step[2])), losses


@pytest.fixture(scope="module")
def folder(trained, start, tmp_path_factory):
    made = tmp_path_factory.mktemp("models") / "reader"
    save_reader(trained[0], open_tokenizer(start), made)
    return made


def ask(folder, question: str, passage: str) -> tuple[float, str]:
    """Read as the product does, with transformers alone: the score of the passage, and the text of the best span."""
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = BertForQuestionAnswering.from_pretrained(folder, dtype=torch.float32, local_files_only=True).eval()
    pair = tokenizer(question, passage, return_tensors="pt", return_offsets_mapping=True)
    offsets = pair.pop("offset_mapping")[0].tolist()
    with torch.no_grad():
        out = model(**pair)
    both = torch.stack([out.start_logits[0], out.end_logits[0]], 1)
    inside = pair["token_type_ids"][0].bool()
    begin = int(inside.nonzero()[0])
    score = (both[inside].logsumexp(0) - both[0]).mean().item()
    first, last = best_span(both[begin:-1])
    return score, passage[offsets[begin + first][0] : offsets[begin + last][1]].strip()


def test_the_loss_falls(trained):
    """By half at the least."""
    _, losses = trained
    assert sum(losses[-6:]) < sum(losses[:6]) / 2


def test_the_saved_reader_shows_what_it_learnt(folder, examples: Examples):
    """It points at the words that answer each question, and gives each near-miss less than nothing."""
    for question in examples.training().questions:
        score, shown = ask(folder, question.text, examples.passages[question.passage].shown)
        assert score > 0
        assert shown == question.answer
    for question in examples.training().near:
        assert ask(folder, question.text, examples.passages[question.passage].shown)[0] < 0


def test_the_measure_of_what_is_known_by_heart_is_full(trained, start, examples: Examples):
    """Questions find their passage among those that do not answer, spans touch, and near-misses stay below."""
    found = measure_reader(trained[0], start, examples.training(), seed=7)
    assert (found.first, found.touches, found.area) == (1, 1, 1)


def test_the_same_seed_gives_the_same_weights(start, examples: Examples):
    """To the bit, the two outputs that are drawn included; another seed gives others."""

    def weights(seed: int) -> dict[str, torch.Tensor]:
        return train_reader(
            start, examples, Plan(epochs=1, rate=1e-3, batch=8, warm=1, seed=seed), lambda *_: None
        ).state_dict()

    first, again, other = weights(7), weights(7), weights(8)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["qa_outputs.weight"], other["qa_outputs.weight"])


def test_a_reader_can_go_on(folder, start, examples: Examples):
    """From its own weights, which already answer, the loss begins where a drawn reader’s never does."""
    fresh: list[float] = []
    further: list[float] = []
    plan = Plan(epochs=1, rate=1e-5, batch=18, warm=1)
    train_reader(start, examples.training(), plan, lambda *step: fresh.append(step[2]))
    train_reader(start, examples.training(), plan, lambda *step: further.append(step[2]), start=folder)
    assert further[0] < fresh[0] / 2


def test_the_score_weighs_the_passage_against_nowhere():
    """The mean over start and end of log(e^1 + e^2) - 3 and of log(e^0 + e^4) - 1, closed places left out."""
    both = torch.tensor([[[3.0, 1.0], [-1e4, -1e4], [1.0, 0.0], [2.0, 4.0]]])
    by_hand = (math.log(math.e + math.e**2) - 3 + math.log(1 + math.e**4) - 1) / 2
    assert answerability(both).tolist() == pytest.approx([by_hand])


def test_a_span_never_ends_before_it_starts():
    """The best start stands after the best end: the best pair in order is taken."""
    sums = {(0, 1): 6.0, (1, 1): 5.0, (2, 2): 5.0}
    assert best_span(torch.tensor([[1.0, 0.0], [0.0, 5.0], [4.0, 1.0]])) == max(sums, key=sums.get)


def test_the_loss_is_the_one_written_down():
    """One row that answers, one that does not, one whose answer is out of sight; sums written out beside it."""
    rows = rows_of([([7], [9, 9])] * 3, torch.device("cpu"))
    both = torch.linspace(-1, 1, 3 * 8 * 2).reshape(3, 8, 2).sin() * 3
    both = both.masked_fill(~rows.open[..., None], -1e4)
    likely, score = both.double().log_softmax(1), answerability(both).double()
    spans = -(likely[0, 4, 0] + likely[0, 5, 1]) / 2 - 0.35 * (likely[1, 0, 0] + likely[1, 0, 1]) / 2
    odds = [1.5 * (1 + (-score[0]).exp()).log(), 0.5 * (1 + score[1].exp()).log(), 1.5 * (1 + (-score[2]).exp()).log()]
    ranking = -score[:2].log_softmax(0)[0]
    expected = spans / 1.35 + 0.5 * sum(odds) / 3 + ranking
    assert reading_loss(both, rows, [(0, 1), NOWHERE, None], [range(2)]).item() == pytest.approx(float(expected), rel=1e-5)
