import re

from answer.conversation import Turn
from eval.failures import failures
from interface.evaluation.failure_list import NONE_FOUND, PAGE, Filter, choices, failure_page, page_count


def wrong(outcome, make_run):
    """Return the failures of a small run."""
    each = [
        outcome("a", right=False),
        outcome("b", "number", right=False, part="fiche-2"),
        outcome("loin", "unanswerable-far", right=False),
    ]
    return failures(make_run(*each, outcome("bien")).outcomes)


def test_filters_say_how_many_failures_they_keep(outcome, make_run):
    """Kinds in their order, parts by their titles, causes by how often; each with its count."""
    kinds, parts, faults = choices(wrong(outcome, make_run), {"fiche-2": "Les marques"})
    assert kinds == [("Tous les genres", ""), ("fait (1)", "factual"), ("nombre (1)", "number"),
                     ("sans réponse, lointaine (1)", "unanswerable-far")]  # fmt: skip
    assert parts == [("Toutes les parties", ""), ("Les marques (1)", "fiche-2"), ("fiche-1 (1)", "fiche-1")]
    assert faults[1] == ("mauvaise phrase citée (2)", "mauvaise phrase citée")


def test_a_filter_keeps_what_has_every_trait(outcome, make_run):
    """A kind, a part and a cause together."""
    found = wrong(outcome, make_run)
    kept = lambda **traits: [each.outcome.id for each in found if Filter(**traits).keeps(each)]  # noqa: E731
    assert kept() == ["a", "b", "loin"]
    assert kept(kind="number") == ["b"]
    assert kept(part="fiche-1") == ["a"]
    assert kept(part="fiche-1", kind="number") == []
    assert kept(fault="réponse sans preuve possible") == ["loin"]


def test_expected_beside_given(outcome, make_run):
    """A failure shows what was expected, in how many other words it stands, what was given, its cause and its rank."""
    html = failure_page(wrong(outcome, make_run), 0, {"fiche-1": "Les réseaux"})
    first = re.sub("<[^>]+>", "|", html.split("</article>")[0])
    assert "|Question a ?|" in first
    assert "|mauvaise phrase citée| a · fait · Les réseaux · preuve au rang\u00a02|" in first
    assert "|Attendu||Un réseau relie des acteurs.|ou\u00a0: une autre phrase le dit|" in first
    assert "|Donné||Il dure.||réponse, confiance 50\u00a0%|" in first
    assert "les documents ne répondent pas" in html.split("</article>")[2]
    assert "<a " not in html


def test_quotations_lead_into_documents_that_are_unchanged(outcome, make_run):
    """A link to the passage stands only where the document is the one that the run was asked on."""
    html = failure_page(wrong(outcome, make_run), 0, {}, readable=["livret"])
    assert html.count('<a href="/document?p=livret@26-54">Lire dans le document</a>') == 3


def test_pages(outcome, make_run):
    """Ten failures a page, each page saying where it stands; none is said too."""
    found = failures(make_run(*(outcome(f"q{n}", right=False) for n in range(PAGE + 3))).outcomes)
    assert page_count(found) == 2
    assert "1 à 10 sur 13" in failure_page(found, 0, {})
    assert failure_page(found, 1, {}).count("<article>") == 3
    assert "11 à 13 sur 13" in failure_page(found, 1, {})
    assert (page_count([]), NONE_FOUND in failure_page([], 0, {})) == (1, True)


def test_a_conversation_before_is_shown(outcome, make_run):
    """A follow-up is understood only after what was said before it."""
    from dataclasses import replace

    one = outcome("suite", "followup", right=False)
    said = replace(one, case=replace(one.case, history=(Turn("user", "Et les marques ?"), Turn("assistant", "Oui."))))
    html = failure_page(failures(make_run(said).outcomes), 0, {})
    assert "Avant, on a demandé\u00a0: Et les marques ?" in html
    assert "Tresse a répondu\u00a0: Oui." in html


def test_questions_and_quotations_are_escaped(outcome, make_run):
    """Tags in a question or a quotation show as text."""
    html = failure_page(failures(make_run(outcome("hostile", right=False)).outcomes), 0, {})
    assert "<script>" not in html
    assert "<img" not in html
    assert html.count("&lt;script&gt;") == 2
