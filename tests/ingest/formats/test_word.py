"""Word documents: what is read of them, in which order, and what no file may do."""

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
from ingest.formats.word import word_layout
from ingest.layout import Layout, PartStart
from ingest.passages import block_spans

OFFICE = Path(__file__).parent / "office"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# As the French Word names them: the id is French, the name is the one that all Words know.
STYLES = """
<w:style w:type="paragraph" w:styleId="Titre1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="MonTitre"><w:name w:val="Mon titre"/><w:basedOn w:val="Titre1"/></w:style>
<w:style w:type="paragraph" w:styleId="Plan"><w:name w:val="Plan"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Titre"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="TM1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Liste"><w:name w:val="List Bullet"/>
<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
<w:style w:type="character" w:styleId="Cache"><w:name w:val="Caché"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Boucle"><w:name w:val="Boucle"/><w:basedOn w:val="Boucle"/></w:style>
"""


def docx(body: str, others: Mapping[str, str | bytes] | None = None, *, namespace: str = W) -> bytes:
    """A Word document with this body, the styles above and other members."""
    links = "".join(
        f'<Relationship Id="{name}" Type="{TYPES}/{name}" Target="{name}.xml"/>' for name in ("styles", "footnotes", "endnotes")
    )
    main = f'<Relationship Id="a" Type="{TYPES}/officeDocument" Target="/word/document.xml"/>'
    members: dict[str, str | bytes] = {
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}">{main}</Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONS}">{links}</Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{namespace}">{STYLES}</w:styles>',
        "word/document.xml": f'<w:document xmlns:w="{namespace}" xmlns:mc="{MC}"><w:body>{body}</w:body></w:document>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members | dict(others or {})).items():
            archive.writestr(name, content)
    return buffer.getvalue()


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def paragraph(*runs: str, style: str = "", properties: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{''.join(r if r.startswith('<') else run(r) for r in runs)}</w:p>"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{text if text.startswith('<') else paragraph(text)}</w:tc>"


def table(*rows: list[str], header: bool = False) -> str:
    marks = ["<w:trPr><w:tblHeader/></w:trPr>" if header and not number else "" for number in range(len(rows))]
    return "<w:tbl>" + "".join(f"<w:tr>{mark}{''.join(row)}</w:tr>" for mark, row in zip(marks, rows, strict=True)) + "</w:tbl>"


def field(asked: str, result: str) -> str:
    marks = {kind: f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")}
    return f"{marks['begin']}<w:r><w:instrText>{asked}</w:instrText></w:r>{marks['separate']}{result}{marks['end']}"


def control(content: str, properties: str = "") -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def read(content: bytes) -> Layout:
    return word_layout(content, Descriptor())


def blocks(content: bytes) -> list[tuple[str, int, list[str]]]:
    return [(block.kind, block.level, [row[0].text for row in block.rows]) for block in read(content).blocks]


def text(body: str) -> list[str]:
    return [row for _, _, rows in blocks(docx(body)) for row in rows]


GUIDE = [
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


def test_a_document_of_libreoffice_is_read_as_it_prints() -> None:
    """Notes end their section; deletions, hidden text, comments, contents and page headers are not there; numbers go from 1."""
    layout = read((OFFICE / "guide.docx").read_bytes())
    assert [(b.kind, b.level, [row[0].text for row in b.rows]) for b in layout.blocks] == GUIDE
    assert [row[0].number for block in layout.blocks for row in block.rows] == list(range(1, 20))
    assert (layout.title, layout.numbered, layout.remarks) == ("Guide de la coopération", "paragraph", ())


def test_a_document_of_python_docx_has_its_styles() -> None:
    """Lists and headings come from styles; a style that shows the first row in bold makes headers; the title is the first's."""
    content = (OFFICE / "statuts.docx").read_bytes()
    assert blocks(content) == [
        ("heading", 0, ["Choisir ses statuts"]),
        ("heading", 1, ["Les statuts"]),
        ("paragraph", 0, ["L’économie sociale a 4 familles, sur 10 km²."]),
        ("list", 0, ["• les associations ;", "• loi de 1901 ;", "• les coopératives."]),
        ("heading", 2, ["Comparer"]),
        ("list", 0, ["• Statut : Scic ; Capital : 18 500 €", "• Statut : Association"]),
        ("paragraph", 0, ["Sans en-tête :"]),
        ("list", 0, ["• Mairie ; 01 02 03 04 05", "• Préfecture ; 05 04 03 02 01"]),
    ]
    assert read(content).title == "Choisir ses statuts"


def test_headings_are_known_by_name_by_parent_and_by_outline() -> None:
    """French ids, styles based on a heading, levels of outline in the style or on the spot; level 9 is body text."""
    outline = '<w:outlineLvl w:val="{}"/>'
    body = (
        paragraph("Un", style="Titre1")
        + paragraph("Deux", style="MonTitre")
        + paragraph("Trois", style="Plan")
        + paragraph("Quatre", properties=outline.format(1))
        + paragraph("Corps", style="Titre1", properties=outline.format(9))
        + paragraph("Boucle", style="Boucle")
    )
    assert [(kind, level) for kind, level, _ in blocks(docx(body))] == [
        ("heading", 1),
        ("heading", 1),
        ("heading", 3),
        ("heading", 2),
        ("paragraph", 0),
        ("paragraph", 0),
    ]


def test_lists_come_from_numbering_unless_it_is_switched_off() -> None:
    """Numbering on the spot or by the style makes items; number 0 takes it away."""
    off = '<w:numPr><w:numId w:val="0"/></w:numPr>'
    body = (
        paragraph("un", style="Liste")
        + paragraph("deux", properties=off.replace("0", "5"))
        + paragraph("Trois.", style="Liste", properties=off)
    )
    assert blocks(docx(body)) == [("list", 0, ["• un", "• deux"]), ("paragraph", 0, ["Trois."])]


def test_tracked_changes_are_read_as_accepted() -> None:
    """Insertions and the new place of what moved are read, deletions and the old place are not; a deleted end joins."""
    body = (
        paragraph(
            "Un ",
            f"<w:del>{run('vieux ')}</w:del>",
            f"<w:ins>{run('mot ')}</w:ins>",
            f"<w:moveFrom>{run('parti')}</w:moveFrom>",
            "reste.",
        )
        + paragraph("Début", properties="<w:rPr><w:del/></w:rPr>")
        + paragraph(" et fin.", f"<w:moveTo>{run(' Venu.')}</w:moveTo>")
        + "<w:tbl><w:tr><w:trPr><w:del/></w:trPr>"
        + cell("ôté")
        + cell("ôté")
        + "</w:tr><w:tr>"
        + cell("a")
        + cell("b")
        + "</w:tr></w:tbl>"
        + paragraph("Dernier", properties="<w:rPr><w:del/></w:rPr>")
    )
    assert text(body) == ["Un mot reste.", "Début et fin. Venu.", "• a ; b", "Dernier"]


def test_hidden_text_breaks_and_special_characters() -> None:
    """Hidden by the run or its style; shown again where switched off; a soft return and a tab are spaces."""
    body = paragraph(
        "Vu",
        run("caché", "<w:vanish/>"),
        run("caché", '<w:rStyle w:val="Cache"/>'),
        run(" ici", '<w:rStyle w:val="Cache"/><w:vanish w:val="0"/>'),
        "<w:r><w:br/><w:t>porte</w:t><w:noBreakHyphen/><w:t>à</w:t><w:softHyphen/><w:tab/><w:t>40 m</w:t></w:r>",
        run("2", '<w:vertAlign w:val="superscript"/>'),
    )
    assert text(body) == ["Vu ici porte-à 40 m²"]


def test_fields_say_their_result_and_tables_of_contents_nothing() -> None:
    """Links and cross-references keep their words; a contents field may span paragraphs and hold other fields."""
    begin, end = field("TOC \\o", "|").split("|")
    body = (
        f"<w:p>{begin}{run('Chapitre')}{field('PAGEREF a', run('3'))}</w:p>"
        + f"<w:p>{run('Autre chapitre')}{end}</w:p>"
        + paragraph("Entrée", style="TM1")
        + control(paragraph("Table"), "<w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj>")
        + control(paragraph("Cliquez ici"), "<w:showingPlcHdr/>")
        + control(paragraph("Voir ", field("HYPERLINK x", run("le site")), ", page ", field("PAGEREF b", run("12")), "."))
        + f"<w:p><w:fldSimple w:instr='DATE'>{run('Mardi')}</w:fldSimple><w:hyperlink>{run(' ici')}</w:hyperlink></w:p>"
    )
    assert text(body) == ["Voir le site, page 12.", "Mardi ici"]


def test_a_table_of_contents_that_does_not_end_costs_no_section() -> None:
    """A heading ends it: no table of contents holds one."""
    begin, _ = field("TOC", "|").split("|")
    assert text(f"<w:p>{begin}{run('Entrée')}</w:p>" + paragraph("Un", style="Titre1") + paragraph("Lu.")) == ["Un", "Lu."]


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    """It is written twice, for new programs and for old ones; where only the old form is there, that one is read."""
    box = f"<w:txbxContent>{paragraph('Encadré.')}</w:txbxContent>"
    new, old = f"<mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>", f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
    both = f"<w:r><mc:AlternateContent>{new}{old}</mc:AlternateContent></w:r>"
    assert text(paragraph("Avant ", both, "après.")) == ["Avant après.", "Encadré."]
    assert text(paragraph("Seul.", f"<w:r><w:pict>{box}</w:pict></w:r>")) == ["Seul.", "Encadré."]


def test_footnotes_end_their_section_and_endnotes_are_numbered_after_them() -> None:
    """Also from a cell; the note that a section calls stands before the next heading; a second call has the same number."""
    call = '<w:r><w:{}Reference w:id="{}"/></w:r>'
    body = (
        paragraph("Un", call.format("endnote", 2), call.format("footnote", 7), ".")
        + table([cell("a"), cell(paragraph("b", call.format("footnote", 4)))])
        + paragraph("Deux", style="Titre1")
        + paragraph("Encore", call.format("footnote", 7), ".")
    )
    notes = "".join(f'<w:footnote w:id="{n}">{paragraph(t)}</w:footnote>' for n, t in ((7, "Sept."), (4, "Quatre.")))
    separator = f'<w:footnote w:type="separator" w:id="-1">{paragraph("trait")}</w:footnote>'
    others = {
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{W}">{separator}{notes}</w:footnotes>',
        "word/endnotes.xml": f'<w:endnotes xmlns:w="{W}"><w:endnote w:id="2">{paragraph("Fin.")}</w:endnote></w:endnotes>',
    }
    assert [(kind, rows) for kind, _, rows in blocks(docx(body, others))] == [
        ("paragraph", ["Un³¹."]),
        ("list", ["• a ; b²"]),
        ("footnote", ["(3) Fin."]),
        ("footnote", ["(1) Sept."]),
        ("footnote", ["(2) Quatre."]),
        ("heading", ["Deux"]),
        ("paragraph", ["Encore¹."]),
    ]


def test_merged_cells_are_said_in_their_rows_and_under_their_headers() -> None:
    """A vertical merge covers the rows that continue it, a horizontal one its columns."""
    restart, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = table(
        [cell("Statut"), cell("Capital"), cell("Associés")],
        [cell("Scic", restart), cell("18 500 €"), cell("2")],
        [cell("", goes_on), cell("37 000 €"), cell("7")],
        [cell("Association"), cell("sans objet", '<w:gridSpan w:val="2"/>')],
        header=True,
    )
    assert text(body) == [
        "• Statut : Scic ; Capital : 18 500 € ; Associés : 2",
        "• Statut : Scic ; Capital : 37 000 € ; Associés : 7",
        "• Statut : Association ; Capital / Associés : sans objet",
    ]


def test_tables_that_set_the_page_are_read_as_blocks() -> None:
    """A frame of one cell, and headings in cells; a table in a cell of a table with headers stays on its row."""
    inner = table([cell("a"), cell("b")], [cell("c"), cell("d")])
    assert text(table([cell(paragraph("Un.") + paragraph("Deux."))])) == ["Un.", "Deux."]
    assert text(table([cell(paragraph("T", style="Titre1")), cell(inner)])) == ["T", "• a ; b", "• c ; d"]
    assert text(table([cell("X"), cell("Y")], [cell("x"), cell(inner + paragraph("."))], header=True)) == [
        "• X : x ; Y : a ; b ; c ; d"
    ]


def test_a_strict_document_is_read_like_any_other() -> None:
    """The strict form of the standard has other namespaces."""
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    assert blocks(docx(paragraph("Un", style="Titre1") + paragraph("Lu."), namespace=strict))[0] == ("heading", 1, ["Un"])


def test_bold_paragraphs_are_headings_where_no_style_makes_one() -> None:
    """As in the documents of those who use no styles; a first row in bold is a header."""
    bold = "<w:b/>"
    body = (
        paragraph(run("Les statuts", bold))
        + paragraph("Un ", run("mot", bold), ".")
        + table([cell(paragraph(run("A", bold))), cell(paragraph(run("B", bold)))], [cell("1"), cell("2")])
    )
    assert [(kind, rows) for kind, _, rows in blocks(docx(body))] == [
        ("heading", ["Les statuts"]),
        ("paragraph", ["Un mot."]),
        ("list", ["• A : 1 ; B : 2"]),
    ]


def test_images_are_counted_and_parts_come_from_the_descriptor() -> None:
    """An image is a remark; the parts are passed on."""
    image = '<w:r><w:drawing><x:pic xmlns:x="http://schemas.openxmlformats.org/drawingml/2006/picture"/></w:drawing></w:r>'
    parts = (PartStart("a", "A", 1),)
    layout = word_layout(docx(paragraph("Un.", image)), Descriptor(parts=parts))
    assert (layout.remarks, layout.parts) == (("une image n’a pas été lue",), parts)


ENTITIES = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "ce n’est pas un document Word"),
        (b"{\\rtf1 Bonjour}", "ce n’est pas un document Word"),
        (OLE, "l’ancien Word"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "mot de passe"),
        (b"PK\x03\x04 pas un zip", "abîmé"),
        ((OFFICE / "guide.docx").read_bytes()[:5000], "abîmé"),
        ((OFFICE / "guide.odt").read_bytes(), "ce n’est pas un document Word"),
        (docx(""), "aucun texte"),
        (docx(paragraph("Un.") + "<w:p>"), "abîmé"),
        (docx("", {"word/document.xml": f"{ENTITIES}<x>&b;</x>"}), "type de document"),
        (docx("", {"word/document.xml": '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'}), "type de document"),
        (docx("", {"word/document.xml": f"{ENTITIES}<x>&b;</x>".encode("utf-16")}), "type de document"),
        (docx(paragraph("Un."), {"word/styles.xml": f"{ENTITIES}<x>&b;</x>"}), "type de document"),
        (docx("<w:sdt>" * 300 + "</w:sdt>" * 300), "trop de choses"),
        (docx("<w:p/>" * 3_000_001), "trop de choses"),
        (docx("", {"word/document.xml": " " * 101_000_000}), "trop de choses"),
        (docx(paragraph("Un."), {f"x/{number}": b"" for number in range(10_001)}), "trop de choses"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_is_no_word_document_is_said(content: bytes, said: str) -> None:
    """Other formats, locked, cut, empty, malformed files, entity and zip bombs each have their sentence."""
    with pytest.raises(TresseError, match=said):
        read(content)


def test_a_member_that_lies_about_its_size_or_sum_is_refused() -> None:
    """What is inflated is counted, whatever the directory says; a wrong checksum is damage."""
    content = docx("", {"word/document.xml": " " * 9_000_000})
    liar = content.replace((9_000_000).to_bytes(4, "little"), (900).to_bytes(4, "little"))
    with pytest.raises(TresseError):
        read(liar)
    sound = docx(paragraph("Un."))
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        checksum = archive.getinfo("word/document.xml").CRC.to_bytes(4, "little")
    with pytest.raises(TresseError, match="abîmé"):
        read(sound.replace(checksum, b"abcd"))


def test_nothing_is_written_whatever_the_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that climb out of the archive are names."""
    monkeypatch.chdir(tmp_path)
    assert text(paragraph("Un.")) == ["Un."]
    assert blocks(docx(paragraph("Un."), {"../../evil.txt": "x", "/tmp/evil.txt": "x"})) == [("paragraph", 0, ["Un."])]
    assert list(tmp_path.iterdir()) == []


def test_any_damage_gives_a_layout_or_a_tresse_error() -> None:
    """200 mutations of the container and of the XML inside raise nothing else."""
    whole = (OFFICE / "guide.docx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    chance = random.Random(11)
    for number in range(200):
        if number % 2:
            damaged = _damaged(whole, chance)
        else:
            name = chance.choice(["word/document.xml", "word/styles.xml", "word/footnotes.xml", "word/_rels/document.xml.rels"])
            damaged = docx("", members | {name: _shuffled(members[name], chance)})
        with suppress(TresseError):
            assert read(damaged).blocks


def _damaged(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content[: chance.randrange(len(content))] if chance.random() < 0.3 else content)
    for _ in range(chance.randrange(1, 20)):
        if damaged:
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            del damaged[chance.randrange(len(damaged)) : -1 if chance.random() < 0.1 else 0]
    return bytes(damaged)


def _shuffled(content: bytes, chance: random.Random) -> bytes:
    """The XML with some tags removed, doubled or exchanged: still well-formed now and then."""
    pieces = content.split(b"<")
    for _ in range(chance.randrange(1, 4)):
        at, other = chance.randrange(1, len(pieces)), chance.randrange(1, len(pieces))
        pieces[at] = chance.choice(
            [pieces[other], pieces[at].replace(b'w:val="', b'w:val="-9'), pieces[at].replace(b"w:", b"w:x", 1)]
        )
    return b"<".join(pieces)


def test_the_whole_booklet_is_read_word_for_word(booklet: Document) -> None:
    """Laid out as a Word document, each of its sentences is read back, under its headings."""
    body = []
    for block in booklet.blocks:
        said = escape(booklet.text[block.start : block.end])
        if block.kind == "heading":
            body.append(paragraph(said, properties=f'<w:outlineLvl w:val="{len(block.headings) - 1}"/>'))
        else:
            rows = said.split("\n")
            body.extend(paragraph(row.removeprefix("• "), style="Liste" if row.startswith("• ") else "") for row in rows)
    again = document(read(docx("".join(body))), "livret", "Livret")
    assert again.text.split() == booklet.text.split()
    spans = [booklet.text[s.start : s.end] for b in booklet.blocks if b.kind != "heading" for s in block_spans(booklet, b)]
    read_back = {again.text[s.start : s.end] for b in again.blocks for s in block_spans(again, b)}
    assert [span for span in spans if span not in read_back] == []
