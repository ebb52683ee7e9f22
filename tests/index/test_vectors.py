"""Tests of the vectors in FAISS, against products written out."""

from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.files import VECTORS
from index.vectors import VectorIndex, read_vectors, write_vectors


def unit_rows(count: int, seed: int = 1) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, 8))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def vectors(tmp_path: Path) -> VectorIndex:
    """Fifty vectors that went through a file."""
    write_vectors(tmp_path, unit_rows(50))
    return read_vectors(tmp_path)


def test_rows_come_back_from_the_file(vectors: VectorIndex) -> None:
    """The cosine of each vector with itself is 1, in the order written."""
    assert (vectors.rows, vectors.dimension) == (50, 8)
    for row, vector in enumerate(unit_rows(50)):
        assert vectors.cosines(vector, np.array([row])) == pytest.approx([1.0])


@given(rows=st.sets(st.integers(0, 49)).map(sorted), seed=st.integers(0, 9))
def test_cosines_are_products(rows: list[int], seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each cosine is the inner product of two rows, 0 where it is negative."""
    path = tmp_path_factory.getbasetemp() / "shared"
    if not path.exists():
        path.mkdir()
        write_vectors(path, unit_rows(50))
    query, matrix = unit_rows(1, seed + 2)[0], unit_rows(50)
    expected = [max(0.0, sum(float(a) * float(b) for a, b in zip(matrix[row], query, strict=True))) for row in rows]
    assert read_vectors(path).cosines(query, np.array(rows, dtype=np.int64)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("within", [None, [3, 11, 12, 20, 29, 45]])
def test_nearest_rows_are_those_of_a_full_sort(vectors: VectorIndex, within: list[int] | None) -> None:
    """Best first, among the allowed ones only: with ten rows, fifty codes are looked at."""
    query, matrix = unit_rows(1, 7)[0], unit_rows(50)
    allowed = range(50) if within is None else within
    expected = sorted(allowed, key=lambda row: -float(matrix[row] @ query))[:10]
    chosen = None if within is None else np.array(within)
    assert vectors.nearest(query, limit=10, within=chosen).tolist() == expected


def test_nearest_rows_are_chosen_by_their_codes(tmp_path: Path) -> None:
    """Codes of one bit a coordinate choose five times the rows that are wanted: the nearest of 2,000 is among them."""
    rows = np.random.default_rng(3).standard_normal((2_000, 256))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    write_vectors(tmp_path, rows)
    found = read_vectors(tmp_path)
    for row in range(0, 2_000, 100):
        near = rows[row] + 0.03 * rows[row - 1]
        assert found.nearest(near / np.linalg.norm(near), limit=1).tolist() == [row]


def test_where_nothing_is_allowed_nothing_is_near(vectors: VectorIndex) -> None:
    """No row within an empty choice; no more rows than are allowed."""
    assert vectors.nearest(unit_rows(1)[0], limit=5, within=np.array([], dtype=np.int64)).tolist() == []
    assert vectors.nearest(unit_rows(1)[0], limit=5, within=np.array([7])).tolist() == [7]


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    """Distances are not cosines: an index of another kind is not searched as if it were ours."""
    write_vectors(tmp_path, unit_rows(4))
    faiss.write_index(faiss.IndexFlatL2(8), str(tmp_path / VECTORS))
    with pytest.raises(TypeError, match="IndexFlatL2"):
        read_vectors(tmp_path)


def test_a_file_cannot_ask_for_more_memory_than_it_is_long(tmp_path: Path) -> None:
    """A length field blown up to a billion floats is refused at once."""
    write_vectors(tmp_path, unit_rows(4))
    path = tmp_path / VECTORS
    content = bytearray(path.read_bytes())
    at = content.index((4 * 8 * 4 // 4).to_bytes(8, "little"))
    content[at : at + 8] = (10**9).to_bytes(8, "little")
    path.write_bytes(content)
    with pytest.raises(RuntimeError):
        read_vectors(tmp_path)
