"""The vectors of passages, each computed once: a cache by content, which may be lost or damaged without harm."""

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from index.encoder import Encoder, Vector, Vectors
from settings import ROOT

SHIPPED = ROOT / "models" / "vectors.npz"  # of the shipped corpus by the shipped encoder: a first start encodes nothing
_FILE = "vectors.sqlite"
_BATCH = 256  # texts a step: what is encoded is kept from then on, and the bar moves every few seconds
_SPARED = 3  # times the vectors in use that the cache may hold
_ASKED = 500  # keys a query, under SQLite's limit of 999 variables
_CHECK = 8  # bytes of checksum: SQLite would give back a flipped bit as it is

_log = logging.getLogger(__name__)


Texts = Sequence[str]  # what one vector is made of: a passage, then the questions that lead to it


def embed(
    groups: Sequence[Texts], encoder: Encoder, folder: Path, *, advance: Callable[[int], object] = lambda _: None
) -> tuple[Vectors, int]:
    """Give one row a group of texts, in order, and how many of the rows had to be computed.

    A row is the direction halfway between a group's first text and the mean of its others. Equal groups are encoded once.
    `advance` is told how many more rows are done. What is encoded is kept from then on, so that a call after an interrupted
    one goes on where that was.
    """
    keys = [_key(encoder, texts) for texts in groups]
    row = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    by_key = dict(zip(keys, groups, strict=True))
    vectors = np.empty((len(row), encoder.dimension), dtype=np.float32)
    with _open(folder) as cache:
        missing = _shipped(_read(cache, row, vectors), row, vectors)
        missing.sort(key=lambda key: len(by_key[key][0]))  # texts of one length share a batch without padding
        advance(len(groups) - len(missing))
        for batch in _batches(missing, by_key):
            rows = _encoded([by_key[key] for key in batch], encoder)
            vectors[[row[key] for key in batch]] = rows
            _write(cache, batch, rows)
            advance(len(batch))
        _prune(cache, row)
    return (vectors if len(row) == len(groups) else vectors[[row[key] for key in keys]]), len(missing)


def _batches(keys: Sequence[bytes], by_key: Mapping[bytes, Texts]) -> Iterator[list[bytes]]:
    """Cut the groups into batches of _BATCH texts or a little more."""
    batch: list[bytes] = []
    held = 0
    for key in keys:
        batch.append(key)
        held += len(by_key[key])
        if held >= _BATCH:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _encoded(groups: Sequence[Texts], encoder: Encoder) -> Vectors:
    rows = encoder.encode_documents([text for texts in groups for text in texts])
    ends = np.cumsum([len(texts) for texts in groups])
    return np.array([_halfway(rows[end - len(texts) : end]) for texts, end in zip(groups, ends, strict=True)])


def _halfway(rows: Vectors) -> Vector:
    """Return the first of unit vectors, turned halfway towards the mean of the others where there are some."""
    return rows[0] if len(rows) == 1 else _unit(rows[0] + _unit(rows[1:].mean(axis=0)))


def _unit(vector: Vector) -> Vector:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)


def _key(encoder: Encoder, texts: Texts) -> bytes:
    return sha256("\0".join((encoder.fingerprint, *texts)).encode()).digest()


def _shipped(missing: Sequence[bytes], row: Mapping[bytes, int], vectors: Vectors) -> list[bytes]:
    """Fill the rows that come with Tresse, where it is the shipped corpus and encoder; return the keys of the others."""
    if not missing or not SHIPPED.is_file():
        return list(missing)
    try:
        with np.load(SHIPPED, allow_pickle=False) as arrays:
            known = {key.tobytes(): vector for key, vector in zip(arrays["keys"], arrays["vectors"], strict=True)}
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
        cure = "tout sera calculé. Récupérez-les\u00a0: git checkout -- models"
        _log.warning("Vecteurs fournis illisibles (%s)\u00a0: %s", error, cure)
        return list(missing)
    for key in missing:
        if key in known:
            vectors[row[key]] = known[key]
    return [key for key in missing if key not in known]


def ship(groups: Sequence[Texts], encoder: Encoder, vectors: Vectors) -> None:
    """Write the rows of these groups where `embed` finds them on any machine: those of the shipped corpus, 300 kB."""
    keys = np.array([np.frombuffer(_key(encoder, texts), dtype=np.uint8) for texts in groups])
    np.savez(SHIPPED, keys=keys, vectors=vectors)


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
