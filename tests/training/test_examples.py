import gzip
import json
from pathlib import Path

import pytest

from errors import TresseError
from training.examples import Examples, is_held_out, read_examples

PASSAGE = {"pid": "a", "doc": "d", "heading": "Le four", "text": "Le four chauffe le samedi."}
PAIR = {"q": "quand ?", "pid": "a", "a": "le samedi"}
NEAR = {"q": "qui ?", "pid": "a"}


def write(folder: Path, passages: str, pairs: str, near: str) -> Path:
    for name, text in (("passages", passages), ("pairs", pairs), ("near", near)):
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_is_read_packed_or_not(tmp_path):
    """`.jsonl` and `.jsonl.gz` give the same questions on the same passages."""
    texts = [json.dumps(row) for row in (PASSAGE, PAIR, NEAR)]
    plain = read_examples(write(tmp_path, *texts))
    packed = tmp_path / "packed"
    packed.mkdir()
    for name, text in zip(("passages", "pairs", "near"), texts, strict=True):
        (packed / f"{name}.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    assert read_examples(packed) == plain
    assert plain.passages[plain.questions[0].passage].shown == "Le four\nLe four chauffe le samedi."
    assert (plain.questions[0].answer, plain.near[0].answer) == ("le samedi", "")


@pytest.mark.parametrize(
    ("passages", "pairs", "near", "sentence"),
    [
        (json.dumps(PASSAGE), "{", "", "pairs.jsonl, ligne 1.*pas un objet JSON"),
        (json.dumps(PASSAGE), "[]", "", "pairs.jsonl, ligne 1.*il manque «\u00a0q\u00a0»"),
        (json.dumps(PASSAGE), json.dumps(PAIR | {"a": " "}), "", "il manque «\u00a0a\u00a0»"),
        (json.dumps(PASSAGE), json.dumps(PAIR | {"a": "le lundi"}), "", "«\u00a0le lundi\u00a0» n’est pas dans le passage"),
        (json.dumps(PASSAGE), json.dumps(PAIR), json.dumps(NEAR | {"pid": "b"}), "near.jsonl, ligne 1.*«\u00a0b\u00a0»"),
        (f"{json.dumps(PASSAGE)}\n{json.dumps(PASSAGE)}", "", "", "passages.jsonl, ligne 2.*déjà donné"),
    ],
)
def test_a_bad_line_is_named_with_its_cure(tmp_path, passages, pairs, near, sentence):
    """The file, the line and what to do are in the sentence."""
    with pytest.raises(TresseError, match=sentence):
        read_examples(write(tmp_path, passages, pairs, near))


def test_a_missing_file_is_a_sentence(tmp_path):
    """What is not there is named, with where its format is."""
    with pytest.raises(TresseError, match=r"passages\.jsonl.*training/README\.md"):
        read_examples(tmp_path)


def test_no_question_is_on_both_sides(examples: Examples):
    """What is held out goes by documents, and the passages stay for both."""
    train, held_out = examples.training(), examples.held_out()
    assert len(train.questions) + len(held_out.questions) == len(examples.questions)
    assert [question.text for question in held_out.questions] == ["eau du puits"]
    assert [question.text for question in held_out.near] == ["prix du puits"]
    assert train.passages == held_out.passages == examples.passages


def test_about_one_document_in_twelve_is_held_out():
    """Over 2,400 names 200 are expected, with a standard deviation of 13.5."""
    assert 160 < sum(is_held_out(f"dépôt/{number}.md") for number in range(2_400)) < 240
