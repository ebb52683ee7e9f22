"""Tests of the cache of vectors."""

import math
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.embeddings import embed, ship

TEXTS = [(f"texte {number}",) for number in range(150)]
GROUPS = [("miel", *(f"question {each} sur le miel {number}" for each in range(number))) for number in range(12)]


def fill(folder: Path, encoder: object) -> Path:
    embed(TEXTS, encoder, folder)
    encoder.encoded.clear()
    return folder / "vectors.sqlite"


def naive(encoder: object, group: tuple[str, ...]) -> list[float]:
    """Turn the first vector halfway to the mean of the others, number by number."""

    def unit(numbers: list[float]) -> list[float]:
        length = math.sqrt(sum(number**2 for number in numbers))
        return [number / length for number in numbers]

    first, *others = (encoder.encode_query(text).tolist() for text in group)
    if not others:
        return first
    mean = unit([sum(column) / len(others) for column in zip(*others, strict=True)])
    return unit([one + other for one, other in zip(first, mean, strict=True)])


def rows_of(encoder: object, groups: Sequence[tuple[str, ...]]) -> np.ndarray:
    return np.array([naive(encoder, group) for group in groups], dtype=np.float32)


@pytest.fixture(autouse=True)
def shipped(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of the vectors that come with Tresse, where there are none yet."""
    path = tmp_path_factory.mktemp("shipped") / "vectors.npz"
    monkeypatch.setattr("index.embeddings.SHIPPED", path)
    return path


def test_rows_follow_the_texts(tmp_path: Path, encoder: object) -> None:
    """Each row is the vector of its text, in order, from the model or from the cache."""
    expected = rows_of(encoder, TEXTS)
    first, encoded = embed(TEXTS, encoder, tmp_path)
    second, again = embed(TEXTS[::-1], encoder, tmp_path)
    assert (encoded, again) == (150, 0)
    np.testing.assert_array_equal(first, expected)
    np.testing.assert_array_equal(second, expected[::-1])


@pytest.mark.parametrize("batch", [1, 5, 256])
def test_a_row_stands_halfway_between_a_text_and_its_questions(
    tmp_path: Path, encoder: object, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """The questions count together as much as the text, however many they are and however they are cut into batches."""
    monkeypatch.setattr("index.embeddings._BATCH", batch)
    rows, encoded = embed(GROUPS, encoder, tmp_path)
    assert encoded == len(GROUPS)
    np.testing.assert_allclose(rows, rows_of(encoder, GROUPS), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-6)
    np.testing.assert_array_equal(embed(GROUPS, encoder, tmp_path)[0], rows)


def test_equal_groups_are_encoded_once(tmp_path: Path, encoder: object) -> None:
    """A passage that comes twice with the same questions costs one encoding, and has two rows."""
    rows, encoded = embed([("miel", "abeille ?"), ("pain",), ("miel", "abeille ?")], encoder, tmp_path)
    assert (encoded, sorted(encoder.encoded)) == (2, ["abeille ?", "miel", "pain"])
    np.testing.assert_array_equal(rows[0], rows[2])


def test_a_group_is_its_texts_and_their_parts(tmp_path: Path, encoder: object) -> None:
    """The same words as one text, as a text with a question, or the other way round, are other vectors."""
    groups = [("miel", "pain"), ("pain", "miel"), ("miel pain",), ("miel",), ("miel", "pain", "pain")]
    embed(groups[:1], encoder, tmp_path)
    rows, encoded = embed(groups, encoder, tmp_path)
    assert encoded == 4
    np.testing.assert_allclose(rows, rows_of(encoder, groups), atol=1e-6)


def test_only_new_texts_are_encoded(tmp_path: Path, encoder: object) -> None:
    """A text added to a corpus costs its own encoding, no more."""
    fill(tmp_path, encoder)
    assert embed([*TEXTS, ("nouveau",)], encoder, tmp_path)[1] == 1
    assert encoder.encoded == ["nouveau"]


def test_another_model_shares_nothing(tmp_path: Path, encoder: object, make_encoder: Callable[[str], object]) -> None:
    """Vectors of one model are never given for another's."""
    fill(tmp_path, encoder)
    assert embed(TEXTS, make_encoder("fake:2"), tmp_path)[1] == 150


def test_no_text_gives_no_row(tmp_path: Path, encoder: object) -> None:
    """Nothing to encode is an empty matrix of the right width."""
    assert embed([], encoder, tmp_path)[0].shape == (0, 16)


def test_progress_adds_up(tmp_path: Path, encoder: object) -> None:
    """The steps told to the bar add up to the number of rows, cached and repeated ones included."""
    steps: list[int] = []
    embed(TEXTS[:40], encoder, tmp_path)
    embed([*TEXTS, *GROUPS, *TEXTS[-2:]], encoder, tmp_path, advance=steps.append)
    assert sum(steps) == 164


def test_a_damaged_vector_is_computed_again(tmp_path: Path, encoder: object) -> None:
    """A vector whose bytes changed in the file is not believed."""
    path = fill(tmp_path, encoder)
    with sqlite3.connect(path) as cache:
        cache.execute("UPDATE vectors SET vector = zeroblob(64) WHERE key IN (SELECT key FROM vectors LIMIT 3)")
        cache.execute("UPDATE vectors SET vector = x'00' WHERE key IN (SELECT key FROM vectors ORDER BY key DESC LIMIT 2)")
    cache.close()
    rows, encoded = embed(TEXTS, encoder, tmp_path)
    assert encoded == 5
    np.testing.assert_array_equal(rows, rows_of(encoder, TEXTS))


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
    expected = rows_of(encoder, TEXTS)
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


def mirrored(encoder: object) -> np.ndarray:
    """Give rows that no model would, so that where they come from can be told."""
    return -rows_of(encoder, GROUPS)


def test_shipped_vectors_are_not_encoded(tmp_path: Path, shipped: Path, encoder: object) -> None:
    """What comes with Tresse serves as it is, each row by its content, in whatever order it is asked for."""
    rows = mirrored(encoder)
    ship(GROUPS, encoder, rows)
    assert shipped.is_file()
    found, encoded = embed([*GROUPS[::-1], GROUPS[3]], encoder, tmp_path)
    assert (encoded, encoder.encoded) == (0, [])
    np.testing.assert_array_equal(found, [*rows[::-1], rows[3]])


def test_shipped_vectors_are_of_their_texts_and_their_model_only(
    tmp_path: Path, encoder: object, make_encoder: Callable[[str], object]
) -> None:
    """A text that changed, a question more and another model are encoded; what did not change is taken beside them."""
    ship(GROUPS, encoder, mirrored(encoder))
    changed = [GROUPS[0], (*GROUPS[1], "Une autre question ?"), ("pain",)]
    rows, encoded = embed(changed, encoder, tmp_path / "one")
    assert encoded == 2
    np.testing.assert_array_equal(rows[0], mirrored(encoder)[0])
    np.testing.assert_allclose(rows[1:], rows_of(encoder, changed[1:]), atol=1e-6)
    other = make_encoder("fake:2")
    rows, encoded = embed(GROUPS, other, tmp_path / "two")
    assert encoded == len(GROUPS)
    np.testing.assert_allclose(rows, rows_of(other, GROUPS), atol=1e-6)


@pytest.mark.parametrize("damage", ["empty", "truncated", "flipped", "another", "objects"])
def test_damaged_shipped_vectors_are_done_without(
    tmp_path: Path, shipped: Path, encoder: object, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """In one line, and everything is computed: the file saves time, nothing depends on it."""
    ship(GROUPS, encoder, mirrored(encoder))
    content = shipped.read_bytes()
    middle = len(content) // 2
    if damage == "objects":
        np.savez(shipped, keys=np.array([{}], dtype=object), vectors=np.array([{}], dtype=object))
    elif damage == "another":
        np.savez(shipped, other=np.zeros(3))
    else:
        shipped.write_bytes(
            {
                "empty": b"",
                "truncated": content[:middle],
                "flipped": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
            }[damage]
        )
    rows, encoded = embed(GROUPS, encoder, tmp_path)
    assert encoded == len(GROUPS)
    np.testing.assert_allclose(rows, rows_of(encoder, GROUPS), atol=1e-6)
    assert [record.getMessage().split()[:2] for record in caplog.records] == [["Vecteurs", "fournis"]]
