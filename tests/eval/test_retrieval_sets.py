"""Sets of documents, queries and judgements: what is read, and what is said of a set that is not one."""

from pathlib import Path

import pytest

from errors import TresseError
from eval.retrieval_sets import Query, SetDocument, read_set, sample

CORPUS = '{"id": "a", "title": "La ruche", "text": "La reine pond."}\n{"id": "b", "text": "Le four chauffe."}\n'
QUERIES = '{"id": "q1", "text": "Qui pond ?"}\n{"id": "q2", "text": "Qui chauffe ?"}\n{"id": "q3", "text": "Qui vole ?"}\n'
QRELS = "q1\ta\t1\nq2\tb\t2\nq2\ta\t0\nq3\ta\t0\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in (("corpus.jsonl", CORPUS), ("queries.jsonl", QUERIES), ("qrels.tsv", QRELS)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def test_a_set_is_read_as_it_is_written(folder: Path):
    """Every document and judgement is there, a missing title is empty, a query without a relevant document is left out."""
    found = read_set(folder)
    assert (SetDocument("a", "La ruche", "La reine pond."), SetDocument("b", "", "Le four chauffe.")) == found.documents
    assert (Query("q1", "Qui pond ?"), Query("q2", "Qui chauffe ?")) == found.queries
    assert found.judgements == {"q1": {"a": 1}, "q2": {"b": 2, "a": 0}, "q3": {"a": 0}}
    assert folder.name == found.name


def test_line_ends_of_windows_and_blank_lines_are_no_fault(folder: Path):
    """The same set is read whatever the line ends."""
    plain = read_set(folder)
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n\r\n"))
    assert plain == read_set(folder)


def test_a_document_reads_whole_with_its_title_first():
    """Systems that know only a text are given the title too, and nothing in place of a missing one."""
    assert SetDocument("a", "La ruche", "La reine.").whole == "La ruche\n\nLa reine."
    assert SetDocument("b", "", "Le four.").whole == "Le four."


def test_the_digest_changes_with_the_documents_only(folder: Path):
    """Other queries are asked of the same index; another title or another order makes another one."""
    before = read_set(folder).digest
    (folder / "queries.jsonl").write_text(QUERIES.replace("pond", "dort"), encoding="utf-8")
    assert before == read_set(folder).digest
    (folder / "corpus.jsonl").write_text(CORPUS.replace("La ruche", "Le rucher"), encoding="utf-8")
    assert before != read_set(folder).digest


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("corpus.jsonl", CORPUS + "{", "corpus.jsonl, ligne 3\u00a0: ce n’est pas du JSON"),
        ("corpus.jsonl", CORPUS + "[]", "ligne 3\u00a0: ce n’est pas un objet JSON"),
        ("corpus.jsonl", CORPUS + '{"id": "a", "text": "x"}', "ligne 3\u00a0: l’identifiant «\u00a0a\u00a0» est déjà pris"),
        ("corpus.jsonl", CORPUS + '{"id": "c"}', "ligne 3\u00a0: le champ «\u00a0text\u00a0» manque"),
        (
            "corpus.jsonl",
            CORPUS + '{"id": 3, "text": "x"}',
            "ligne 3\u00a0: le champ «\u00a0id\u00a0» manque ou n’est pas un texte",
        ),
        ("corpus.jsonl", '{"id": "a", "title": " ", "text": ""}', "ligne 1\u00a0: le document «\u00a0a\u00a0» est vide"),
        ("corpus.jsonl", "\n", "corpus.jsonl est vide"),
        ("queries.jsonl", '{"id": "q1"}', "queries.jsonl, ligne 1\u00a0: le champ «\u00a0text\u00a0» manque"),
        ("qrels.tsv", "q1 a 1\n", "qrels.tsv, ligne 1\u00a0: ce n’est pas un jugement"),
        ("qrels.tsv", "q1\ta\tutile\n", "ligne 1\u00a0: ce n’est pas un jugement"),
        ("qrels.tsv", QRELS + "q9\ta\t1\n", "ligne 5\u00a0: «\u00a0q9\u00a0» n’est pas dans queries.jsonl"),
        ("qrels.tsv", QRELS + "q1\tz\t1\n", "ligne 5\u00a0: «\u00a0z\u00a0» n’est pas dans corpus.jsonl"),
        ("qrels.tsv", "q1\ta\t0\n", "ne juge aucun document pertinent"),
    ],
)
def test_a_malformed_set_is_told_with_its_file_and_line(folder: Path, name: str, content: str, said: str):
    """The first fault is one French sentence: the file, the line, what is wrong and what to do."""
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(TresseError) as fault:
        read_set(folder)
    assert said in str(fault.value)
    assert str(fault.value).endswith(".")


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_missing_or_unreadable_file_is_told(folder: Path, name: str):
    """A file that is not there, or not in UTF-8, is named."""
    (folder / name).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TresseError, match=f"{name} ne peut pas être lu"):
        read_set(folder)
    (folder / name).unlink()
    with pytest.raises(TresseError, match=f"{name} n’existe pas"):
        read_set(folder)


def test_a_sample_is_evenly_spaced(folder: Path):
    """Ten queries sampled to four keep the 1st, 3rd, 6th and 8th: floor(i × 10 / 4). More than there are keeps all."""
    lines = [f'{{"id": "q{number}", "text": "?"}}\n' for number in range(10)]
    (folder / "queries.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "qrels.tsv").write_text("".join(f"q{number}\ta\t1\n" for number in range(10)), encoding="utf-8")
    whole = read_set(folder)
    assert [query.id for query in sample(whole, 4).queries] == ["q0", "q2", "q5", "q7"]
    assert whole == sample(whole, None) == sample(whole, 99)
    with pytest.raises(TresseError, match="au moins une question"):
        sample(whole, 0)
