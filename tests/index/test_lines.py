"""Tests of lines that are read when they are asked for."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lines import Keyed, Numbered, loaded, read_lines, write_lines

LINES = [b"un", b"", "trois é".encode(), b"x" * 10_000, b"{}"]


@pytest.fixture
def lines(tmp_path: Path) -> Numbered[bytes]:
    write_lines(tmp_path / "lines.jsonl", LINES)
    return read_lines(tmp_path / "lines.jsonl")


def test_lines_are_read_as_they_were_written(lines: Sequence[bytes]) -> None:
    """By number, from the end, in slices, one after the other: as a list gives them."""
    assert list(lines) == LINES
    assert len(lines) == 5
    for number in range(-5, 5):
        assert lines[number] == LINES[number]
        assert lines[np.int64(number)] == LINES[number]
    for part in (slice(1, 3), slice(None, None, -1), slice(-2, None), slice(3, 1), slice(0, 99)):
        assert lines[part] == LINES[part]
    for number in (5, -6):
        with pytest.raises(IndexError):
            lines[number]


def test_no_line_at_all_can_be_read(tmp_path: Path) -> None:
    """An empty file, which cannot be mapped, is a sequence of nothing."""
    write_lines(tmp_path / "none", [])
    assert list(read_lines(tmp_path / "none")) == []
    assert (tmp_path / "none").read_bytes() == b""


def test_only_what_is_asked_for_is_made_and_the_last_ones_are_kept(lines: Sequence[bytes]) -> None:
    """A value is made with its number, once; opening makes none."""
    made: list[int] = []

    def load(number: int, line: bytes) -> tuple[int, bytes]:
        made.append(number)
        return number, line

    values = loaded(lines, load)
    assert (len(values), made) == (5, [])
    assert values[2] == values[2] == values[-3] == (2, LINES[2])
    assert made == [2]
    assert values[3:] == [(3, LINES[3]), (4, LINES[4])]
    assert made == [2, 3, 4]


def test_values_are_found_by_name_in_their_order(lines: Sequence[bytes]) -> None:
    """A mapping whose values are made when they are asked for; an unknown name is a KeyError."""
    keyed = Keyed(["a", "b", "c", "d", "é"], lines)
    assert list(keyed) == ["a", "b", "c", "d", "é"]
    assert (len(keyed), keyed["é"], "a" in keyed, "z" in keyed, keyed.get("z")) == (5, b"{}", True, False, None)
    assert dict(keyed) == dict(zip("abcdé", LINES, strict=True))
    with pytest.raises(KeyError):
        keyed["z"]


def test_the_file_is_what_other_tools_read(tmp_path: Path, lines: Sequence[bytes]) -> None:
    """One line each, nothing else: `wc -l` and `jq` count the same."""
    assert lines[0] == b"un"
    assert (tmp_path / "lines.jsonl").read_bytes() == b"".join(line + b"\n" for line in LINES)


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line), max_size=20))
def test_any_lines_come_back(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    """Whatever bytes they hold, other line ends among them."""
    path = tmp_path_factory.getbasetemp() / "any"
    write_lines(path, lines)
    assert list(read_lines(path)) == lines
