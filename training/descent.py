"""The walk down a loss that both trainings take: shuffled batches, a warm-up, then a straight slope to the end."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

OnStep = Callable[[int, int, float], None]  # step from 1, steps in all, loss of the step

_WEIGHT_DECAY = 0.01
_LARGEST_GRADIENT = 1.0  # norm beyond which a step is shortened
_LAST_SLOPE = 0.02  # share of the rate that is never given up


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast to train: the same plan on the same machine and examples gives the same weights."""

    epochs: int
    rate: float
    batch: int
    warm: int  # steps before the full rate
    seed: int = 7
    most: int | None = None  # steps after which to stop, whatever the epochs

    def steps(self, examples: int) -> int:
        """Count the steps over so many examples; what does not fill a last batch waits for the next shuffle."""
        whole = self.epochs * (examples // min(self.batch, examples))
        return whole if self.most is None else min(whole, self.most)


def best_device() -> torch.device:
    """Take an accelerator where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def mixed_precision(device: torch.device) -> torch.autocast:
    """Multiply in bfloat16 on an accelerator, which halves the time; in single precision on a processor."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda")


def descend(model: nn.Module, loss_of: Callable[[list[int]], Tensor], count: int, plan: Plan, on_step: OnStep) -> None:
    """Change what `model` may change until `loss_of` is low; it is given the places, below `count`, of a batch of examples."""
    steps = plan.steps(count)
    free = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(free, lr=plan.rate, weight_decay=_WEIGHT_DECAY)
    slope = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _share(step, steps, plan.warm))
    model.train()
    for step, batch in zip(range(1, steps + 1), _batches(count, plan), strict=False):
        loss = loss_of(batch)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(free, _LARGEST_GRADIENT)
        optimizer.step()
        slope.step()
        on_step(step, steps, loss.item())
    model.eval()


def _batches(count: int, plan: Plan) -> Iterator[list[int]]:
    shuffler, size = random.Random(plan.seed), min(plan.batch, count)
    while True:
        order = shuffler.sample(range(count), count)
        for first in range(0, count - size + 1, size):
            yield order[first : first + size]


def _share(step: int, steps: int, warm: int) -> float:
    """Give the share of the full rate at a step counted from 0."""
    return min(1, (step + 1) / max(1, warm)) * max(_LAST_SLOPE, 1 - step / max(1, steps))
