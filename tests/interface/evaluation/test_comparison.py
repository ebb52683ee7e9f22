import re
from dataclasses import replace

from interface.evaluation.comparison import NOTHING_SHARED, SAME, comparison_section


def text(html):
    """Return what a reader sees of HTML, a bar between its elements."""
    return re.sub(r"\|+", "|", re.sub("<[^>]+>", "|", html))


def pair(make_run, outcome, before, after):
    """Make two runs of twelve questions, right or wrong."""
    runs = (make_run(*(outcome(f"q{n}", right=right) for n, right in enumerate(each))) for each in (before, after))
    early, late = runs
    return replace(early, name="avant"), replace(late, name="après", manifest=late.manifest | {"date": "2026-03-01T10:00:00"})


def test_better_in_words(make_run, outcome):
    """The earlier run comes first, whichever is named first; what is better is said with both values."""
    before, after = pair(make_run, outcome, [False] * 12, [True] * 12)
    said = text(comparison_section(after, before))
    assert "De «\u00a0avant\u00a0» (2\u00a0janvier 2026, 03:04) à «\u00a0après\u00a0» (1er\u00a0mars 2026, 10:00)" in said
    assert "12\u00a0questions en commun, comparées une à une." in said
    assert "▲ Mieux pour 3\u00a0mesures|rappel des citations (de 0,0\u00a0% à 100,0\u00a0%)" in said
    assert "Aucune différence que l’on puisse affirmer pour 6\u00a0autres mesures" in said
    assert "Devenues justes\u00a0: 12\u00a0questions" in said
    assert "Devenues fausses" not in said
    assert comparison_section(after, before) == comparison_section(before, after)


def test_worse_in_words(make_run, outcome):
    """What is worse is said, with the questions that became wrong and what was quoted before and after."""
    said = text(comparison_section(*pair(make_run, outcome, [True] * 12, [False] * 12)))
    assert "▼ Moins bien pour 3\u00a0mesures" in said
    assert "Devenues fausses\u00a0: 12\u00a0questions" in said
    assert "|Question q0 ?|réponse\u00a0: «\u00a0Il dure.\u00a0»|réponse\u00a0: «\u00a0Il dure.\u00a0»|" in said


def test_no_difference_that_can_be_told(make_run, outcome):
    """One question of twelve may be chance: no verdict, and the question is shown."""
    said = text(comparison_section(*pair(make_run, outcome, [True] * 12, [True] * 11 + [False])))
    assert "pour toutes les mesures" in said
    assert "▲" not in said
    assert "▼" not in said
    assert "Devenues fausses\u00a0: 1\u00a0question" in said


def test_the_same_answers(make_run, outcome):
    """Equal runs have no question that changed side."""
    assert SAME in comparison_section(*pair(make_run, outcome, [True] * 3, [True] * 3))


def test_nothing_in_common(make_run, outcome):
    """Runs of other questions cannot be compared, and that is said."""
    assert NOTHING_SHARED in comparison_section(make_run(outcome("a")), make_run(outcome("b")))


def test_what_else_changed(make_run, outcome):
    """Documents or a model that changed between two runs are said, as they may be the reason."""
    before, after = pair(make_run, outcome, [True], [True])
    after = replace(after, manifest=after.manifest | {"model": "autre", "documents": {}})
    assert "ceci a changé\u00a0: les documents, le modèle." in comparison_section(before, after)


def test_questions_are_escaped(make_run, outcome):
    """Tags in a question that changed side show as text."""
    html = comparison_section(make_run(outcome("hostile")), make_run(outcome("hostile", right=False)))
    assert "<script>" not in html
    assert "<img" not in html


def test_a_long_quotation_is_cut_between_words(make_run, outcome):
    """Of a quotation the first words are shown; where nothing was quoted the status stands alone."""
    before, after = outcome("a"), outcome("a", right=False)
    long = replace(after, answer=after.answer | {"citations": [after.answer["citations"][0] | {"quote": "mot " * 60}]})
    silent = replace(before, answer=before.answer | {"citations": [], "status": "refused"})
    said = text(comparison_section(make_run(silent), replace(make_run(long), name="après")))
    assert f"|refus|réponse\u00a0: «\u00a0{'mot ' * 38}mot […]\u00a0»|" in said
