"""Tests of how bytes become text: the letters are exact, and the encoding is named where it is not UTF-8."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import TresseError
from ingest.encoding import decode
from ingest.reader import read_bytes

TEXT = (
    "Les abeilles de la vallée\n\nÀ l’été, une ruche compte 40 000 abeilles ; « la reine » pond des œufs dès mai. "
    "Où vont-elles ? Elles butinent là-bas, près de l’étang : çà et là, le miel coûte 12 € le pot.\n"
)
OLD = TEXT.replace("’", "'").replace("œ", "oe").replace("€", "euros")  # letters that Latin-1 has


@pytest.mark.parametrize(
    ("content", "text", "name"),
    [
        (TEXT.encode(), TEXT, "UTF-8"),
        (TEXT.encode("utf-8-sig"), TEXT, "UTF-8"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), TEXT, "UTF-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), TEXT, "UTF-16"),
        (TEXT.encode("utf-16-le"), TEXT, "UTF-16"),
        (TEXT.encode("utf-16-be"), TEXT, "UTF-16"),
        (TEXT.encode("utf-32"), TEXT, "UTF-32"),
        (TEXT.encode("cp1252"), TEXT, "Windows-1252"),
        (OLD.encode("latin-1"), OLD, "Latin-1"),
        (TEXT.encode("mac-roman"), TEXT, "Mac Roman"),
        (b"", "", "UTF-8"),
        (b"ascii", "ascii", "UTF-8"),
    ],
)
def test_french_text_is_read_to_the_letter(content: bytes, text: str, name: str) -> None:
    """With or without a mark, in each encoding that French files are written in."""
    assert decode(content) == (text, name)


@pytest.mark.parametrize("suffix", [".txt", ".md"])
@pytest.mark.parametrize(("codec", "name"), [("cp1252", "Windows-1252"), ("utf-16", "UTF-16"), ("mac-roman", "Mac Roman")])
def test_an_encoding_that_was_guessed_is_remarked(suffix: str, codec: str, name: str) -> None:
    """The remark names it; of UTF-8 nothing is said, and the document is the same."""
    guessed, plain = read_bytes("a", suffix, TEXT.encode(codec)), read_bytes("a", suffix, TEXT.encode())
    assert guessed.remarks == (f"lu comme du {name}",)
    assert plain.remarks == ()
    assert guessed.document == plain.document


@pytest.mark.parametrize("content", [b"\0\1\2\3" * 50, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4, b"x\0y"])
def test_bytes_that_are_no_text_are_refused(content: bytes) -> None:
    """The sentence says what to do with them."""
    with pytest.raises(TresseError, match="ce n’est pas un texte"):
        decode(content)


def test_a_short_word_of_an_old_file_keeps_its_accent() -> None:
    """Even a single accented letter tells something that reads as French."""
    assert decode("été".encode("cp1252"))[0] == "été"


def test_a_large_old_file_is_read_whole() -> None:
    """The encoding is guessed from its beginning, the text is all of it."""
    text = OLD * 2_000
    assert decode(text.encode("latin-1")) == (text, "Latin-1")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_text_without_nul_or_refused(content: bytes) -> None:
    """No other exception, and never half a decoding: what is UTF-8 is exactly what was written."""
    try:
        text, name = decode(content)
    except TresseError:
        return
    if name == "UTF-8":
        assert text.encode() == content.removeprefix(codecs.BOM_UTF8)
    text.encode()
