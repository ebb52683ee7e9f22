"""Texts in, vectors out, each text encoded once: a cache by content, which may be lost or damaged without harm."""

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import numpy as np

from index.encoder import Encoder, Vectors

_FILE = "vectors.sqlite"
_BATCH = 256  # texts a step: what is encoded is kept from then on, and the bar moves every second or two
_SPARED = 3  # times the vectors in use that the cache may hold
_ASKED = 500  # keys a query, under SQLite's limit of 999 variables
_CHECK = 8  # bytes of checksum: SQLite would give back a flipped bit as it is

_log = logging.getLogger(__name__)


def embed(
    texts: Sequence[str], encoder: Encoder, folder: Path, *, advance: Callable[[int], object] = lambda _: None
) -> tuple[Vectors, int]:
    """Give one row a text, in order, and how many of them had to be encoded.

    Equal texts are encoded once. `advance` is told how many more texts are done. What is encoded is kept from then on, so that
    a call after an interrupted one goes on where that was.
    """
    keys = [_key(encoder, text) for text in texts]
    row = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    by_key = dict(zip(keys, texts, strict=True))
    vectors = np.empty((len(row), encoder.dimension), dtype=np.float32)
    with _open(folder) as cache:
        missing = _read(cache, row, vectors)
        missing.sort(key=lambda key: len(by_key[key]))  # texts of one length share a batch without padding
        advance(len(texts) - len(missing))
        for first in range(0, len(missing), _BATCH):
            batch = missing[first : first + _BATCH]
            rows = encoder.encode_documents([by_key[key] for key in batch])
            vectors[[row[key] for key in batch]] = rows
            _write(cache, batch, rows)
            advance(len(batch))
        _prune(cache, row)
    return (vectors if len(row) == len(texts) else vectors[[row[key] for key in keys]]), len(missing)


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
        return _restarted(path)


def _restarted(path: Path) -> sqlite3.Connection:
    try:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(_FILE + suffix).unlink(missing_ok=True)
        return _prepared(sqlite3.connect(path, timeout=60))
    except (OSError, sqlite3.DatabaseError):  # its folder cannot be written
        return _prepared(sqlite3.connect(":memory:"))


def _prepared(cache: sqlite3.Connection) -> sqlite3.Connection:
    cache.execute("PRAGMA journal_mode=WAL")
    cache.execute("PRAGMA synchronous=NORMAL")  # what a power cut loses is computed again
    cache.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB, checksum BLOB) WITHOUT ROWID")
    cache.execute("SELECT key FROM vectors LIMIT 1").fetchall()
    return cache


def _read(cache: sqlite3.Connection, row: Mapping[bytes, int], vectors: Vectors) -> list[bytes]:
    """Fill the rows whose vectors are there and whole; return the keys of the others."""
    missing = dict.fromkeys(row)
    keys = list(row)
    for first in range(0, len(keys), _ASKED):
        asked = keys[first : first + _ASKED]
        marks = ",".join("?" * len(asked))
        try:
            found = cache.execute(f"SELECT key, vector, checksum FROM vectors WHERE key IN ({marks})", asked).fetchall()
        except sqlite3.DatabaseError as error:
            _log.warning("Cache de vecteurs illisible par endroits (%s)\u00a0: ce qui manque sera recalculé.", error)
            continue
        for key, vector, checksum in found:
            if len(vector) == 4 * vectors.shape[1] and _checksum(vector) == checksum:
                vectors[row[key]] = np.frombuffer(vector, dtype="<f4")
                del missing[key]
    return list(missing)


def _write(cache: sqlite3.Connection, keys: Sequence[bytes], rows: Vectors) -> None:
    blobs = [row.astype("<f4").tobytes() for row in rows]
    entries = [(key, blob, _checksum(blob)) for key, blob in zip(keys, blobs, strict=True)]
    try:
        with cache:
            cache.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", entries)
    except sqlite3.DatabaseError as error:
        _log.warning("Cache de vecteurs non écrit (%s)\u00a0: la prochaine construction recalculera.", error)


def _prune(cache: sqlite3.Connection, used: Collection[bytes]) -> None:
    """Forget what is not used once it takes more room than what is: texts that changed, models that were tried."""
    try:
        (kept,) = cache.execute("SELECT count(*) FROM vectors").fetchone()
        if kept <= _SPARED * len(used):
            return
        with cache:
            cache.execute("CREATE TEMP TABLE used (key BLOB PRIMARY KEY) WITHOUT ROWID")
            cache.executemany("INSERT INTO used VALUES (?)", ((key,) for key in used))
            cache.execute("DELETE FROM vectors WHERE key NOT IN (SELECT key FROM used)")
        cache.execute("VACUUM")
    except sqlite3.DatabaseError as error:
        _log.warning("Cache de vecteurs non réduit (%s)\u00a0: il le sera à la prochaine construction.", error)


def _checksum(blob: bytes) -> bytes:
    return sha256(blob).digest()[:_CHECK]
