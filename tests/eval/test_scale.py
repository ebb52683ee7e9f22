"""The corpus made to measure the index as it grows, and what stands in for a model on it."""

import numpy as np

from eval.scale import SEARCHES, QuickEncoder, Recorded, find_halves, main, measure, write_corpus
from ingest.reader import read_bytes

TEXTS = (
    "Les coopératives réunissent des entrepreneurs salariés dans les communes rurales. Trop court.",
    "Un groupement d’employeurs partage ses salariés entre plusieurs exploitations voisines.",
)


def test_sentences_are_cut_in_two_near_their_middle():
    """Whole sentences of some length only, cut at a space, nothing lost."""
    begins, ends = find_halves(TEXTS)
    assert len(begins) == len(ends) == 2
    assert begins[1] + ends[1] == TEXTS[1]
    assert all(end.startswith(" ") and end.endswith(".") for end in ends)


def test_the_corpus_has_the_passages_asked_for_and_is_always_the_same(tmp_path):
    """Forty-five passages stand in three documents of sections; a second corpus is equal to the byte."""
    halves = find_halves(TEXTS)
    for name in ("one", "two"):
        write_corpus(tmp_path / name, 45, halves)
    files = sorted((tmp_path / "one").iterdir())
    assert [path.read_bytes() for path in files] == [path.read_bytes() for path in sorted((tmp_path / "two").iterdir())]
    readings = [read_bytes(path.stem, path.suffix, path.read_bytes()) for path in files]
    assert [len(reading.passages) for reading in readings] == [20, 20, 5]


def test_the_quick_encoder_gives_unit_vectors_of_words():
    """Equal words, equal vectors; shared words, nearer than none."""
    one, same, near, far = QuickEncoder().encode_documents(["le pain chaud", "pain le chaud", "le pain", "abeille"])
    assert np.allclose(np.linalg.norm([one, near, far], axis=1), 1)
    assert np.allclose(one, same)
    assert one @ near > one @ far


def test_what_is_encoded_is_kept():
    """The library alone is asked the very texts of the build."""
    recorded = Recorded(QuickEncoder())
    recorded.encode_documents(["a b", "c"])
    recorded.encode_query("d")
    assert recorded.texts == ["a b", "c"]


def test_one_size_is_measured_from_the_corpus_to_the_searches(tmp_path, monkeypatch, capsys):
    """With the quick encoder: every passage, each of the searches, an index that another process opens."""
    monkeypatch.setattr("eval.scale._opening", lambda _: (0.5, 1_000_000))
    measured = measure(tmp_path, 45, find_halves(TEXTS), real=False)
    assert (measured.passages, measured.alone, len(measured.searches)) == (45, None, SEARCHES)
    assert (measured.opening, measured.resident) == (0.5, 1_000_000)
    assert min(measured.build, measured.unchanged, measured.one_changed, *measured.searches) > 0
    assert measured.disk == sum(path.stat().st_size for path in (tmp_path / "index").rglob("*") if path.is_file())
    capsys.readouterr()
    assert main(["--open", str(tmp_path / "corpus"), str(tmp_path / "index")]) == 0
    seconds, resident = capsys.readouterr().out.split()
    assert 0 < float(seconds) < 60
    assert int(resident) > 1_000_000
