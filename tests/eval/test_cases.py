import json

import pytest

from answer.conversation import Turn
from errors import TresseError
from eval.cases import read_cases

GOOD = {"id": "ok", "split": "tune", "question": "Combien d’adhérents ?", "kind": "number"}
QUOTE = "Elle réunit 42 adhérents en Ardèche depuis 1998."


@pytest.fixture
def read(tmp_path, texts):
    """Read lines, given as objects or as they stand, as a file of questions."""

    def reading(*entries):
        path = tmp_path / "questions.jsonl"
        lines = [entry if isinstance(entry, str) else json.dumps(entry, ensure_ascii=False) for entry in entries]
        path.write_text("\n".join(lines), encoding="utf-8")
        return read_cases(path, texts)

    return reading


def test_whole_case(read):
    """Every field of a case is read."""
    turns = [{"role": "user", "content": "La Ruche ?"}, {"role": "assistant", "content": ""}]
    full = {**GOOD, "history": turns, "evidence": [[QUOTE]], "facts": ["42"], "part": "a+b", "note": "", "whole": "Combien ?"}
    (case,), faults = read(full)
    assert faults == ()
    assert case.history == (Turn("user", "La Ruche ?"), Turn("assistant", ""))
    assert (case.evidence, case.facts, case.whole) == (((QUOTE,),), ("42",), "Combien ?")
    assert case.parts == {"a", "b"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"questoin": "?"}, "le champ «\u00a0questoin\u00a0» n’existe pas"),
        ({"question": None}, "le champ «\u00a0question\u00a0» manque"),
        ({"evidence": [["La Ruche compte 43 adhérents."]]}, "ne figure dans aucun document"),
        ({"id": "ok"}, "l’identifiant «\u00a0ok\u00a0» est déjà pris"),
        ({"kind": "devinette"}, "le genre «\u00a0devinette\u00a0» n’existe pas"),
        ({"split": "dev"}, "la moitié «\u00a0dev\u00a0» n’existe pas"),
        ({"kind": ["number"]}, "le champ «\u00a0kind\u00a0» attend du texte"),
        ({"id": 3}, "le champ «\u00a0id\u00a0» attend du texte"),
        ({"part": 3}, "le champ «\u00a0part\u00a0» attend du texte"),
        ({"history": 3}, "le champ «\u00a0history\u00a0» n’est pas une liste"),
        ({"history": 0}, "le champ «\u00a0history\u00a0» n’est pas une liste"),
        ({"history": [{"role": "user"}]}, "un tour de «\u00a0history\u00a0»"),
        ({"history": [{"role": "system", "content": "?"}]}, "un tour de «\u00a0history\u00a0»"),
        ({"history": ["?"]}, "un tour de «\u00a0history\u00a0»"),
        ({"evidence": [[QUOTE, 4]]}, "le champ «\u00a0evidence\u00a0» attend du texte"),
        ({"evidence": [QUOTE]}, "est une liste de citations"),
        ({"evidence": [[]]}, "un groupe de «\u00a0evidence\u00a0» est vide"),
        ({"evidence": [[""]]}, "contient un texte vide"),
        ({"facts": [42]}, "le champ «\u00a0facts\u00a0» attend du texte"),
        ({"facts": [" "]}, "contient un texte vide"),
        ({"question": "\u200b"}, "ne peut pas être posé"),
        ({"question": "mot " * 300}, "ne peut pas être posé"),
        ({"whole": "mot " * 300}, "le champ «\u00a0whole\u00a0» ne peut pas être posé"),
    ],
)
def test_bad_case(read, change, said):
    """A bad case is one French sentence with the file, the line and the cure; the cases around it are kept."""
    cases, (fault,) = read(GOOD, {**GOOD, "id": "bad", **change}, {**GOOD, "id": "last"})
    assert [case.id for case in cases] == ["ok", "last"]
    assert said in fault
    assert fault.startswith("questions.jsonl, ligne 2\u00a0: ")
    assert fault.endswith(".")
    assert "\u00a0; " in fault


@pytest.mark.parametrize("line", ['{"id": ', "[1]", '"texte"', "[" * 100_000, "null"])
def test_broken_line(read, line):
    """A line that is no JSON object is said so; the cases around it are kept."""
    cases, (fault,) = read(GOOD, line, {**GOOD, "id": "last"})
    assert [case.id for case in cases] == ["ok", "last"]
    assert fault.startswith("questions.jsonl, ligne 2\u00a0: ce n’est pas")


def test_blank_lines_count(read):
    """Blank lines are skipped and counted, and a file may begin with a byte order mark."""
    (case,), (fault,) = read("\ufeff" + json.dumps(GOOD), "", "{")
    assert case.id == "ok"
    assert "ligne 3" in fault


def test_line_separators_inside_strings(read):
    """A string may hold the Unicode line separators that JSON allows."""
    (case,), faults = read({**GOOD, "note": "un\u2028deux\x85trois"})
    assert (case.note, faults) == ("un\u2028deux\x85trois", ())


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_unreadable_file(tmp_path, texts, content):
    """A file that is missing or not UTF-8 is an error with its name."""
    path = tmp_path / "absent.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TresseError, match=r"absent\.jsonl ne peut pas être lu"):
        read_cases(path, texts)
