"""Tests of what a verification finds in the content, where the files are as published."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index.build import build_index
from index.content import Content
from index.store import open_content
from index.verify import verify
from ingest.document import Span
from ingest.file_state import file_state
from ingest.passages import Passage
from settings import Settings


def shifted(passage: Passage) -> Passage:
    return replace(passage, start=passage.start + 1)


def overflowing(passage: Passage) -> Passage:
    return replace(passage, spans=(Span(passage.start, passage.end + 1),))


@pytest.mark.parametrize(("change", "said"), [(shifted, "n’est pas le texte"), (overflowing, "a une phrase hors de lui")])
def test_a_passage_that_is_not_exact_is_named(
    expanded: Settings,
    encoder: object,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Passage], Passage],
    said: str,
) -> None:
    """A passage or a span off by one character is a fault, even in a file with a right checksum."""
    build_index(expanded, progress=False, encoder=encoder)

    def faulty(generation: object) -> Content:
        content = open_content(generation)
        return replace(content, passages=(content.passages[0], change(content.passages[1]), *content.passages[2:]))

    monkeypatch.setattr("index.verify.open_content", faulty)
    faults = [fault for check in verify(expanded) for fault in check.faults]
    assert any("Le passage 1 (abeilles" in fault and said in fault for fault in faults)
    assert not any("Le passage 0" in fault or "Le passage 2" in fault for fault in faults)


def test_a_sound_index_has_no_fault(expanded: Settings, encoder: object) -> None:
    """Every check passes after a build."""
    build_index(expanded, progress=False, encoder=encoder)
    assert [check.faults for check in verify(expanded)] == [()] * 5


def test_a_file_that_the_disk_says_is_the_same_is_hashed_where_that_is_asked(
    expanded: Settings, encoder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deep verification believes no size, no time and no inode."""
    build_index(expanded, progress=False, encoder=encoder)
    state = file_state(expanded.corpus / "pain.md")
    (expanded.corpus / "pain.md").write_text("# Autre\n", encoding="utf-8")
    monkeypatch.setattr("ingest.corpus.file_state", lambda path: state if path.name == "pain.md" else file_state(path))
    quick, deep = ([fault for check in verify(expanded, deep=each) for fault in check.faults] for each in (False, True))
    assert not any("corpus a changé" in fault for fault in quick)
    assert any("corpus a changé" in fault and "pain.md" in fault for fault in deep)


def test_a_missing_corpus_is_a_fault(expanded: Settings, encoder: object, tmp_path: Path) -> None:
    """Without the corpus the index still verifies, and the missing folder is said."""
    build_index(expanded, progress=False, encoder=encoder)
    expanded.corpus.rename(tmp_path / "moved")
    checks = list(verify(expanded))
    assert [bool(check.faults) for check in checks] == [False, False, False, True, True]
    assert str(expanded.corpus) in checks[3].faults[0]
