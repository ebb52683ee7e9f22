"""Tests of what became of saved answers and evidence after the documents changed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from errors import TresseError
from index.__main__ import main
from index.build import build_index
from index.rot import find_rot
from ingest.document import Document
from settings import Settings

TEXT = "La reine pond les œufs. Le miel vient du nectar."
DOCUMENTS = {"abeilles": Document("abeilles", "Abeilles", TEXT, (), (), ())}

Rot = Callable[..., list[str]]


def cited(quote: str, start: int, document: str = "abeilles") -> dict[str, object]:
    return {"document": document, "start": start, "end": start + len(quote), "quote": quote}


@pytest.fixture
def rot(tmp_path: Path) -> Rot:
    """Find the rot in records, each on a line of its own; a text is a line as it is."""

    def found(*records: object) -> list[str]:
        lines = (each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in records)
        path = tmp_path / "gardées.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return list(find_rot(path, DOCUMENTS))

    return found


def test_what_stands_where_it_is_said_to_is_sound(rot: Rot) -> None:
    """Citations at their offsets, evidence anywhere; lines without either, and blank ones, say nothing."""
    assert rot({"citations": [cited("La reine pond les œufs.", 0), cited("nectar", TEXT.index("nectar"))]}) == []
    assert rot({"evidence": [["absent", "pond"], ["nectar"]]}, {"question": "?"}, "", "  ", {"citations": []}) == []


def test_a_citation_that_moved_is_told_from_one_that_is_gone(rot: Rot) -> None:
    """One sentence each, with the line, the quote and the cure."""
    moved, gone, lost = rot(
        {"citations": [cited("Le miel vient", 0)]},
        {"citations": [cited("La reine pond les œufs.", 0), cited("La reine dort.", 0)]},
        {"citations": [cited("La reine pond", 0, "pain")]},
    )
    assert moved == (
        "gardées.jsonl, ligne 1\u00a0: la citation «\u00a0Le miel vient\u00a0» a changé de place dans abeilles. "
        "Posez de nouveau la question."
    )
    assert gone == (
        "gardées.jsonl, ligne 2\u00a0: la citation «\u00a0La reine dort.\u00a0» ne figure plus dans abeilles. "
        "Posez de nouveau la question."
    )
    assert lost == (
        "gardées.jsonl, ligne 3\u00a0: le document «\u00a0pain\u00a0» n’est plus dans l’index. Posez de nouveau la question."
    )


def test_evidence_that_stands_nowhere_is_said(rot: Rot) -> None:
    """Of each group one quote must stand; a long one is cut in the sentence."""
    (fault,) = rot({"evidence": [["nectar"], ["y" * 200, "z"]]})
    assert f"la preuve «\u00a0{'y' * 80}…\u00a0» ne figure plus" in fault
    assert "Corrigez-la ou retirez la question." in fault


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "3",
        '"citations"',
        "null",
        "[" * 100_000,
        '{"citations": null}',
        '{"citations": 3}',
        '{"citations": [{}]}',
        '{"citations": ["x"]}',
        '{"citations": [{"document": [], "quote": "x", "start": 0, "end": 1}]}',
        '{"citations": [{"document": "abeilles", "quote": "x", "start": "zéro", "end": 1}]}',
        '{"citations": [{"document": "abeilles", "quote": "x", "start": Infinity, "end": 1}]}',
        '{"evidence": [[]]}',
        '{"evidence": [[3]]}',
        '{"evidence": [3]}',
    ],
)
def test_a_line_that_is_neither_is_named_and_the_others_are_read(rot: Rot, line: str) -> None:
    """Whatever is wrong with it, it costs one line."""
    faults = rot(line, {"citations": [cited("absente", 0)]})
    assert (
        faults[0]
        == "gardées.jsonl, ligne 1\u00a0: ce n’est ni une réponse ni une question d’évaluation. Retirez-la ou corrigez-la."
    )
    assert faults[1].startswith("gardées.jsonl, ligne 2\u00a0: la citation")


def test_a_line_may_hold_any_character(rot: Rot) -> None:
    """Only a line feed ends a line of JSON: the ends of lines that Unicode knows stand in texts."""
    assert rot({"query": "un\u2028deux\x85trois\x1c", "citations": [cited("La reine", 0)]}) == []


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A missing one, and one that is no UTF-8."""
    (tmp_path / "latin").write_bytes(b"\xe9")
    for name in ("absent", "latin"):
        with pytest.raises(TresseError, match=rf"{name} ne peut pas être lu.*UTF-8"):
            list(find_rot(tmp_path / name, DOCUMENTS))


def test_verify_reports_the_rot_of_the_files_it_is_given(
    expanded: Settings, encoder: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The status is 1 where a citation rotted, and each file that is sound says so."""
    for name in ("corpus", "index", "embeddings"):
        monkeypatch.setenv(f"TRESSE_{name.upper()}", str(getattr(expanded, name)))
    build_index(expanded, progress=False, encoder=encoder)
    saved = [tmp_path / "saine.jsonl", tmp_path / "pourrie.jsonl"]
    for path, quote in zip(saved, ("La reine pond les œufs.", "La reine chante."), strict=True):
        path.write_text(json.dumps({"evidence": [[quote]]}) + "\n", encoding="utf-8")
    assert main(["verify", str(saved[0])]) == 0
    assert "saine.jsonl\u00a0: chaque citation figure encore" in capsys.readouterr().out
    assert main(["verify", *map(str, saved), str(tmp_path / "absente.jsonl")]) == 1
    said = capsys.readouterr()
    assert "saine.jsonl" in said.out
    assert "pourrie.jsonl, ligne 1\u00a0: la preuve «\u00a0La reine chante.\u00a0»" in said.err
    assert "absente.jsonl ne peut pas être lu" in said.err
    bees = expanded.corpus / "abeilles.md"
    bees.write_text(bees.read_text(encoding="utf-8").replace("La reine pond", "Une reine pond"), encoding="utf-8")
    build_index(expanded, progress=False, encoder=encoder)
    assert main(["verify", str(saved[0])]) == 1
    assert "saine.jsonl, ligne 1" in capsys.readouterr().err
