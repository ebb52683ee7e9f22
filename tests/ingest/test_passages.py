"""How paragraphs, long and short, are cut."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.canonical import document
from ingest.descriptor import Descriptor
from ingest.document import Document
from ingest.formats.plain import plain_layout
from ingest.passages import MOST_SENTENCES, PASSAGE_LENGTH, SPAN_LENGTH, split


def read(text: str) -> Document:
    return document(plain_layout(text.splitlines(), Descriptor("Essai")), "essai", "Essai")


def test_a_long_paragraph_is_cut_between_sentences_into_even_passages() -> None:
    """Twelve sentences of 200 characters: no passage beyond the limits, none with a lone rest."""
    text = " ".join(f"Phrase {number} " + "mot " * 47 + "fin." for number in range(12)) + "\n"
    passages = split(read(text))
    assert sum(len(passage.spans) for passage in passages) == 12
    assert all(len(passage.text) <= PASSAGE_LENGTH for passage in passages)
    assert {len(passage.spans) for passage in passages} <= {3, 4}


def test_many_short_sentences_make_passages_of_at_most_five() -> None:
    """Eleven short sentences are cut in three: 4, 3 and 4."""
    passages = split(read(" ".join(f"Il dit {number}." for number in range(11)) + "\n"))
    assert [len(passage.spans) for passage in passages] == [4, 3, 4]
    assert max(len(passage.spans) for passage in passages) <= MOST_SENTENCES


def test_a_sentence_too_long_to_quote_is_cut_at_a_comma() -> None:
    """A sentence of 2,000 characters becomes several spans, each ending after a comma but the last."""
    whole = read("Voici " + "une chose assez longue, " * 90 + "fin.\n")
    spans = [span for passage in split(whole) for span in passage.spans]
    assert len(spans) > 1
    assert all(span.end - span.start <= SPAN_LENGTH for span in spans)
    assert all(whole.text[span.start : span.end].endswith((",", ".")) for span in spans)


@settings(deadline=None)
@given(st.text(alphabet="aÉ .!?:;\n•l-–—()«»12\t", min_size=1, max_size=200))
def test_whatever_the_file_passages_are_exact(text: str) -> None:
    """Any characters: passages and spans equal the canonical text at their offsets, and every block's lines exist."""
    read_document = read(text)
    lines = len(text.splitlines())
    for passage in split(read_document):
        assert passage.text == read_document.text[passage.start : passage.end]
        assert all(passage.start <= span.start < span.end <= passage.end for span in passage.spans)
        assert 1 <= passage.place.lines[0] <= passage.place.lines[1] <= lines


def test_the_command_prints_the_canonical_text(tmp_path: Path) -> None:
    """What `python -m ingest text` prints is the text that offsets count in."""
    import subprocess
    import sys

    path = tmp_path / "a.txt"
    path.write_text("L'été\u00a0arrive.\n", encoding="utf-8")
    run = subprocess.run([sys.executable, "-m", "ingest", "text", str(path)], capture_output=True, check=True)
    assert run.stdout.decode() == "L’été arrive.\n"
