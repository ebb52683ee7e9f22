"""OpenDocument texts: what is read of them, in which order, and what no file may do."""

import io
import random
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from errors import TresseError
from ingest.canonical import document
from ingest.descriptor import Descriptor
from ingest.document import Document
from ingest.formats.opendocument import opendocument_layout
from ingest.layout import Layout, PartStart
from ingest.passages import block_spans

OFFICE = Path(__file__).parent / "office"
OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
NAMES = {"office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style", "fo": "xsl-fo-compatible"}
NAMESPACES = " ".join(f'xmlns:{prefix}="{OASIS}{name}:1.0"' for prefix, name in NAMES.items())
STYLES = """
<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>
<style:style style:name="Title" style:family="paragraph"/>
<style:style style:name="Gras" style:family="paragraph"><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="Maigre" style:family="text"><style:text-properties fo:font-weight="normal"/></style:style>
<style:style style:name="Cache" style:family="text"><style:text-properties text:display="none"/></style:style>
<style:style style:name="Boucle" style:family="text" style:parent-style-name="Boucle"/>
"""


def odt(body: str, others: Mapping[str, str | bytes] | None = None) -> bytes:
    """A text with this body, the styles above and other members."""
    members: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f"<office:document-content {NAMESPACES}><office:automatic-styles>{STYLES}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members | dict(others or {})).items():
            archive.writestr(name, content)
    return buffer.getvalue()


def p(text: str, style: str = "Standard") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def h(text: str, level: int) -> str:
    return f'<text:h text:outline-level="{level}">{text}</text:h>'


def bullets(*items: str) -> str:
    return "<text:list>" + "".join(f"<text:list-item>{item}</text:list-item>" for item in items) + "</text:list>"


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}>{text if text.startswith('<') else p(text)}</table:table-cell>"


def table(*rows: list[str], header: bool = False) -> str:
    lines = [f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows]
    if header:
        lines[0] = f"<table:table-header-rows>{lines[0]}</table:table-header-rows>"
    return f"<table:table><table:table-column/>{''.join(lines)}</table:table>"


def note(name: str, text: str, kind: str = "footnote") -> str:
    body = f"<text:note-citation>9</text:note-citation><text:note-body>{p(text)}</text:note-body>"
    return f'<text:note text:id="{name}" text:note-class="{kind}">{body}</text:note>'


def read(content: bytes) -> Layout:
    return opendocument_layout(content, Descriptor())


def blocks(content: bytes) -> list[tuple[str, int, list[str]]]:
    return [(block.kind, block.level, [row[0].text for row in block.rows]) for block in read(content).blocks]


def text(body: str) -> list[str]:
    return [row for _, _, rows in blocks(odt(body)) for row in rows]


def test_a_text_of_libreoffice_is_read_as_it_prints() -> None:
    """Notes end their section; deletions, hidden text, comments, contents and page headers are not there; numbers go from 1."""
    layout = read((OFFICE / "guide.odt").read_bytes())
    assert [(b.kind, b.level, [row[0].text for row in b.rows]) for b in layout.blocks] == [
        ("heading", 0, ["Guide de la coopération"]),
        ("heading", 1, ["Créer une Scic"]),
        ("paragraph", 0, ["L’économie sociale¹ est toujours utile aux territoires."]),
        ("paragraph", 0, ["Un local de 40 m² suffit², voir le site de l’Avise."]),
        ("footnote", 0, ["(1) Loi du 31 juillet 2014."]),
        ("footnote", 0, ["(2) Selon l’Insee."]),
        ("heading", 2, ["Les étapes"]),
        ("paragraph", 0, ["Il faut :"]),
        ("list", 0, ["• réunir des associés ;", "• des salariés ;", "• des bénéficiaires ;", "• rédiger les statuts."]),
        ("paragraph", 0, ["Après la liste."]),
        ("paragraph", 0, ["Encadré : pensez à la commune."]),
        ("heading", 2, ["Les statuts comparés"]),
        (
            "list",
            0,
            [
                "• Statut : Scic ; Capital : 18 500 € ; Associés : deux en SARL",
                "• Statut : Scic ; Capital : 37 000 € ; Associés : sept en SA",
                "• Statut : Association ; Capital / Associés : sans objet",
            ],
        ),
        ("paragraph", 0, ["Fin du guide."]),
    ]
    assert [row[0].number for block in layout.blocks for row in block.rows] == list(range(1, 20))
    assert (layout.title, layout.numbered, layout.remarks) == ("Guide de la coopération", "paragraph", ())


def test_a_title_is_known_by_its_style_and_gives_the_document_its_name() -> None:
    """Also by a style made from it; headings numbered as items are headings; levels beyond the sixth are the sixth."""
    body = p("Mon guide", "P1") + bullets(h("Un", 1)) + p("Texte.") + h("Profond", 9)
    assert blocks(odt(body)) == [
        ("heading", 0, ["Mon guide"]),
        ("heading", 1, ["Un"]),
        ("paragraph", 0, ["Texte."]),
        ("heading", 6, ["Profond"]),
    ]
    assert read(odt(body)).title == "Mon guide"


def test_spaces_spans_and_breaks_inside_a_paragraph() -> None:
    """Spans leave words whole; repeated spaces, tabs and soft returns are one space; page breaks are nothing."""
    word = 'L’é<text:span text:style-name="Boucle">co</text:span>no<text:soft-page-break/>mie'
    assert text(p(f'{word}<text:s text:c="999999999"/>est<text:tab/>là<text:line-break/>aussi.')) == [
        "L’économie est là aussi."
    ]


def test_what_does_not_print_is_not_read() -> None:
    """Hidden spans, paragraphs and sections, comments, deletions, contents and indexes; a bibliography prints."""
    hidden = '<text:span text:style-name="Cache">caché<text:span text:style-name="Maigre">aussi</text:span></text:span>'
    index = "<text:index-body><text:p>{}</text:p></text:index-body>"
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>ôté</text:p></text:deletion></text:changed-region>"
        "</text:tracked-changes>"
        + p(f"Vu{hidden}<office:annotation>{p('Commentaire')}</office:annotation>.")
        + p('Invisible<text:hidden-paragraph text:is-hidden="true"/>')
        + p('Visible<text:hidden-paragraph text:is-hidden="false"/>.')
        + f'<text:section text:display="none">{p("Section cachée")}</text:section><text:section>{p("Section.")}</text:section>'
        + f"<text:table-of-content>{index.format('Sommaire')}</text:table-of-content>"
        + f"<text:alphabetical-index>{index.format('Index')}</text:alphabetical-index>"
        + f"<text:bibliography>{index.format('Draperi, 2011.')}</text:bibliography>"
    )
    assert text(body) == ["Vu.", "Visible.", "Section.", "Draperi, 2011."]


def test_items_hold_paragraphs_and_lists() -> None:
    """The second paragraph of an item has no bullet; two lists that touch are two; bullets typed by hand make items."""
    body = bullets(p("un") + p("suite") + bullets(p("deux")), p("trois")) + bullets(p("quatre")) + p("– cinq")
    assert blocks(odt(body)) == [
        ("list", 0, ["• un", "suite", "• deux", "• trois"]),
        ("list", 0, ["• quatre"]),
        ("list", 0, ["• cinq"]),
    ]


def test_notes_end_their_section_and_endnotes_are_numbered_after_footnotes() -> None:
    """Also from a cell; each stands before the next heading."""
    body = p(f"Un{note('a', 'Fin.', 'endnote')}{note('b', 'Bas.')}.") + table([cell("x"), cell(p("y" + note("c", "Cellule.")))])
    assert [(kind, rows) for kind, _, rows in blocks(odt(body + h("Deux", 1) + p("Suite.")))] == [
        ("paragraph", ["Un³¹."]),
        ("list", ["• x ; y²"]),
        ("footnote", ["(3) Fin."]),
        ("footnote", ["(1) Bas."]),
        ("footnote", ["(2) Cellule."]),
        ("heading", ["Deux"]),
        ("paragraph", ["Suite."]),
    ]


def test_text_boxes_and_shapes_follow_their_paragraph_and_images_are_counted() -> None:
    """A shape in a group is read; a frame that holds an image is a remark."""
    box = f"<draw:frame><draw:text-box>{p('Encadré.')}</draw:text-box></draw:frame>"
    shape = f"<draw:g><draw:custom-shape>{p('Bulle.')}</draw:custom-shape></draw:g>"
    image = "<draw:frame><draw:image/></draw:frame>"
    body = p(f"{box}Avant {shape}après.{image}{image}")
    assert text(body) == ["Avant après.", "Encadré.", "Bulle."]
    assert read(odt(body)).remarks == ("2\u00a0images n’ont pas été lues",)


def test_merged_and_repeated_cells_are_said_under_their_headers() -> None:
    """Covered cells say nothing; a cell that is told to repeat itself is under as many headers, and costs no more."""
    rows = 'table:number-rows-spanned="2"'
    twice = 'table:number-columns-repeated="2"'
    body = table(
        [cell("Statut"), cell("Capital"), cell("Associés")],
        [cell("Scic", rows), cell("18 500 €"), cell("2")],
        ["<table:covered-table-cell/>", cell("37 000 €"), cell("7")],
        [cell("Association"), cell("sans objet", twice)],
        header=True,
    )
    assert text(body) == [
        "• Statut : Scic ; Capital : 18 500 € ; Associés : 2",
        "• Statut : Scic ; Capital : 37 000 € ; Associés : 7",
        "• Statut : Association ; Capital / Associés : sans objet",
    ]
    assert text(table([cell("a", twice.replace("2", "99999")), cell("b")], [cell("c"), cell("d")])) == ["• a ; b", "• c ; d"]


def test_a_first_row_in_bold_is_a_header_and_a_bold_line_a_heading() -> None:
    """The bold of a style counts unless a span takes it away; a frame of one cell is read as blocks."""
    body = p("Les statuts", "Gras") + table([cell(p("A", "Gras")), cell(p("B", "Gras"))], [cell("1"), cell("2")])
    light = p('<text:span text:style-name="Maigre">Texte</text:span>', "Gras") + p("Fin.")
    assert [(kind, rows) for kind, _, rows in blocks(odt(body + light + table([cell(p("Un.") + p("Deux."))])))] == [
        ("heading", ["Les statuts"]),
        ("list", ["• A : 1 ; B : 2"]),
        ("paragraph", ["Texte"]),
        ("paragraph", ["Fin."]),
        ("paragraph", ["Un."]),
        ("paragraph", ["Deux."]),
    ]


def test_parts_come_from_the_descriptor() -> None:
    """The reader passes them on."""
    parts = (PartStart("a", "A", 1),)
    assert opendocument_layout(odt(p("Un.")), Descriptor(parts=parts)).parts == parts


ENTITIES = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "ce n’est pas un texte OpenDocument"),
        (b"<html>", "ce n’est pas un texte OpenDocument"),
        ((OFFICE / "guide.docx").read_bytes(), "ce n’est pas un texte OpenDocument"),
        (odt(p("Un."), {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "ce n’est pas un texte OpenDocument"),
        (odt("", {"content.xml": "<x/>"}), "ce n’est pas un texte OpenDocument"),
        (odt(p("Un."), {"META-INF/manifest.xml": "<m:x xmlns:m='y'><m:encryption-data/></m:x>"}), "mot de passe"),
        ((OFFICE / "guide.odt").read_bytes()[:9000], "abîmé"),
        (odt(p("")), "aucun texte"),
        (odt("<text:p>"), "abîmé"),
        (odt("", {"content.xml": f"{ENTITIES}<x>&b;</x>"}), "type de document"),
        (odt("", {"content.xml": '<!DOCTYPE x SYSTEM "http://localhost/x.dtd"><x/>'}), "type de document"),
        (odt(p("Un."), {"styles.xml": f"{ENTITIES}<x>&b;</x>"}), "type de document"),
        (odt("<text:section>" * 300 + "</text:section>" * 300), "trop de choses"),
        (odt(p("Un."), {"Pictures/bombe": bytes(50_000_000)}), "trop de choses"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_is_no_opendocument_text_is_said(content: bytes, said: str) -> None:
    """Other formats, locked, cut, empty, malformed files, entity and zip bombs each have their sentence."""
    with pytest.raises(TresseError, match=said):
        read(content)


def test_tables_as_deep_as_a_file_may_nest_are_read() -> None:
    """The deepest nesting that is let in does not exhaust the stack."""
    depth = 45  # four elements each
    assert text(
        "<table:table><table:table-row><table:table-cell>" * depth
        + p("Fond.")
        + "</table:table-cell></table:table-row></table:table>" * depth
    ) == ["Fond."]
    with pytest.raises(TresseError, match="trop de choses"):
        read(odt("<text:list><text:list-item>" * 150 + "</text:list-item></text:list>" * 150))


def test_the_manifest_of_old_files_names_a_type_and_does_no_harm() -> None:
    """OpenOffice 2 declared the type of its manifests."""
    manifest = (
        '<!DOCTYPE manifest:manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd"><manifest:manifest/>'
    )
    assert blocks(odt(p("Un."), {"META-INF/manifest.xml": manifest})) == [("paragraph", 0, ["Un."])]


def test_any_damage_gives_a_layout_or_a_tresse_error() -> None:
    """200 mutations of the container and of the XML inside raise nothing else."""
    whole = (OFFICE / "guide.odt").read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    chance = random.Random(13)
    for number in range(200):
        if number % 2:
            damaged = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.3 else whole)
            for _ in range(chance.randrange(1, 20)):
                if damaged:
                    damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            content = bytes(damaged)
        else:
            name = chance.choice(["content.xml", "content.xml", "styles.xml", "meta.xml"])
            content = odt("", members | {name: _shuffled(members[name], chance)})
        with suppress(TresseError):
            assert read(content).blocks


def _shuffled(content: bytes, chance: random.Random) -> bytes:
    """The XML with some tags removed, doubled or exchanged: still well-formed now and then."""
    pieces = content.split(b"<")
    for _ in range(chance.randrange(1, 4)):
        at, other = chance.randrange(1, len(pieces)), chance.randrange(1, len(pieces))
        pieces[at] = chance.choice(
            [pieces[other], pieces[at].replace(b'="', b'="-9'), pieces[at].replace(b"text:", b"table:", 1)]
        )
    return b"<".join(pieces)


def test_the_whole_booklet_is_read_word_for_word(booklet: Document) -> None:
    """Laid out as an OpenDocument text, each of its sentences is read back, under its headings."""
    body = []
    for block in booklet.blocks:
        said = escape(booklet.text[block.start : block.end])
        if block.kind == "heading":
            body.append(h(said, len(block.headings)))
        else:
            body.extend(bullets(p(row[2:])) if row.startswith("• ") else p(row) for row in said.split("\n"))
    again = document(read(odt("".join(body))), "livret", "Livret")
    assert again.text.split() == booklet.text.split()
    spans = [booklet.text[s.start : s.end] for b in booklet.blocks if b.kind != "heading" for s in block_spans(booklet, b)]
    read_back = {again.text[s.start : s.end] for b in again.blocks for s in block_spans(again, b)}
    assert [span for span in spans if span not in read_back] == []
