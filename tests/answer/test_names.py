import pytest
from hypothesis import given
from hypothesis import strategies as st

from answer.assistant import Assistant
from answer.evidence.reader import PassageReading
from answer.names import fold, named_in, numbers_in, unknown_names
from index.build import build_index
from index.store import open_index
from settings import Settings

BEES = """# La Ruche

## Les adhérents

La coopérative la Ruche réunit 42 adhérents en Ardèche depuis 1998. À Privas, Coodem partage les locaux de la Ruche.
"""


@pytest.fixture(scope="module")
def real_index(tmp_path_factory, make_encoder):
    """An index as it is built: it knows words mistyped."""
    folder = tmp_path_factory.mktemp("noms")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "ruche.md").write_text(BEES, encoding="utf-8")
    settings = Settings(folder / "corpus", folder / "index", folder / "embeddings")
    build_index(settings, progress=False, encoder=make_encoder("noms"))
    return open_index(settings, encoder=make_encoder("noms"))


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Qui dirige Coodem à Laval ?", ("Coodem", "Laval")),
        ("qui dirige coodem", ("coodem",)),
        ("QUI DIRIGE VALORE", ()),
        ("Combien ?", ()),
        ("qu’est-ce que l’ESS", ("ESS",)),
        ("Laval et Laval", ("Laval",)),
    ],
)
def test_names_of_a_question(question, found):
    """Capitals tell names, known names need none, and a shouted question tells nothing."""
    assert found == named_in(question, {"coodem"})


def test_numbers_are_read_as_written_in_french():
    """Thousands are joined and decimals kept."""
    assert numbers_in("3 439 euros, 57,5 % en 2012") == ["3439", "57,5", "2012"]


@pytest.mark.parametrize(
    ("text", "folded"), [("  L’Été\u00a0à  Sète ", "l'ete a sete"), ("Œuvre\n ÇA\u00a03", "oeuvre ca 3"), ("", "")]
)
def test_folding_drops_case_accents_and_runs_of_spaces(text, folded):
    """Apostrophes become straight."""
    assert folded == fold(text)


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing_more(text):
    """What is folded is folded for good."""
    assert fold(text) == fold(fold(text))


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("Combien d’adhérents réunit Mosaïque ?", ("Mosaïque",)),
        ("Combien d’adhérents réunit la Ruche en 2031 ?", ("2031",)),
        ("Combien d’adhérents réunit la Ruche en 1998 ?", ()),
        ("Qui partage les locaux à Privas et à Valence ?", ("Valence",)),
        ("combien d’adhérents pour coodem ?", ()),
        ("Quels locaux partage Coodme ?", ()),
        ("Combien d’adhérents, 42 ou 24 ?", ("24",)),
        ("Quelle est la recette de la tarte ?", ()),
    ],
)
def test_names_and_numbers_that_nothing_knows(real_index, question, unknown):
    """A slip of the fingers in a known name is no unknown name; a number is right or wrong."""
    assert unknown == unknown_names(question, real_index)


class Sure:
    """Reads an answer in everything."""

    def read(self, question, passages):  # noqa: ARG002
        """Give each passage the best score."""
        return tuple(PassageReading(30.0, (1.0,) + (0.0,) * (len(each.spans) - 1)) for each in passages)


def test_a_question_on_an_unknown_name_is_never_answered(real_index, weights):
    """However sure the reader, what is near is shown as such."""
    assistant = Assistant(real_index, Sure(), weights=weights)
    assert assistant.ask("Combien d’adhérents réunit la Ruche ?").status == "answered"
    for question in ("Combien d’adhérents réunit Mosaïque ?", "Combien d’adhérents réunit la Ruche en 2031 ?"):
        answer = assistant.ask(question)
        assert answer.status == "related"
        assert answer.confidence < weights.confidence["plain"]["answered"]
        assert "ne répondent pas directement" in answer.text
