import torch

from training.descent import Plan, descend


def walk(plan: Plan, count: int) -> list[list[int]]:
    """The batches that a walk over so many examples sees."""
    seen, weight = [], torch.nn.Linear(1, 1)

    def loss(batch):
        seen.append(batch)
        return weight(torch.ones(1)).sum()

    descend(weight, loss, count, plan, lambda *_: None)
    return seen


def test_every_epoch_sees_each_example_once():
    """In batches of the size of the plan, in another order each time, the same for the same seed."""
    plan = Plan(epochs=2, rate=1e-3, batch=3, warm=1, seed=4)
    batches = walk(plan, 9)
    assert [len(batch) for batch in batches] == [3] * 6
    first, second = ([place for batch in batches[start : start + 3] for place in batch] for start in (0, 3))
    assert sorted(first) == sorted(second) == list(range(9))
    assert first != second
    assert walk(plan, 9) == batches


def test_few_examples_make_one_batch():
    """A batch larger than the examples is all of them; `most` ends the walk early."""
    assert [sorted(batch) for batch in walk(Plan(epochs=2, rate=1e-3, batch=128, warm=1), 3)] == [[0, 1, 2]] * 2
    assert len(walk(Plan(epochs=2, rate=1e-3, batch=1, warm=1, most=4), 3)) == 4


def test_the_rate_warms_up_then_falls():
    """A parameter under a constant gradient moves by the rate of each step: up to the full one, then down to nothing."""
    model, places = torch.nn.Linear(1, 1, bias=False), []
    torch.nn.init.zeros_(model.weight)
    plan = Plan(epochs=10, rate=1e-2, batch=1, warm=5)
    descend(model, lambda _: model.weight.sum(), 1, plan, lambda *_: places.append(model.weight.item()))
    moves = [before - after for before, after in zip([0.0, *places], places, strict=False)]
    expected = [1e-2 * min(1, (step + 1) / 5) * max(0.02, 1 - step / 10) for step in range(10)]
    assert torch.allclose(torch.tensor(moves), torch.tensor(expected), rtol=1e-2)  # weight decay is in it too
