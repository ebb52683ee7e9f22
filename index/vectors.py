"""Vectors in, cosines out, through FAISS. Knows rows, nothing of what they stand for.

Every vector stands in a flat index, of which only what is asked for is read from the disk. Which rows come near a vector is
found by their codes, one bit a coordinate, and decided by their vectors: on 450,000 rows that takes 1.8 ms against 52 ms for a
search of the flat index, and gives the same 100 rows.
"""

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.encoder import Vector, Vectors
from index.files import CODES, VECTORS

Numbers = NDArray[np.int64]

_RESCORED = 5  # times as many rows by their codes as are wanted: with 2 times 3 rows of 100 were missed


class VectorIndex:
    """Unit vectors by row, opened once and asked many times."""

    def __init__(self, vectors: faiss.IndexFlatIP, codes: faiss.IndexBinaryFlat) -> None:
        self._vectors, self._codes = vectors, codes
        self.rows, self.dimension = int(vectors.ntotal), int(vectors.d)
        # FAISS's own memory, not a copy.
        self._matrix: Vectors = faiss.rev_swig_ptr(vectors.get_xb(), self.rows * self.dimension).reshape(
            self.rows, self.dimension
        )

    def cosines(self, vector: Vector, rows: Numbers) -> NDArray[np.float32]:
        """Give the cosine of each of `rows`, in increasing order, with a unit vector; a negative one counts as 0."""
        if not len(rows):
            return np.empty(0, np.float32)
        whole = rows[-1] - rows[0] + 1 == len(rows)
        chosen = self._matrix[rows[0] : rows[-1] + 1] if whole else self._matrix[rows]
        cosines: NDArray[np.float32] = np.clip(_products(chosen, vector), 0.0, 1.0)
        return cosines

    def nearest(self, vector: Vector, *, limit: int, within: Numbers | None = None) -> Numbers:
        """Give the `limit` rows nearest to a unit vector, best first; `within` keeps only these."""
        faiss.omp_set_num_threads(1)  # under several request threads one each is faster than two (68 ms against 178)
        kept = None if within is None else faiss.IDSelectorBatch(np.ascontiguousarray(within, dtype=np.int64))
        parameters = faiss.SearchParameters(sel=kept) if kept else None  # type: ignore[call-arg]
        wanted = max(min(_RESCORED * limit, self.rows), 1)
        _, found = self._codes.search(_coded(vector[np.newaxis]), wanted, params=parameters)
        rows = np.sort(found[0][found[0] >= 0])
        best = np.argsort(-_products(self._matrix[rows], vector), kind="stable")[:limit]
        return np.asarray(rows[best], dtype=np.int64)


def _products(rows: Vectors, vector: Vector) -> NDArray[np.float32]:
    """Give the inner product of each row with a vector, in one thread: two that wait for busy cores take 8 ms, not 1.3."""
    products: NDArray[np.float32] = np.einsum("ij,j->i", rows, vector)
    return products


def write_vectors(folder: Path, vectors: Vectors) -> None:
    """Write unit vectors and their codes as FAISS files, by our own hand: on a full disk FAISS’s truncates them silently."""
    index, codes = faiss.IndexFlatIP(vectors.shape[1]), faiss.IndexBinaryFlat(_bits(vectors.shape[1]))
    index.add(np.ascontiguousarray(vectors))
    codes.add(_coded(vectors))
    (folder / VECTORS).write_bytes(faiss.serialize_index(index).data)
    (folder / CODES).write_bytes(faiss.serialize_index_binary(codes).data)


def read_vectors(folder: Path) -> VectorIndex:
    """Open FAISS files whose checksums were verified. A file cannot ask for more memory than it is long."""
    faiss.set_deserialization_vector_byte_limit(max((folder / name).stat().st_size for name in (VECTORS, CODES)))
    vectors = faiss.read_index(str(folder / VECTORS), faiss.IO_FLAG_MMAP_IFC)
    codes = faiss.read_index_binary(str(folder / CODES))
    if not isinstance(vectors, faiss.IndexFlatIP) or not isinstance(codes, faiss.IndexBinaryFlat):
        raise TypeError(f"{folder} holds a {type(vectors).__name__} and a {type(codes).__name__}")
    return VectorIndex(vectors, codes)


def _bits(dimension: int) -> int:
    return -(-dimension // 8) * 8  # a code is made of whole bytes


def _coded(vectors: Vectors) -> NDArray[np.uint8]:
    return np.packbits(vectors > 0, axis=1)
