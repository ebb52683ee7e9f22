import re
from dataclasses import replace
from types import SimpleNamespace

from interface.assistant.explain import checked, explanation
from interface.assistant.proof import Check


def hit(document, score, **signals):
    block = document.blocks[1]
    place = SimpleNamespace(headings=("Fiche 1", "Section <b>"))
    passage = SimpleNamespace(document=document.id, text=document.text[block.start : block.end], place=place)
    return SimpleNamespace(passage=passage, score=score, signals={name.replace("_", "."): v for name, v in signals.items()})


def test_how_an_answer_was_found_is_told(answering, cite, document):
    """The question searched, the confidence, the times, and each passage with its score and its rank by each way to search."""
    hits = (
        hit(document, 0.9, words_text=0.5, words_headings=0.25, vectors=0.8, reader=2.1),
        hit(document, 0.4, words_text=0.0, vectors=0.9, reader=-1.5),
    )
    html = explanation(replace(answering("« Fin. » [1]", cite("Fin."), question="La fin ?"), hits=hits), several=False)
    told = re.sub(r"<[^>]+>", " ", html)
    for words in (
        "La fin ?",
        "90\u00a0%",
        "recherche 1\u00a0ms",
        "score 0,90 · mots 0,50 (1er) · sens 0,80 (2e) · lecture 2,10 (1er)",
    ):
        assert words in told
    assert "score 0,40 · mots\u00a0: non · sens 0,90 (1er) · lecture\u00a0: non" in told
    assert "Section &lt;b&gt;" in html
    assert "\n" not in html


def test_a_check_is_told_in_words():
    """How many quotes stand, and for each the offsets and the hash."""
    html = checked((Check(1, True, "égale.", 10, 20, "abc"), Check(2, False, "disparue.", 3, 4, "def")))
    assert "1 citation exacte sur 2, vérifiée à l’instant" in html
    assert "Caractères 10 à 20, SHA-256 <code>abc</code>" in html
    assert checked(()) == ""
