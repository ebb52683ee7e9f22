"""Texts made to harm their reader: read or refused within seconds, and what is read is exact."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import TresseError
from ingest.reader import READERS, Reading, read_bytes

MANY = 100_000
PATIENCE = 10  # seconds of computing, for texts that take one or two
TEXTS = {
    "one word of 10 MB": "a" * 10_000_000,
    "a line of words": "mot " * (4 * MANY),
    "a line of sentences": "Une phrase. " * (MANY // 2),
    "short lines": "x\n" * MANY,
    "empty lines": "\n" * (5 * MANY) + "x",
    "a million quotes that open": "«" * (10 * MANY),
    "quotes that open": "« " * MANY,
    "quotes that close": "x" + " »" * MANY,
    "a million brackets": "(" * (10 * MANY),
    "square brackets": "[" * MANY,
    "links": "[a](" * MANY,
    "pictures": "![" * MANY,
    "targets": "[](" + "(" * MANY,
    "stars": "*" * MANY,
    "emphasis": "*a " * MANY,
    "backticks": "".join("`" * (number % 50) + "a" for number in range(MANY // 25)),
    "quotes in quotes": ">" * MANY + " x",
    "lists in lists": "".join(" " * (number % 1000) + "- x\n" for number in range(MANY // 20)),
    "cells": "|a" * MANY + "\n" + "|-" * MANY + "\n",
    "rules": "- " * MANY + "x",
    "a title with spaces": "# a" + " " * MANY + "b",
    "a title with marks": "# " + "a #" * MANY + "b",
    "NULs": "\0" * MANY,
    "NULs between words": "mot\0 " * MANY,
    "only accents": "\u0301" * MANY,
    "accents on one letter": "a" + "\u0301" * MANY,
    "only turns of direction": "\u202e" * MANY,
    "turned words": "\u202eabc\u202c " * MANY,
    "cut words": "mot-\n" * (MANY // 2),
    "initials": "A.B. " * MANY,
    "full stops": "." * MANY,
    "numbers": "1." * MANY,
    "tags": "<div>" * MANY,
}


def check_exact(reading: Reading) -> None:
    """Every passage is its stretch of the text, and every span stands inside its passage, in order."""
    text = reading.document.text
    text.encode()
    for passage in reading.passages:
        assert passage.text == text[passage.start : passage.end]
        assert passage.text.strip()
        ends = passage.start
        for span in passage.spans:
            assert ends <= span.start < span.end <= passage.end
            ends = span.end


@pytest.mark.parametrize("suffix", [".txt", ".md"])
@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_costs_seconds(name: str, suffix: str) -> None:
    """No pattern takes a time that grows with the square of the text."""
    content = TEXTS[name].encode()
    started = time.process_time()
    try:
        reading = read_bytes("hostile", suffix, content)
    except TresseError:
        pass
    else:
        check_exact(reading)
    assert time.process_time() - started < PATIENCE


@pytest.mark.parametrize("suffix", READERS)
@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_exactly_or_refused(suffix: str, content: bytes) -> None:
    """Whatever the format says of itself: a reading whose offsets are exact, or a sentence."""
    try:
        reading = read_bytes("hostile", suffix, content)
    except TresseError:
        return
    check_exact(reading)


MARKS = st.sampled_from(
    [*"#*_`[]()!|>-+~:.;«»\"'\\ \t\n\r", "\u2028", "mot ", "1. ", "# ", "- ", "| a ", "|-", "```\n", "\n\n", "[^1]"]
)


@pytest.mark.parametrize("suffix", [".txt", ".md"])
@settings(max_examples=150, deadline=None)
@given(text=st.lists(MARKS, max_size=60).map("".join))
def test_any_marks_are_read_exactly_or_refused(suffix: str, text: str) -> None:
    """Marks of Markdown in any order, closed or not."""
    try:
        reading = read_bytes("hostile", suffix, text.encode())
    except TresseError:
        return
    check_exact(reading)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=300))
def test_a_text_gives_the_same_reading_twice(text: str) -> None:
    """A reading depends on the bytes alone."""
    readings = []
    for _ in range(2):
        try:
            readings.append(read_bytes("hostile", ".md", text.encode()))
        except (TresseError, UnicodeEncodeError) as refused:
            readings.append(str(refused))
    assert readings[0] == readings[1]
