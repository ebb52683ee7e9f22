"""Lines of one file, written once, and the values made of them one by one when they are asked for."""

import mmap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar, overload

import numpy as np

T = TypeVar("T")

_KEPT = 4096  # values: those that questions come back to
_STARTS = ".starts.npy"  # beside the file: where each of its lines begins


class Numbered(Sequence[T], Generic[T]):
    """A sequence whose values are made when they are asked for."""

    def __init__(self, length: int, value: Callable[[int], T]) -> None:
        self._length, self._value = length, value

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, number: int) -> T: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[T]: ...

    def __getitem__(self, number: int | slice) -> T | Sequence[T]:
        if isinstance(number, slice):
            return [self._value(each) for each in range(*number.indices(self._length))]
        if not -self._length <= number < self._length:
            raise IndexError(number)
        return self._value(int(number) % self._length)


class Keyed(Mapping[str, T], Generic[T]):
    """The values of a sequence, each under its name, in order."""

    def __init__(self, names: Iterable[str], values: Sequence[T]) -> None:
        self._numbers = {name: number for number, name in enumerate(names)}
        self._values = values

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __getitem__(self, name: str) -> T:
        return self._values[self._numbers[name]]


def write_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Write lines, which hold no line end, and where each begins."""
    starts = [0]
    with path.open("wb") as file:
        for line in lines:
            starts.append(starts[-1] + file.write(line + b"\n"))
    np.save(path.with_name(path.name + _STARTS), np.array(starts, dtype=np.int64))


def read_lines(path: Path) -> Numbered[bytes]:
    """Open what `write_lines` wrote, verified: it takes no longer for a large file than for a small one."""
    starts = np.load(path.with_name(path.name + _STARTS), allow_pickle=False)
    with path.open("rb") as file:
        lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if len(starts) > 1 else b""
    return Numbered(len(starts) - 1, lambda number: lines[starts[number] : starts[number + 1] - 1])


def loaded(lines: Sequence[bytes], load: Callable[[int, bytes], T]) -> Numbered[T]:
    """Make values of lines by their numbers; the last ones asked for are kept."""
    return Numbered(len(lines), lru_cache(maxsize=_KEPT)(lambda number: load(number, lines[number])))
