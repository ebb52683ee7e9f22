import re

from eval.run import Run
from eval.summary import Figure
from interface.evaluation.figures import about, kinds, parts, robustness, run_section, scores, titles_of


def cells(html):
    """Return the rows of the first table of some HTML, as the texts of their cells."""
    body = re.search(r"<tbody>(.*?)</tbody>", html, re.DOTALL)[1]
    rows = re.findall(r"<tr>(.*?)</tr>", body)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.split(r"</t[hd]>", row) if cell] for row in rows]


def test_a_number_beside_each_bar():
    """A measure has its value, a bar as long as it, its interval as a line and in words, and its count."""
    html = scores({"first_citation": Figure(0.5, 0.25, 0.75, 8), "ms_total": Figure(20, 10, 30.5, 8)})
    assert cells(html) == [
        ["première citation juste 8\u00a0questions", "50,0\u00a0% 25,0\u00a0% à 75,0\u00a0%"],
        ["total, ms 8\u00a0questions", "20,0\u00a0ms 10,0\u00a0ms à 30,5\u00a0ms"],
    ]
    assert '<i style="width:50.0%"></i><b style="left:25.0%;width:50.0%"></b>' in html
    assert html.count('class="bar"') == 1
    assert "<caption>Toutes les mesures</caption>" in html
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 2


def test_by_kind(make_run, outcome):
    """Each kind has its share of right outcomes; one that has no answer has no evidence to find."""
    run = make_run(outcome("a"), outcome("b", right=False), outcome("c", "unanswerable-far"))
    assert cells(kinds(run)) == [
        ["fait 2\u00a0questions", "50,0\u00a0% 0,0\u00a0% à 100,0\u00a0%", "100,0\u00a0%"],
        ["sans réponse, lointaine 1\u00a0question", "100,0\u00a0%", "–"],
    ]


def test_by_part(make_run, outcome, document):
    """Parts have the titles of the document and its order; questions on several come last, on none not at all."""
    run = make_run(
        outcome("a", part="fiche-2"), outcome("b"), outcome("c", part="fiche-1+fiche-2"), outcome("d", "unanswerable-far")
    )
    named = [row[0] for row in cells(parts(run, titles_of([document], run)))]
    assert [name.rpartition(" ")[0] for name in named] == [
        "Fiche 1 – Les réseaux",
        "Fiche 2 – Les marques",
        "Plusieurs parties",
    ]
    assert [row[0].split()[0] for row in cells(parts(run, {}))][:2] == ["fiche-1", "fiche-2"]


def test_titles_of_other_documents_are_not_borrowed(make_run, document, other_document):
    """Only a document that the run was asked on names its parts."""
    assert titles_of([other_document], make_run()) == {}
    assert titles_of([document], make_run())["fiche-2"] == "Fiche 2 – Les marques"


def test_what_a_run_was_made_on(make_run, outcome):
    """Name, date in French, half, size, commit and model are said."""
    told = re.sub("<[^>]+>", "", about(make_run(outcome("a"))))
    assert told == "essai · 2\u00a0janvier 2026, 03:04 · moitié de test · 1\u00a0question · commit abc1234 · essai"


def test_points_lost_are_points(make_run):
    """What other hands lose is in points, without a per cent sign, a gain with its minus."""
    lost = {"capitales": {"citation_recall": Figure(0.021, -0.01, 0.05, 9), "recall@5": Figure(-0.003, -0.003, -0.003, 9)}}
    run = make_run()
    html = robustness(Run(run.name, (), {}, {}, {}, lost, (), run.manifest))
    assert cells(html) == [["capitales 9\u00a0questions", "2,1 \u22121,0 à 5,0", "\u22120,3"]]


def test_nothing_is_shown_of_nothing(make_run):
    """A run without outcomes, as the published figures are, has no empty section."""
    run = make_run()
    html = run_section(Run("x", (), {}, {}, {}, {}, (), run.manifest | {"asked": 295}), {})
    assert "295\u00a0questions" in html
    assert "<h2>" not in html


def test_names_are_escaped(make_run, outcome, hostile):
    """The name of a run and the titles of a document show as they are written."""
    html = run_section(make_run(outcome("a"), name=hostile), {"fiche-1": hostile})
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 2
