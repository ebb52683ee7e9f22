import pytest

from errors import TresseError
from interface.evaluation.shelf import PUBLISHED, PUBLISHED_LABEL, Shelf


def test_runs_newest_first_then_the_published_figures(shelf, two_runs):
    """A choice says date, name, half, size and commit."""
    early, late = two_runs
    assert shelf.choices() == [
        ("1er\u00a0mars 2026, 10:00 · après · moitié de test · 14\u00a0questions · commit abc1234", late),
        ("2\u00a0janvier 2026, 03:04 · avant · moitié de test · 14\u00a0questions · commit abc1234", early),
        (PUBLISHED_LABEL, PUBLISHED),
    ]


def test_the_published_figures_are_shown_as_a_run(shelf):
    """They have figures and kinds, and no outcome."""
    published = shelf.open(PUBLISHED)
    assert published.outcomes == ()
    assert published.figures["first_citation"].count == 238
    assert published.manifest["asked"] == 295


def test_without_published_figures(live, runs, tmp_path):
    """Where nothing was committed, nothing is offered, and asking for it is an error in words."""
    bare = Shelf(live, runs=runs, results=tmp_path / "absent.json")
    assert bare.choices() == []
    with pytest.raises(TresseError, match="n’existe plus"):
        bare.open(PUBLISHED)


def test_documents_that_changed_are_not_those_of_a_run(shelf, make_run, document):
    """Only a document that is to the byte what the run was asked on is given."""
    run = make_run()
    assert shelf.documents(run) == [document]
    run.manifest["documents"][document.id] = "autre"
    assert shelf.documents(run) == []
