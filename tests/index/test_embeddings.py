"""Tests of the cache of vectors."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.embeddings import embed

TEXTS = [f"texte {number}" for number in range(150)]


def fill(folder: Path, encoder: object) -> Path:
    embed(TEXTS, encoder, folder)
    encoder.encoded.clear()
    return folder / "vectors.sqlite"


def test_rows_follow_the_texts(tmp_path: Path, encoder: object) -> None:
    """Each row is the vector of its text, in order, from the model or from the cache."""
    expected = np.array([encoder.encode_query(text) for text in TEXTS])
    first, encoded = embed(TEXTS, encoder, tmp_path)
    second, again = embed(TEXTS[::-1], encoder, tmp_path)
    assert (encoded, again) == (150, 0)
    np.testing.assert_array_equal(first, expected)
    np.testing.assert_array_equal(second, expected[::-1])


def test_equal_texts_are_encoded_once(tmp_path: Path, encoder: object) -> None:
    """A sentence that comes twice costs one encoding."""
    rows, encoded = embed(["miel", "pain", "miel"], encoder, tmp_path)
    assert (encoded, sorted(encoder.encoded)) == (2, ["miel", "pain"])
    np.testing.assert_array_equal(rows[0], rows[2])


def test_only_new_texts_are_encoded(tmp_path: Path, encoder: object) -> None:
    """A text added to a corpus costs its own encoding, no more."""
    fill(tmp_path, encoder)
    assert embed([*TEXTS, "nouveau"], encoder, tmp_path)[1] == 1
    assert encoder.encoded == ["nouveau"]


def test_another_model_shares_nothing(tmp_path: Path, encoder: object, make_encoder: Callable[[str], object]) -> None:
    """Vectors of one model are never given for another's."""
    fill(tmp_path, encoder)
    assert embed(TEXTS, make_encoder("fake:2"), tmp_path)[1] == 150


def test_no_text_gives_no_row(tmp_path: Path, encoder: object) -> None:
    """Nothing to encode is an empty matrix of the right width."""
    assert embed([], encoder, tmp_path)[0].shape == (0, 16)


def test_progress_adds_up(tmp_path: Path, encoder: object) -> None:
    """The steps told to the bar add up to the number of texts, cached ones included."""
    steps: list[int] = []
    embed(TEXTS[:40], encoder, tmp_path)
    embed(TEXTS, encoder, tmp_path, advance=steps.append)
    assert sum(steps) == 150


def test_a_damaged_vector_is_computed_again(tmp_path: Path, encoder: object) -> None:
    """A vector whose bytes changed in the file is not believed."""
    path = fill(tmp_path, encoder)
    with sqlite3.connect(path) as cache:
        cache.execute("UPDATE vectors SET vector = zeroblob(64) WHERE key IN (SELECT key FROM vectors LIMIT 3)")
        cache.execute("UPDATE vectors SET vector = x'00' WHERE key IN (SELECT key FROM vectors ORDER BY key DESC LIMIT 2)")
    cache.close()
    rows, encoded = embed(TEXTS, encoder, tmp_path)
    assert encoded == 5
    np.testing.assert_array_equal(rows, np.array([encoder.encode_query(text) for text in TEXTS]))


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100])
def test_a_lost_cache_is_started_again(
    tmp_path: Path, encoder: object, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that is no database is replaced, in one line, and the next build finds everything again."""
    path = fill(tmp_path, encoder)
    path.write_bytes(content)
    assert embed(TEXTS, encoder, tmp_path)[1] == 150
    assert embed(TEXTS, encoder, tmp_path)[1] == 0
    assert [record.getMessage().split()[0] for record in caplog.records] == (["Cache"] if content else [])


def test_pages_overwritten_in_the_middle_do_no_harm(tmp_path: Path, encoder: object) -> None:
    """Whatever part of the file was overwritten, the vectors given are right."""
    path = fill(tmp_path, encoder)
    content = path.read_bytes()
    expected = np.array([encoder.encode_query(text) for text in TEXTS])
    for start in range(0, len(content), 4096):
        path.write_bytes(content[:start] + b"\xff" * 200 + content[start + 200 :])
        np.testing.assert_array_equal(embed(TEXTS, encoder, tmp_path)[0], expected)


def test_a_folder_that_cannot_be_made_is_done_without(
    tmp_path: Path, encoder: object, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the cache cannot stand, the vectors are computed all the same."""
    (tmp_path / "file").write_text("")
    assert embed(TEXTS, encoder, tmp_path / "file")[1] == 150
    assert "inutilisable" in caplog.text
