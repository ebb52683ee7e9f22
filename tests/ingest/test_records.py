"""Tests of documents and passages as JSON."""

import json

from ingest.document import Document
from ingest.passages import Passage
from ingest.records import dump, load_document, load_passage


def test_the_booklet_comes_back_whole(booklet: Document, booklet_passages: tuple[Passage, ...]) -> None:
    """Documents and passages read back equal those written, with their structure, speakers and lines."""
    assert load_document(dump(booklet)) == booklet
    assert tuple(load_passage(json.loads(dump(passage))) for passage in booklet_passages) == booklet_passages
