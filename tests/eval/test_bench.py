"""The bench: measures worked out by hand, our four rows on a tiny set, tables, and peers where they are installed."""

import argparse
import json
from collections.abc import Sequence
from math import log2
from pathlib import Path

import pytest

from answer.assistant import Assistant
from answer.evidence.reader import PassageReading, Reader
from answer.weights import Weights
from errors import TresseError
from eval import bench, set_index
from eval.bench import MEASURES, OURS, Result, Row, add_arguments, beaten, describe, main, measure, save, score, table
from eval.peers import PEERS, Chunk, Peer, chunks
from eval.retrieval_sets import Query, RetrievalSet, SetDocument
from index.encoder import Encoder
from ingest.passages import Passage
from settings import Settings

TEXTS = {
    "ruche/1": ("La ruche", "La reine pond les œufs dans la ruche. Une ruche compte 40 000 abeilles en été."),
    "pain": ("", "Le boulanger pétrit la farine. Le four chauffe à 250 degrés."),
    "train": ("Les trains", "Le contrôleur vérifie les billets des voyageurs dans le wagon."),
}


@pytest.fixture
def encoder(assistant: Assistant) -> Encoder:
    return assistant.index.encoder


@pytest.fixture(autouse=True)
def computable(monkeypatch: pytest.MonkeyPatch, reader: Reader) -> None:
    """What reads is not the packaged model."""
    monkeypatch.setattr(set_index, "open_reader", lambda _: reader)


@pytest.fixture
def small() -> RetrievalSet:
    documents = tuple(SetDocument(name, title, text) for name, (title, text) in TEXTS.items())
    queries = (Query("q1", "Qui pond les œufs ?"), Query("q2", "Qui pétrit la farine ?"))
    return RetrievalSet("petit", documents, queries, {"q1": {"ruche/1": 1}, "q2": {"pain": 1, "train": 0}})


@pytest.fixture
def folder(tmp_path: Path, small: RetrievalSet) -> Path:
    records = [{"id": document.id, "title": document.title, "text": document.text} for document in small.documents]
    asked = [{"id": query.id, "text": query.text} for query in small.queries]
    for name, lines in (("corpus.jsonl", records), ("queries.jsonl", asked)):
        (tmp_path / name).write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("q1\truche/1\t1\nq2\tpain\t1\nq2\ttrain\t0\n", encoding="utf-8")
    return tmp_path


def _row(system: str, label: str, value: float, spent: float = 10.0) -> Row:
    return Row(system, label, dict.fromkeys(MEASURES, value), (value, value), spent, spent)


def test_measures_are_those_worked_out_by_hand(small: RetrievalSet):
    """First at rank 1 gives 1 everywhere; first at rank 3 gives nDCG 1/log2(4), nothing at 1 and all from 5."""
    pytest.importorskip("ir_measures")
    found = {"q1": ["ruche/1", "pain"], "q2": ["train", "ruche/1", "pain"]}
    expected = {"nDCG@10": [1.0, 1 / log2(4)], "R@1": [1.0, 0.0], "R@5": [1.0, 1.0], "R@10": [1.0, 1.0]}
    values = score(small, found)
    assert {name: pytest.approx(of) for name, of in expected.items()} == values


def test_a_document_ranks_as_its_best_passage(small: RetrievalSet):
    """Passages of one document that follow its best one take nobody's place."""
    pytest.importorskip("ir_measures")
    found = {"q1": ["pain", "pain", "pain", "pain", "pain", "ruche/1", "ruche/1"], "q2": ["pain"]}
    assert [1 / log2(3), 1.0] == pytest.approx(score(small, found)["nDCG@10"])


def test_a_query_that_finds_nothing_counts_for_nought(small: RetrievalSet):
    """It is not left out of the mean."""
    pytest.importorskip("ir_measures")
    values = score(small, {"q1": [], "q2": ["pain"]})
    assert {name: [0.0, 1.0] for name in MEASURES} == values


def test_our_four_rows_come_from_the_real_index(small: RetrievalSet, encoder: Encoder, tmp_path: Path):
    """Words, vectors, both and the reader find what shares its words with the question, under the ids of the set."""
    pytest.importorskip("ir_measures")
    result = measure(small, tuple(OURS), encoder, tmp_path)
    assert list(OURS.values()) == [row.label for row in result.rows]
    assert [row.measures["R@1"] for row in result.rows] == [1.0, 1.0, 1.0, 1.0]
    assert all(row.ms_query > 0 and row.index_seconds > 0 for row in result.rows)
    assert (result.documents, result.queries) == (3, 2)


def test_words_alone_and_vectors_alone_are_what_they_say(small: RetrievalSet, encoder: Encoder, tmp_path: Path):
    """By words, a document without a word of the question scores 0; by vectors the order is that of the cosines."""
    index = bench.SetIndex(small, encoder, tmp_path)
    assert index.search("words")("reine")[0] == "ruche/1"
    vector = encoder.encode_query("billets des voyageurs")
    cosines = {
        name: max(float(vector @ encoder.encode_query(text)) for text in (f"{title}. {text}".lstrip(". "), *_sentences(text)))
        for name, (title, text) in TEXTS.items()
    }
    assert max(cosines, key=lambda name: cosines[name]) == index.search("vectors")("billets des voyageurs")[0]


def _sentences(text: str) -> list[str]:
    return [f"{sentence}." for sentence in text.rstrip(".").split(". ")]


class Contrary:
    """Reads an answer where bread is made, and nowhere else."""

    def read(self, question: str, passages: Sequence[Passage]) -> tuple[PassageReading, ...]:  # noqa: ARG002
        """Give what tells of flour a score that no search makes up for."""
        return tuple(PassageReading(1000.0 if "farine" in each.text else -1000.0, (1.0,)) for each in passages)


def test_only_our_whole_row_is_read(small: RetrievalSet, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What the reader says orders the row of that name, and none of the three before it."""
    weighed = Weights({"read": 6, "expanded": 1.0, "plain": 1.0, "pull": 0.0}, {}, {}, "by hand")
    monkeypatch.setattr(set_index, "open_reader", lambda _: Contrary())
    monkeypatch.setattr("answer.assistant.read_weights", lambda: weighed)
    index = bench.SetIndex(small, encoder, tmp_path)
    firsts = {system: index.search(system)("Qui pond les œufs dans la ruche ?")[0] for system in OURS}
    assert firsts == {"words": "ruche/1", "vectors": "ruche/1", "search": "ruche/1", "tresse": "pain"}


def test_an_index_is_built_once(small: RetrievalSet, encoder: Encoder, tmp_path: Path):
    """The second run finds the index of the first and gives the time that it took; other documents get another index."""
    first = bench.SetIndex(small, encoder, tmp_path)
    (generation,) = tmp_path.glob("petit-*/index/g*")
    again = bench.SetIndex(small, encoder, tmp_path)
    assert [generation] == list(tmp_path.glob("petit-*/index/g*"))
    assert first.seconds == again.seconds
    fewer = RetrievalSet("petit", small.documents[:2], small.queries, small.judgements)
    bench.SetIndex(fewer, encoder, tmp_path)
    assert len(list(tmp_path.glob("petit-*"))) == 2


def test_changed_code_builds_again_and_keeps_the_time(small: RetrievalSet, encoder: Encoder, tmp_path: Path):
    """The vectors being kept, the second build says nothing of the time to index."""
    bench.SetIndex(small, encoder, tmp_path)
    (note,), (current,) = tmp_path.glob("petit-*/built.json"), tmp_path.glob("petit-*/index/current")
    before = current.read_text(encoding="utf-8")
    note.write_text(json.dumps({"code": "another", "seconds": 123.0}), encoding="utf-8")
    assert bench.SetIndex(small, encoder, tmp_path).seconds == 123.0
    assert before != current.read_text(encoding="utf-8")
    assert json.loads(note.read_text(encoding="utf-8"))["code"] != "another"


def test_the_best_of_each_column_is_marked():
    """Highest for a measure, lowest for a time, all of them where they are equal as shown."""
    rows = (_row("tresse", "Tresse", 0.9), _row("haystack", "Haystack", 0.90001, spent=5.0), _row("txtai", "txtai", 0.7))
    ours, haystack, txtai = table(Result("petit", 3, 2, rows)).splitlines()[4:7]
    assert ours.count("**90.0**") == 4
    assert (haystack.count("**90.0**"), haystack.count("**5.0**")) == (4, 2)
    assert "**" not in txtai


def test_what_beats_ours_is_said():
    """A peer that is better on a column is named with both figures; when none is, that is said too."""
    tresse = _row("tresse", "Tresse", 0.9)
    better = beaten((tresse, _row("txtai", "txtai", 0.95, spent=20.0)))
    wins = ", ".join(f"{name} (95.0 contre 90.0)" for name in MEASURES)
    assert [f"txtai fait mieux que Tresse\u00a0: {wins}."] == better
    assert beaten((tresse, _row("txtai", "txtai", 0.9))) == [
        "Aucun système ne fait mieux que Tresse sur une mesure de ce tableau."
    ]
    assert beaten((_row("txtai", "txtai", 0.9), _row("haystack", "Haystack", 0.8))) == []


def test_what_is_saved_says_what_was_measured(encoder: Encoder, tmp_path: Path):
    """The file holds the commit, the model, the weights and every figure of every set."""
    result = Result("petit", 3, 2, (_row("tresse", "Tresse", 0.9),))
    record = json.loads(save(describe([result], encoder, "abc1234"), tmp_path).read_text(encoding="utf-8"))
    assert ("abc1234", encoder.fingerprint) == (record["commit"], record["model"])
    assert {"words.text", "words.headings", "vectors"} == record["weights"].keys()
    (row,) = record["sets"][0]["rows"]
    assert dict.fromkeys(MEASURES, 0.9) == row["measures"]


def test_the_command_measures_shows_and_writes(
    folder: Path, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """One system on one query, with the model asked for, gives a table of one row and a file; the exit status is 0."""
    pytest.importorskip("ir_measures")
    opened: list[str] = []
    monkeypatch.setattr(bench, "open_encoder", lambda name: opened.append(name) or encoder)
    monkeypatch.setattr(bench, "INDEXES", tmp_path / "bench")
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "results")
    assert main(_arguments(str(folder), "--only", "words", "--queries", "1", "--model", "un/autre")) == 0
    assert opened == ["un/autre"]
    shown = capsys.readouterr().out
    assert "3 documents, 1 questions" in shown
    assert "Tresse, mots seuls" in shown
    (written,) = (tmp_path / "results").iterdir()
    assert str(written) in shown


def test_a_peer_that_is_not_installed_is_a_sentence(
    folder: Path, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """The others are measured all the same, how to install it is said, and the exit status is 1."""
    pytest.importorskip("ir_measures")
    absent = Peer("Absent", ("no_such_module_anywhere",), PEERS["txtai"].open)
    monkeypatch.setattr(bench, "PEERS", {**PEERS, "txtai": absent})
    monkeypatch.setattr(bench, "open_encoder", lambda _: encoder)
    monkeypatch.setattr(bench, "INDEXES", tmp_path / "bench")
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "results")
    assert main(_arguments(str(folder), "--only", "txtai", "--only", "tresse")) == 1
    captured = capsys.readouterr()
    assert "Absent n’est pas installé" in captured.err
    assert "pip install -r requirements-bench.txt" in captured.err
    assert "| Tresse " in captured.out


def test_without_a_model_all_search_with_ours():
    """The packaged encoder is the one that the settings name."""
    assert _arguments("ensemble").model == Settings().model


def _arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_chunks_hold_the_whole_document_in_pieces_of_600():
    """Every word is in a chunk, the title in the first, and no chunk is longer than 600 characters."""
    text = " ".join(f"mot{number}" for number in range(400))
    pieces = chunks([SetDocument("a", "Le titre", text)])
    assert all(len(piece.text) <= 600 and piece.document == "a" for piece in pieces)
    assert pieces[0].text.startswith("Le titre")
    assert set(text.split()) <= {word for piece in pieces for word in piece.text.split()}


@pytest.mark.parametrize("name", ["langchain", "haystack"])
def test_a_peer_finds_the_document_of_the_question(name: str, encoder: Encoder, small: RetrievalSet):
    """Each gives document ids, best first, equal texts of two documents being two."""
    _skip_unless_installed(PEERS[name])
    pieces = [*chunks(small.documents), Chunk("copie", TEXTS["pain"][1])]
    search = PEERS[name].open(pieces, encoder)
    assert {"pain", "copie"} == set(search("boulanger pétrit farine")[:2])
    assert search("reine pond œufs")[0] == "ruche/1"


@pytest.mark.model
def test_txtai_finds_the_document_of_the_question(encoder: Encoder, small: RetrievalSet):
    """It reads the packaged model by itself."""
    _skip_unless_installed(PEERS["txtai"])
    assert PEERS["txtai"].open(chunks(small.documents), encoder)("boulanger pétrit farine")[0] == "pain"


def _skip_unless_installed(peer: Peer) -> None:
    try:
        peer.check()
    except TresseError as fault:
        pytest.skip(str(fault))
