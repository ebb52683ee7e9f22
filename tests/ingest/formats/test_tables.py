"""Rows of tables that keep their header, in all formats and in Markdown."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from ingest.descriptor import Descriptor
from ingest.formats.markdown import markdown_layout
from ingest.formats.tables import Cell, row_texts


def headers(*texts: str) -> list[Cell]:
    return [Cell(text, header=True) for text in texts]


def cells(*texts: str) -> list[Cell]:
    return [Cell(text) for text in texts]


def test_each_cell_says_the_header_of_its_column() -> None:
    """The header row gives no text of its own; an empty cell is not said."""
    rows = [headers("Statut", "Capital :"), cells("Scic", "18 500 €"), cells("Association", "")]
    assert row_texts(rows) == ("", "Statut : Scic ; Capital : 18 500 €", "Statut : Association")


def test_without_header_cells_follow_one_another() -> None:
    """Cells are joined by a semicolon."""
    assert row_texts([cells("Mairie", "", "01 02"), cells("", "")]) == ("Mairie ; 01 02", "")


def test_a_header_that_opens_a_row_names_it_where_columns_have_none() -> None:
    """« Statut | Scic » with the first as header is « Statut : Scic »."""
    rows = [[*headers("Statut"), *cells("Scic", "SA")], [*headers("Capital"), *cells("18 500 €")]]
    assert row_texts(rows) == ("Statut : Scic ; SA", "Capital : 18 500 €")


def test_headers_on_two_rows_are_read_together() -> None:
    """A header over two columns stands before each of theirs; one over two rows is said once."""
    rows = [
        [Cell("Statut", rows=2, header=True), Cell("Capital", columns=2, header=True)],
        headers("minimum", "libéré"),
        cells("Scic", "18 500 €", "la moitié"),
    ]
    assert row_texts(rows)[2] == "Statut : Scic ; Capital – minimum : 18 500 € ; Capital – libéré : la moitié"


def test_a_merged_cell_is_said_in_each_of_its_rows_and_under_all_its_headers() -> None:
    """Rows below start after the cell that covers them; a cell over two columns has both headers."""
    rows = [headers("Statut", "Capital", "Associés"), [Cell("Scic", rows=2), *cells("18 500 €", "2")], cells("37 000 €", "7")]
    assert row_texts([*rows, [*cells("Association"), Cell("sans objet", columns=2)]])[1:] == (
        "Statut : Scic ; Capital : 18 500 € ; Associés : 2",
        "Statut : Scic ; Capital : 37 000 € ; Associés : 7",
        "Statut : Association ; Capital / Associés : sans objet",
    )


def test_a_cell_over_the_whole_width_is_said_alone() -> None:
    """A title above the headers and a subtitle among the rows have no header."""
    rows = [
        [Cell("Les statuts", columns=2, header=True)],
        headers("Nom", "Sigle"),
        [Cell("Sociétés", columns=2)],
        cells("a", "b"),
    ]
    assert row_texts(rows) == ("Les statuts", "", "Sociétés", "Nom : a ; Sigle : b")


def test_headers_that_head_nothing_or_are_sentences_are_cells() -> None:
    """A table of headers only keeps its words; so does one whose first row is long."""
    assert row_texts([headers("a", "b")]) == ("a ; b",)
    long = "Une phrase entière, " * 8
    assert row_texts([headers("Nom", long), cells("x", "y")]) == (f"Nom ; {long}", "x ; y")


def test_repeating_headers_and_merged_cells_is_bounded() -> None:
    """A table that would grow hundredfold is read without headers, as is one wider than any screen; time stays linear."""
    wide = [headers(*(f"{'x' * 90}{number}" for number in range(900)))]
    bomb = [*wide, *([Cell("y")] * 900 for _ in range(60))]
    assert row_texts(bomb)[1] == " ; ".join("y" * 900)
    merged = [[Cell("z" * 150, rows=65_000) for _ in range(100)], *([Cell("y")] for _ in range(5_000))]
    assert row_texts(merged)[-1] == "y"
    assert row_texts([headers("a", "b"), [Cell("c", columns=100_000), Cell("d")]])[1] == "c ; d"


cell = st.builds(Cell, st.text("aé :;", max_size=5), st.integers(0, 4), st.integers(0, 4), st.booleans())


@given(st.lists(st.lists(cell, max_size=5), max_size=6))
def test_no_word_is_lost_and_each_row_has_its_text(rows: list[list[Cell]]) -> None:
    """Whatever the merging, there are as many texts as rows, and the words of each cell are in one of them."""
    texts = row_texts(rows)
    assert len(texts) == len(rows)
    said = "\n".join(texts)
    assert all(cell.text.rstrip(" :") in said for cell in chain(*rows) if not cell.header)


def markdown(text: str) -> list[tuple[str, list[str]]]:
    blocks = markdown_layout(text.split("\n"), Descriptor()).blocks
    return [(block.kind, [" ".join(line.text for line in row) for row in block.rows]) for block in blocks]


def test_a_markdown_table_says_its_headers_and_keeps_its_lines() -> None:
    """The rule makes the first row a header, with or without bars at the ends; an escaped bar is a bar; lines are kept."""
    text = "| Statut | Capital |\n|---|:-:|\n| Scic | **18 500 €** |\n\nA | B\n- | -\na \\| b | c\n\n| x | y |\n\nOu | bien."
    assert markdown(text) == [
        ("list", ["• Statut : Scic ; Capital : 18 500 €"]),
        ("list", ["• A : a | b ; B : c"]),
        ("list", ["• x ; y"]),
        ("paragraph", ["Ou | bien."]),
    ]
    assert markdown_layout(text.split("\n"), Descriptor()).blocks[0].rows[0][0].number == 3


def test_fenced_code_is_read_as_it_is() -> None:
    """What looks like a title, an item or a table in code is a line of code; an unclosed fence goes to the end."""
    text = "Avant.\n```sh\n# commentaire\n- x\n\n| a | b |\n~~~\n```\nAprès.\n~~~~\n**fin**\n~~~"
    assert markdown(text) == [
        ("paragraph", ["Avant."]),
        ("paragraph", ["# commentaire", "- x", "| a | b |", "~~~"]),
        ("paragraph", ["Après."]),
        ("paragraph", ["**fin**", "~~~"]),
    ]


def test_markdown_footnotes_are_notes_and_their_calls_superscripts() -> None:
    """A note goes on until a blank line, and after it where indented; a label in letters takes a free number."""
    text = "Un mot[^loi], un autre[^1] ; [^rien].\n\n[^1]: La **note**\nsuite.\n[^loi]: Loi de 2014.\n\n    Article 1.\n\nFin."
    assert markdown(text) == [
        ("paragraph", ["Un mot², un autre¹ ; [^rien]."]),
        ("footnote", ["(1) La note suite."]),
        ("footnote", ["(2) Loi de 2014.     Article 1."]),
        ("paragraph", ["Fin."]),
    ]
