"""Texts in, vectors out, each text encoded once: a cache by content, which may be lost or damaged without harm."""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import numpy as np

from index.encoder import Encoder, Vectors

_FILE = "vectors.sqlite"
_BATCH = 64  # texts a step: what is encoded is kept from then on, and the bar moves about every second
_ASKED = 500  # keys a query, under SQLite's limit of 999 variables
_CHECK = 8  # bytes of checksum: SQLite would give back a flipped bit as it is

_log = logging.getLogger(__name__)


def embed(
    texts: Sequence[str], encoder: Encoder, folder: Path, *, advance: Callable[[int], object] = lambda _: None
) -> tuple[Vectors, int]:
    """Give one row a text, in order, and how many of them had to be encoded.

    Equal texts are encoded once. `advance` is told how many more texts are done.
    """
    keys = [_key(encoder, text) for text in texts]
    by_key = dict(zip(keys, texts, strict=True))
    with _open(folder) as cache:
        found = _read(cache, list(by_key), encoder.dimension)
        missing = [(key, text) for key, text in by_key.items() if key not in found]
        missing.sort(key=lambda item: len(item[1]))  # texts of one length share a batch without padding
        advance(len(texts) - len(missing))
        for first in range(0, len(missing), _BATCH):
            batch = missing[first : first + _BATCH]
            rows = encoder.encode_documents([text for _, text in batch])
            _write(cache, [key for key, _ in batch], rows)
            found.update(zip([key for key, _ in batch], rows, strict=True))
            advance(len(batch))
    vectors = np.array([found[key] for key in keys], dtype=np.float32).reshape(len(keys), encoder.dimension)
    return vectors, len(missing)


def _key(encoder: Encoder, text: str) -> bytes:
    return sha256(f"{encoder.fingerprint}\0{text}".encode()).digest()


@contextmanager
def _open(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the cache; where it cannot be read, start another, and where it cannot be written, do without."""
    with closing(_connect(folder)) as cache:
        yield cache


def _connect(folder: Path) -> sqlite3.Connection:
    path = folder / _FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _prepared(sqlite3.connect(path, timeout=60))
    except (OSError, sqlite3.OperationalError) as error:
        _log.warning("Cache de vecteurs inutilisable (%s)\u00a0: tout sera recalculé.", error)
        return _prepared(sqlite3.connect(":memory:"))
    except sqlite3.DatabaseError:
        _log.warning("Cache de vecteurs endommagé\u00a0: il est recommencé, tout sera recalculé.")
        for suffix in ("", "-wal", "-shm"):
            path.with_name(_FILE + suffix).unlink(missing_ok=True)
        return _prepared(sqlite3.connect(path, timeout=60))


def _prepared(cache: sqlite3.Connection) -> sqlite3.Connection:
    cache.execute("PRAGMA journal_mode=WAL")
    cache.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB, checksum BLOB) WITHOUT ROWID")
    cache.execute("SELECT key FROM vectors LIMIT 1").fetchall()
    return cache


def _read(cache: sqlite3.Connection, keys: Sequence[bytes], dimension: int) -> dict[bytes, Vectors]:
    """Read the vectors that are there and whole."""
    found = {}
    for first in range(0, len(keys), _ASKED):
        asked = keys[first : first + _ASKED]
        marks = ",".join("?" * len(asked))
        try:
            rows = cache.execute(f"SELECT key, vector, checksum FROM vectors WHERE key IN ({marks})", asked).fetchall()
        except sqlite3.DatabaseError as error:
            _log.warning("Cache de vecteurs illisible par endroits (%s)\u00a0: ce qui manque sera recalculé.", error)
            continue
        for key, vector, checksum in rows:
            if len(vector) == 4 * dimension and _checksum(vector) == checksum:
                found[key] = np.frombuffer(vector, dtype="<f4")
    return found


def _write(cache: sqlite3.Connection, keys: Sequence[bytes], rows: Vectors) -> None:
    blobs = [row.astype("<f4").tobytes() for row in rows]
    entries = [(key, blob, _checksum(blob)) for key, blob in zip(keys, blobs, strict=True)]
    try:
        with cache:
            cache.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", entries)
    except sqlite3.DatabaseError as error:
        _log.warning("Cache de vecteurs non écrit (%s)\u00a0: la prochaine construction recalculera.", error)


def _checksum(blob: bytes) -> bytes:
    return sha256(blob).digest()[:_CHECK]
