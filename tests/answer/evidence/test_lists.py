import pytest

from answer.evidence.lists import introduces, listing


def told(passage):
    span = listing(passage)
    return None if span is None else passage.text[span.start - passage.start : span.end - passage.start]


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        (("Trois missions :", "• Coudre ;", "• Vendre."), "Trois missions :\n• Coudre ;\n• Vendre."),
        (("Oui.", "Trois missions :", "• Coudre ;", "• Vendre."), "Trois missions :\n• Coudre ;\n• Vendre."),
        (("Elle agit.", "• Coudre ;", "• Vendre."), "• Coudre ;\n• Vendre."),
        (("• Coudre ;", "• Vendre."), "• Coudre ;\n• Vendre."),
        (("• Coudre ;", "La robe.", "• Vendre.", "Les pommes."), "• Coudre ;\nLa robe.\n• Vendre.\nLes pommes."),
        (("Une mission :", "• Coudre."), None),
        (("Elle coud.", "Elle vend."), None),
        ((), None),
    ],
)
def test_a_list_goes_from_its_introduction_to_its_last_item(make_passage, sentences, expected):
    """The sentence before belongs to it if it ends with a colon; one item alone makes no list."""
    assert expected == told(make_passage(*sentences, by="\n"))


def test_what_ends_with_a_colon_only_announces(make_passage):
    """Spaces after the colon do not matter, a colon within the sentence does not announce."""
    passage = make_passage("Voici :", "Une chose : la couture.")
    assert [introduces(passage, span) for span in passage.spans] == [True, False]
