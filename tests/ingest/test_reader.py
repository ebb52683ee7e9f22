"""Documents without a descriptor, wrong descriptors, and files that cannot be read."""

from pathlib import Path

import pytest

from errors import TresseError
from ingest.corpus import LARGEST, find_corpus
from ingest.expansions import read_expansions
from ingest.isolation import read_corpus, read_document
from ingest.passages import split
from ingest.reader import READERS


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_a_text_without_descriptor_has_its_headings_paragraphs_and_lists(tmp_path: Path) -> None:
    """Short lines that end like titles are headings; dashes are items; wrapped lines are joined, cut words too."""
    path = write(
        tmp_path,
        "guide-du-compost.txt",
        "LE COMPOST\n\nLe compost nourrit la terre et réduit les déchets de la mai-\nson. Il se fait à plusieurs.\n\n"
        "Que mettre dedans ?\n\nOn y met :\n- des épluchures ;\n- du marc de café.\n",
    )
    document = read_document(path)
    assert document.title == "Guide du compost"
    assert [(block.kind, document.text[block.start : block.end]) for block in document.blocks] == [
        ("heading", "LE COMPOST"),
        ("paragraph", "Le compost nourrit la terre et réduit les déchets de la maison. Il se fait à plusieurs."),
        ("heading", "Que mettre dedans ?"),
        ("paragraph", "On y met :"),
        ("list", "• des épluchures ;\n• du marc de café."),
    ]
    first, second = split(document)
    assert second.text == "On y met :\n\n• des épluchures ;\n• du marc de café."
    assert second.place.headings[-1] == "Que mettre dedans ?"
    assert (first.place.lines, second.place.lines) == ((3, 4), (8, 10))


def test_markdown_headings_make_the_trail_and_its_marks_are_read_away(tmp_path: Path) -> None:
    """Emphasis and links leave their words; a table gives a row an item; levels nest."""
    path = write(
        tmp_path,
        "note.md",
        "# Titre\n\nUn **mot** et un [lien](https://exemple.fr).\n\n## Partie\n\n1. un\n2. deux\n\n"
        "| A | B |\n|---|---|\n| c | d |\n",
    )
    document = read_document(path)
    passages = split(document)
    assert passages[0].text == "Un mot et un lien."
    assert passages[1].place.headings[-2:] == ("Titre", "Partie")
    assert passages[1].text == "• un\n• deux"
    assert [document.text[span.start : span.end] for span in passages[2].spans] == ["A : c ; B : d"]


def test_spaces_apostrophes_and_invisible_characters_are_settled_once(tmp_path: Path) -> None:
    """No-break spaces, straight apostrophes, soft hyphens, bidi controls and decomposed accents have one form."""
    path = write(tmp_path, "a.txt", "L'e\u0301co\u00adnomie\u00a0sociale\u202e compte\u200b.\n")
    assert read_document(path).text == "L’économie sociale compte.\n"


def test_every_format_has_its_reader_and_its_limit() -> None:
    """What the walk lets through can be read."""
    assert set(READERS) == set(LARGEST)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.txt": ""}, "est vide"),
        ({"a.txt": "x\x00y"}, "ce n’est pas un texte"),
        ({"a.md": "# Titre seul\n"}, "n’a que des titres"),
        ({"a.txt": "x.\n", "a.toml": "title = "}, "illisible"),
        ({"a.txt": "x.\n", "a.toml": "[layout]\norder = [[2, 1]]\n"}, "illisible"),
        ({"a.txt": "x.\ny.\n", "a.toml": "[layout]\norder = [[1, 1]]\n"}, "la ligne 2 n’est lue nulle part"),
        ({"a.txt": "x.\n", "a.toml": "[layout]\norder = [1, 1]\n"}, "la ligne 1 est lue deux fois"),
        ({"a.txt": "x.\n", "a.toml": "[layout]\norder = [[1, 2]]\n"}, "la ligne 2 n’existe pas"),
        (
            {"a.txt": "x.\n", "a.toml": '[layout]\norder = [1]\njoined = [{ lines = [1, 1], reads = "y." }]\n'},
            "n’ont pas les lettres",
        ),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path: Path, files: dict[str, str], said: str) -> None:
    """An empty, binary or silent document and a wrong descriptor are a TresseError that names the file and the fault."""
    for name, text in files.items():
        write(tmp_path, name, text)
    with pytest.raises(TresseError, match=rf"^a\..*{said}"):
        read_corpus(tmp_path)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    """The folder is named, and what to do."""
    with pytest.raises(TresseError, match="n’existe pas"):
        read_corpus(tmp_path / "absent")


def test_expansions_are_anchored_at_their_quote_and_stale_ones_named(tmp_path: Path) -> None:
    """A quote that stands in the document gives its offsets; one that does not, or a broken line, is named with its number."""
    document = read_document(write(tmp_path, "a.txt", "Le compost nourrit la terre. Il chauffe.\n"))
    (source,) = find_corpus(tmp_path).sources
    assert read_expansions(source, document) == ((), ())
    good = '{"quote": "Il chauffe.", "questions": ["Ça monte en température ?"], "terms": ["chaleur"]}\n'
    write(tmp_path, "a.expansions.jsonl", good + '{"quote": "Il gèle.", "questions": [], "terms": []}\n\n{"quote": 3}\n')
    (expansion,), (stale, malformed) = read_expansions(source, document)
    assert document.text[expansion.start : expansion.end] == "Il chauffe."
    assert (expansion.questions, expansion.terms) == (("Ça monte en température ?",), ("chaleur",))
    assert "ligne 2" in stale
    assert "« Il gèle. »" in stale
    assert "ligne 4" in malformed
