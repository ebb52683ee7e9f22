"""What documents tell of their words."""

from index.analysis import terms
from index.knowledge import dump_knowledge, dump_told, know, load_knowledge, load_told, tell
from ingest.document import Document
from ingest.passages import Passage


def document(text: str) -> Document:
    return Document("d", "D", text, (), (), ())


def test_names_have_a_capital_where_none_is_due() -> None:
    """A capital after a full stop, in a web address or in a word that is mostly small makes no name."""
    text = "Chez Valore, la CAE est née. Cela va. Voir avise.org et l’Avise. La marque et une Marque, une marque."
    assert know([tell(document(text))], (), ()).names == {"valore", "cae", "avise"}


def test_a_word_is_a_name_by_all_documents_together() -> None:
    """Once with a capital in one document, twice without in another: it is a word."""
    told = [tell(document("Dans la Ruche.")), tell(document("La ruche, une ruche."))]
    assert know(told[:1], (), ()).names == {"ruche"}
    assert know(told, (), ()).names == frozenset()


def test_what_is_known_comes_back(booklet: Document, booklet_passages: tuple[Passage, ...]) -> None:
    """What a document tells and what is known of all are read back as they were written."""
    told = tell(booklet)
    known = know([told], booklet_passages, [frozenset(terms(passage.text)) for passage in booklet_passages])
    assert load_told(dump_told(told)) == told
    assert load_knowledge(dump_knowledge(known)) == known
    assert known.glossary.entries["CAE"] == "coopérative d’activité et d’emploi"
    assert (
        "scic"
        in known.subjects["livret-ess-territoires-ruraux#fiche-5"].title
        | known.subjects["livret-ess-territoires-ruraux#fiche-5"].names
    )
