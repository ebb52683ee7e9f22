"""Tests of the build and of what it reports."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from errors import TresseError
from index.assembly import assemble, embedded_texts
from index.build import Changes, build_index
from index.embeddings import SHIPPED, embed
from index.encoder import Encoder, Vectors, open_encoder
from index.generation import current_generation
from index.intake import take_in
from index.store import open_index
from index.vectors import read_vectors
from ingest.corpus import find_corpus
from settings import Settings


def test_a_first_build_adds_and_encodes_everything(expanded: Settings, encoder: object) -> None:
    """Four passages give four vectors, made of four texts and three questions, each encoded once."""
    report = build_index(expanded, progress=False, encoder=encoder)
    assert report.changes == Changes(("abeilles", "pain"), (), (), ())
    assert report.counts == {"documents": 2, "passages": 4, "spans": 10, "questions": 3, "vectors": 4}
    assert (report.embedded, report.reused) == (4, 0)
    assert len(encoder.encoded) == len(set(encoder.encoded)) == 7


def test_an_unchanged_corpus_encodes_nothing(expanded: Settings, encoder: object) -> None:
    """A rebuild of the same corpus finds every vector in the cache and gives the same index."""
    build_index(expanded, progress=False, encoder=encoder)
    before = open_index(expanded, encoder=encoder).search("miel")
    encoder.encoded.clear()
    report = build_index(expanded, progress=False, encoder=encoder)
    assert report.changes == Changes((), (), (), ("abeilles", "pain"))
    assert (report.embedded, report.reused, encoder.encoded) == (0, 4, [])
    assert open_index(expanded, encoder=encoder).search("miel") == before


def test_what_changed_is_reported_and_only_that_is_encoded(expanded: Settings, encoder: object) -> None:
    """One document changed by a sentence, one removed, one added."""
    build_index(expanded, progress=False, encoder=encoder)
    bees = expanded.corpus / "abeilles.md"
    bees.write_text(bees.read_text(encoding="utf-8").replace("Le miel vient du nectar.", "Le miel vient des fleurs."), "utf-8")
    (expanded.corpus / "pain.md").rename(expanded.corpus / "pains.md")
    encoder.encoded.clear()
    report = build_index(expanded, progress=False, encoder=encoder)
    assert report.changes == Changes(("pains",), ("abeilles",), ("pain",), ())
    assert report.embedded == 2  # the changed passage, and the first of the document that took another name
    assert "Le miel vient des fleurs." in "".join(encoder.encoded)
    assert "La reine pond les œufs." not in "".join(encoder.encoded)


def test_a_changed_expansion_changes_its_document(expanded: Settings, encoder: object) -> None:
    """A question reworded is a change of the document that it leads to, and one vector to make: of its passage."""
    build_index(expanded, progress=False, encoder=encoder)
    path = expanded.corpus / "abeilles.expansions.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("Quelle plante violette", "Quelle fleur mauve"), "utf-8")
    encoder.encoded.clear()
    report = build_index(expanded, progress=False, encoder=encoder)
    assert report.changes == Changes((), ("abeilles",), (), ("pain",))
    assert report.embedded == 1
    assert "Quelle fleur mauve ?" in encoder.encoded


def test_the_manifest_says_what_the_index_was_made_of(expanded: Settings, encoder: object) -> None:
    """Model, dimension, corpus, counts and library versions stand in the manifest."""
    report = build_index(expanded, progress=False, encoder=encoder)
    manifest = current_generation(expanded.index).manifest
    assert (manifest.model, manifest.dimension) == ("fake:1", 16)
    assert set(manifest.corpus) == {"abeilles.md", "abeilles.expansions.jsonl", "pain.md"}
    assert manifest.counts == report.counts
    assert {"faiss-cpu", "tantivy", "torch"} <= set(manifest.versions)


def test_a_vector_is_made_of_a_passage_and_of_the_questions_that_lead_to_it(expanded: Settings) -> None:
    """A passage stands under its last two titles, on a line of their own; questions follow as they are, each once."""
    path = expanded.corpus / "abeilles.expansions.jsonl"
    again = '{"quote": "Une ruche compte", "questions": ["Qui pond dans la ruche ?", "Combien ?"], "terms": ["essaim"]}\n'
    path.write_text(path.read_text(encoding="utf-8") + again, encoding="utf-8")
    taken = take_in(find_corpus(expanded.corpus), expanded.corpus, None, progress=False)
    texts = embedded_texts(assemble(taken.prepared))
    assert [len(group) for group in texts] == [3, 3, 1, 1]
    hive = "Abeilles > Les abeilles\nUne ruche compte 40 000 abeilles en été. La reine pond les œufs."
    assert texts[0][0] == hive
    assert set(texts[0][1:]) == {"Qui pond dans la ruche ?", "Combien ?"}
    assert texts[1][0].startswith("Les abeilles > Le miel\nLe miel vient du nectar.")
    assert set(texts[1][1:]) == {"Quelle plante violette ?", "D’où vient la douceur des tartines ?"}
    assert texts[2] == ("Pain > Le pain\nLe boulanger pétrit la farine. Le four chauffe à 250 degrés.",)


class Renamed:
    """A model under another name, of which nothing is shipped."""

    fingerprint = "renamed:1"

    def __init__(self, of: Encoder) -> None:
        self.dimension, self.encode_query, self.encode_documents = of.dimension, of.encode_query, of.encode_documents


class Refusing:
    """A model that must not be asked to encode what is indexed."""

    def __init__(self, of: Encoder) -> None:
        self.fingerprint, self.dimension, self.encode_query = of.fingerprint, of.dimension, of.encode_query

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Fail."""
        pytest.fail(f"{len(texts)} texts are not in models/vectors.npz: run python -m index ship")


@pytest.mark.model
def test_a_first_start_on_the_shipped_corpus_encodes_nothing(tmp_path: Path) -> None:
    """Every passage of it has its vector in models/vectors.npz, and those are what the shipped model gives."""
    settings = Settings(index=tmp_path / "index", embeddings=tmp_path / "embeddings")
    assert SHIPPED.is_file()
    encoder = open_encoder(settings.model)
    report = build_index(settings, progress=False, encoder=Refusing(encoder))
    assert report.embedded == 0
    assert report.reused == report.counts["passages"] > 100
    taken = take_in(find_corpus(settings.corpus), settings.corpus, None, progress=False)
    texts = embedded_texts(assemble(taken.prepared))
    shipped = read_vectors(current_generation(settings.index).folder)
    for number in sorted(range(len(texts)), key=lambda number: len(texts[number]))[:5]:  # those that cost least
        (row,), _ = embed([texts[number]], Renamed(encoder), tmp_path / "anew")
        assert shipped.cosines(row, np.array([number])) == pytest.approx([1.0], abs=1e-4)


def test_a_folder_that_cannot_be_written_is_said(settings: Settings, encoder: object, tmp_path: Path) -> None:
    """The sentence names the folder and what to check."""
    (tmp_path / "index").write_text("a file where the folder should be")
    with pytest.raises(TresseError, match=r"n’a pas pu être écrit dans .*index.*python -m index build"):
        build_index(settings, progress=False, encoder=encoder)


def test_a_stale_expansion_is_left_out_and_said_at_each_build(expanded: Settings, encoder: object) -> None:
    """A quote that no longer stands is named until it is mended; the document and its other expansions are indexed."""
    stale = '{"quote": "Absente.", "questions": ["q"], "terms": ["t"]}\n'
    sound = '{"quote": "Le boulanger pétrit la farine.", "questions": ["Qui pétrit ?"], "terms": ["fournil"]}\n'
    (expanded.corpus / "pain.expansions.jsonl").write_text(stale + sound, encoding="utf-8")
    for _ in range(2):
        report = build_index(expanded, progress=False, encoder=encoder)
        (fault,) = report.asides
        assert (fault.name, fault.fault, report.sound) == ("pain.md", True, False)
        assert "ligne 1" in fault.reason
        assert "Absente" in fault.reason
        assert open_index(expanded, encoder=encoder).search("Qui pétrit ?")[0].passage.document == "pain"


def test_progress_is_shown_on_standard_error_only(
    settings: Settings, encoder: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bar never mixes with what is printed, and can be left out."""
    build_index(settings, progress=False, encoder=encoder)
    assert capsys.readouterr() == ("", "")
    build_index(settings, progress=True, encoder=encoder)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "100%" in shown.err
