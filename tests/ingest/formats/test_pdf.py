"""PDF files: reading order, what is dropped, what is told apart, and files that are damaged or hostile.

The files of `pdf/` are set from the real booklet (their README says how), so that its canonical text is the expected one.
"""

import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from playwright.sync_api import Browser, sync_playwright

from errors import TresseError
from ingest.canonical import document
from ingest.descriptor import Descriptor
from ingest.document import Document
from ingest.formats.pdf.layout import pdf_layout
from ingest.formats.pdf.rows import Row
from ingest.formats.pdf.words import Word
from ingest.layout import Layout

FILES = Path(__file__).parent / "pdf"


def layout(content: bytes) -> Layout:
    return pdf_layout(content, Descriptor())


def read(content: bytes) -> Document:
    found = layout(content)
    return document(found, "essai", found.title or "Essai")


def blocks(content: bytes) -> list[tuple[str, str]]:
    found = read(content)
    return [(block.kind, found.text[block.start : block.end]) for block in found.blocks]


def texts(content: bytes, kind: str) -> list[str]:
    return [text for found, text in blocks(content) if found == kind]


def fixture(name: str) -> bytes:
    return (FILES / f"{name}.pdf").read_bytes()


def words(text: str) -> str:
    """The words alone: what is set in TeX and in the booklet differs in spaces and quotes."""
    marks = str.maketrans(dict.fromkeys("¹²³«»“”’…", " "))
    return " ".join(text.translate(marks).replace(" ;", ";").replace(" :", ":").replace(" ?", "?").split())


def written(*pages: str, info: str = "", page: str = "") -> bytes:
    """A PDF of these content streams, in Helvetica (F) and Helvetica-Bold (B)."""
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(pages)))
    fonts = [
        f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>" for name in ("Helvetica", "Helvetica-Bold")
    ]
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>", *fonts, f"<<{info}>>"]
    for number, stream in enumerate(pages):
        resources = "/Resources<</Font<</F 3 0 R/B 4 0 R>>>>"
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]{page}{resources}/Contents {7 + 2 * number} 0 R>>")
        objects.append(f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream")
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    rows = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}trailer<</Size {len(objects) + 1}/Root 1 0 R/Info 5 0 R>>\n"
    return f"{body}{end}startxref\n{len(body)}\n%%EOF".encode("cp1252")


def line(text: str, y: float, *, x: float = 60, size: float = 10, font: str = "F") -> str:
    """Text whose base line is `y` points above the bottom of the page."""
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /{font} {size} Tf {x} {y} Td ({escaped}) Tj ET\n"


def lines(rows: Sequence[str], top: float, *, x: float = 60, size: float = 10, leading: float = 12) -> str:
    return "".join(line(text, top - number * leading, x=x, size=size) for number, text in enumerate(rows))


PROSE = (
    "Le réseau réunit les associations du pays et les aide à",
    "mettre en commun leurs moyens. Il organise des temps de",
    "rencontre chaque année et publie un annuaire commun que",
    "les communes distribuent à tous les habitants du pays.",
)
OTHER = (
    "La marque distingue les produits de la vallée. Elle est",
    "accordée pour trois ans par un comité de producteurs et",
    "de consommateurs qui visite les fermes chaque printemps",
    "et rend compte de ses visites à ceux qui la soutiennent.",
)
FIRST, SECOND = " ".join(PROSE), " ".join(OTHER)


def test_a_report_has_the_words_of_its_source_in_order(booklet: Document) -> None:
    """One column, with header, footer, footnotes, a list and a table: each paragraph is one of the booklet’s, whole."""
    source = words(booklet.text)
    paragraphs = texts(fixture("rapport"), "paragraph")
    own = "Ces chiffres sont ceux des fédérations, à la fin de l’année 2019."
    assert len(paragraphs) == 13
    assert [text for text in paragraphs if words(text) not in source] == [own]
    places = [source.index(words(text)) for text in paragraphs if text != own]
    assert places == sorted(places)


def test_headings_have_the_levels_of_their_sizes() -> None:
    """The largest letters are the first level; the title of the document stands outside the trail."""
    found = [(block.level, block.rows[0][0].text) for block in layout(fixture("rapport")).blocks if block.kind == "heading"]
    assert found == [
        (0, "Coopérer en milieu rural"),
        (1, "L’économie sociale et solidaire dans les territoires"),
        (2, "Cinq formes de coopération"),
        (1, "Les réseaux territoriaux d’acteurs"),
        (2, "Quel est l’intérêt des réseaux d’acteurs de l’ESS ?"),
        (2, "À quels enjeux répondent-ils ?"),
        (1, "Les formes en chiffres"),
        (2, "Une pluralité de types de réseaux"),
    ]
    assert read(fixture("rapport")).blocks[-1].headings == (
        "Coopérer en milieu rural",
        "Les formes en chiffres",
        "Une pluralité de types de réseaux",
    )


def test_running_headers_and_page_numbers_are_dropped() -> None:
    """What three pages have in the same place, numbers aside, is no text; lines are counted without it."""
    found = layout(fixture("rapport"))
    text = read(fixture("rapport")).text
    assert "Livret de coopération" not in text
    assert "Page 1 sur" not in text
    assert found.blocks[0].rows[0][0].number == 1


def test_a_table_gives_a_line_a_row_with_the_names_of_its_columns() -> None:
    """Cells on several lines are read cell by cell; the bold first line names the columns."""
    assert texts(fixture("rapport"), "list")[1].split("\n") == [
        "• Forme : Réseau territorial ; Statut : Association ; Emplois en 2019 : 19 pôles bretons",
        "• Forme : Coopérative d’activité et d’emploi ; Statut : Société coopérative et participative, ou coopérative "
        "d’intérêt collectif ; Emplois en 2019 : 12 000 entrepreneurs",
        "• Forme : Groupement d’employeurs ; Statut : Association loi 1901 le plus souvent ; Emplois en 2019 : 20 000 emplois",
    ]


def test_footnotes_stand_apart_from_the_list_and_the_paragraph_they_interrupt(booklet: Document) -> None:
    """A list and a paragraph go on over the footnotes of their page; the call is a raised digit."""
    content = fixture("rapport")
    assert texts(content, "footnote") == [
        "1 Retrouvez l’ensemble de ces études sur avise.org et rtes.fr",
        "1 Colletis G., Gianfaldoni P.et Richez-Battesti N.,« ESS, territoires et proximité », Revue internationale de "
        "l’économie sociale, RECMA, Vol n° 296, 2006.",
    ]
    assert "dans le cadre du projet Tressons¹ – Territoires Ruraux" in read(content).text
    items = texts(content, "list")[0].split("\n")
    assert len(items) == 5
    assert all(words(item.removeprefix("• ")).rstrip(".") in words(booklet.text) for item in items)


def test_pages_and_lines_are_those_of_the_file() -> None:
    """A block knows its page; the paragraph that goes on over a page has the lines of both."""
    found = read(fixture("rapport"))
    over = next(block for block in found.blocks if found.text.startswith("Favoriser", block.start + 2))
    assert (found.page(over.start), found.page(over.end - 1)) == (2, 3)
    assert found.lines(over.start, over.end) == (77, 90)


def test_two_columns_under_a_wide_title_are_read_one_after_the_other(booklet: Document) -> None:
    """Set in TeX: ligatures, accents that are glyphs of their own, words cut at line ends, a title over both columns."""
    content = fixture("revue")
    assert texts(content, "heading") == [
        "Développement territorial et économie sociale et solidaire dans les campagnes",
        "Avise et RTES",
        "Les territoires ruraux",
        "Cinq formes de coopération",
        "Les réseaux d’acteurs",
        "Leurs enjeux",
        "Les emplois",
        "Les coopératives d’activité",
        "Les groupements",
    ]
    paragraphs = [words(text).replace("-", "") for text in texts(content, "paragraph")]
    source = words(booklet.text).replace("-", "")
    assert len(paragraphs) == 24
    assert [text for text in paragraphs if text not in source] == []
    assert texts(content, "footnote") == ["1. Retrouvez l’ensemble de ces études sur avise.org et rtes.fr"]
    assert texts(content, "list")[1].split("\n")[0] == "• Forme : Réseaux ; Emplois : 1 200 ; Part : 12 %"


def test_fonts_of_tex_that_do_not_name_their_letters_are_read(booklet: Document) -> None:
    """Bitmap fonts in the Cork encoding: ligatures, dashes, quotes, œ and € have the codes of control characters."""
    first, second, third = texts(fixture("cork"), "paragraph")
    assert words(first) in words(booklet.text)
    assert words(second) in words(booklet.text)
    assert third == "Effectif : 35 000 € – une difficulté affichée, un cœur différent, « efficace »…"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (fixture("secret"), "il est protégé par un mot de passe\u00a0: enregistrez-le sans protection"),
        (fixture("scan"), "ses pages sont des images sans texte, comme celles d’un document numérisé\u00a0: passez-le dans"),
        (fixture("rapport")[:3000], "ce n’est pas un PDF lisible, ou il est abîmé\u00a0: téléchargez-le"),
        (b"", "ce n’est pas un PDF lisible, ou il est abîmé\u00a0: téléchargez-le"),
        (b"%PDF-1.7\n", "ce n’est pas un PDF lisible, ou il est abîmé\u00a0: téléchargez-le"),
        (written("", ""), "ses pages sont blanches\u00a0: retirez-le"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    """The sentence follows the name of the file: what is wrong, what to do."""
    with pytest.raises(TresseError, match=rf"^{sentence}"):
        layout(content)


def test_pages_without_text_among_others_are_told() -> None:
    """A page that is only an image is a remark; a blank page is none."""
    together = pdfium.PdfDocument.new()
    for content in (written(line("Un début.", 700)), fixture("scan"), written(""), fixture("scan")):
        with pdfium.PdfDocument(content) as part:
            together.import_pages(part)
    out = BytesIO()
    together.save(out)
    together.close()
    found = layout(out.getvalue())
    assert found.remarks == (
        "Les pages 2 et 4 sont des images sans texte\u00a0: pour qu’on y cherche, passez le document dans un logiciel d’OCR.",
    )
    assert [block.rows[0][0].text for block in found.blocks] == ["Un début."]


@pytest.mark.parametrize(
    ("info", "title"),
    [
        ("/Title(Guide du compost)", "Guide du compost"),
        ("/Title(Microsoft Word - guide.doc)", ""),
        ("/Title(guide_final_v2.odt)", ""),
        ("/Title(about:blank)", ""),
        ("/Title(12)", ""),
        ("", ""),
    ],
)
def test_a_title_is_what_an_author_gave(info: str, title: str) -> None:
    """The name of a file or of a program is no title."""
    assert layout(written(line("Un texte.", 700), info=info)).title == title


def test_columns_whose_lines_alternate_in_the_file_are_not_mixed() -> None:
    """The order of the file says nothing: places do."""
    pairs = zip(PROSE, OTHER, strict=True)
    stream = "".join(line(one, 700 - 12 * n, x=40) + line(two, 700 - 12 * n, x=320) for n, (one, two) in enumerate(pairs))
    assert blocks(written(stream)) == [("paragraph", FIRST), ("paragraph", SECOND)]


def test_columns_on_lines_of_different_heights_are_not_mixed() -> None:
    """The base lines of two columns need not agree."""
    assert blocks(written(lines(PROSE, 700, x=40) + lines(OTHER, 694, x=320))) == [("paragraph", FIRST), ("paragraph", SECOND)]


def test_a_paragraph_goes_on_in_the_next_column() -> None:
    """A sentence that the end of a column or of a page cuts is one block."""
    stream = lines(PROSE[:3], 700, x=40) + lines([PROSE[3], *OTHER], 700, x=320)
    assert blocks(written(stream)) == [("paragraph", f"{FIRST} {SECOND}")]
    assert blocks(written(lines(PROSE[:2], 100), lines(PROSE[2:], 780))) == [("paragraph", FIRST)]
    short = [*PROSE[:2], "rencontre"], ["chaque année dans une commune du pays."]
    assert blocks(written(lines(short[0], 100), lines(short[1], 780))) == [("paragraph", " ".join([*short[0], *short[1]]))]


def test_a_short_title_over_columns_in_mid_page_parts_what_is_above_from_what_is_below() -> None:
    """The columns above it are read to their end before it, though it is no wider than the left one."""
    above = lines(PROSE, 760, x=40) + lines(OTHER, 760, x=320)
    below = lines(OTHER, 650, x=40) + lines(PROSE, 650, x=320)
    assert blocks(written(above + line("Les marques", 680, x=40, size=16) + below)) == [
        ("paragraph", FIRST),
        ("paragraph", SECOND),
        ("heading", "Les marques"),
        ("paragraph", SECOND),
        ("paragraph", FIRST),
    ]


def test_a_narrow_column_beside_the_text_does_not_cut_its_paragraph() -> None:
    """What stands in the margin, without a frame, comes after the paragraph that goes on under it."""
    wide = "Le réseau réunit les associations du pays et les aide à mettre en commun leurs moyens, d’année en année,"
    beside = ("Un annuaire tenu", "par les adhérents", "paraît chaque mai", "dans tout le pays.")
    stream = line(wide, 712) + lines(PROSE, 700) + lines(beside, 700, x=400) + line("et tous les ans " + wide[10:-1] + ".", 652)
    assert blocks(written(stream)) == [
        ("paragraph", f"{wide} {' '.join(PROSE)} et tous les ans {wide[10:-1]}."),
        ("paragraph", " ".join(beside)),
    ]


def test_text_beside_a_framed_box_is_read_before_it() -> None:
    """A box in the way of the lines does not cut the paragraph that it stands beside."""
    wide = "Le réseau réunit les associations du pays et les aide à mettre en commun leurs moyens, d’année en année"
    narrow = (
        "dans chaque commune du pays, et avec",
        "les habitants qui le veulent bien pour",
        "des rencontres à la maison du pays et",
    )
    box = "330 658 190 38 re S\n" + lines(("À lire avant de venir :", "le règlement du réseau"), 678, x=340)
    stream = line(wide, 700) + lines(narrow, 688) + line(wide.removeprefix("Le réseau ") + ".", 652) + box
    (kind, text), beside = blocks(written(stream))
    assert (kind, text) == ("paragraph", f"{wide} {' '.join(narrow)} {wide.removeprefix('Le réseau ')}.")
    assert beside == ("paragraph", "À lire avant de venir : le règlement du réseau")


def numbered(number: int, body: str, *, header: str) -> str:
    return line(header, 810, size=8) + body + line(f"– {number} –", 30, x=290, size=8)


def test_headers_that_alternate_are_dropped_from_even_and_odd_pages() -> None:
    """The header of even pages need not be that of odd ones; the number changes."""
    pages = [
        numbered(n, line(f"Page de texte {word}.", 700), header="Le livret" if n % 2 else "Avise et RTES")
        for n, word in enumerate(("une", "deux", "trois", "quatre", "cinq", "six"), 1)
    ]
    assert [text for _, text in blocks(written(*pages))] == [
        f"Page de texte {word}." for word in ("une", "deux", "trois", "quatre", "cinq", "six")
    ]


def test_two_pages_lose_nothing() -> None:
    """What two pages have in common may be text."""
    pages = [numbered(n, line(text, 700), header="Le livret") for n, text in enumerate(("Un début.", "Une fin."), 1)]
    found = [text for _, text in blocks(written(*pages))]
    assert found == ["Le livret", "Un début.", "– 1 –", "Le livret", "Une fin.", "– 2 –"]


def test_a_title_that_headers_repeat_is_kept_where_it_is_the_title() -> None:
    """What stands lower and larger on the first page is no header."""
    first = line("Le livret", 740, size=24) + line("Un début.", 700)
    pages = [first, *(line("Le livret", 810, size=8) + line(f"Suite {word}.", 700) for word in ("un", "deux", "trois"))]
    assert [text for _, text in blocks(written(*pages))] == [
        "Le livret",
        "Un début.",
        "Suite un.",
        "Suite deux.",
        "Suite trois.",
    ]


def test_a_sentence_that_pages_share_in_their_midst_is_text() -> None:
    """Only what stands near the edge of the page is a header."""
    page = line("Les inscriptions sont closes.", 500)
    assert texts(written(page, page, page), "paragraph") == ["Les inscriptions sont closes."] * 3


def test_paragraphs_begin_after_a_gap_or_an_indentation() -> None:
    """Either shows a paragraph; a short line that ends a sentence does too."""
    indented = line("  " + PROSE[0], 700, x=75) + lines(PROSE[1:], 688) + line(OTHER[0], 652, x=75) + lines(OTHER[1:], 640)
    assert [text for _, text in blocks(written(indented))] == [FIRST, SECOND]
    assert [text for _, text in blocks(written(lines(PROSE, 700) + lines(OTHER, 640)))] == [FIRST, SECOND]
    assert [text for _, text in blocks(written(lines([*PROSE[:3], "le pays.", *OTHER], 700)))] == [
        " ".join([*PROSE[:3], "le pays."]),
        SECOND,
    ]


def test_words_are_parted_by_their_gaps_and_joined_without() -> None:
    """Without a space in the file, a gap parts words; kerning does not, nor a change of font within a word."""
    spread = "BT /F 10 Tf 60 700 Td [(La) -300 (coop) 20 (\xe9rative) -300 (agit.)] TJ ET\n"
    assert blocks(written(spread)) == [("paragraph", "La coopérative agit.")]
    styled = "BT /F 10 Tf 60 700 Td (La co) Tj /B 10 Tf (op) Tj /F 10 Tf (\xe9rative agit.) Tj ET\n"
    assert blocks(written(styled)) == [("paragraph", "La coopérative agit.")]


def test_a_word_cut_at_a_line_end_is_whole() -> None:
    """A hyphen at a line end, written as one or as a soft one, joins; a compound keeps its own."""
    rows = ["Le groupement rassemble des associa-", "tions du pays et le grou\xad", "pement vit. Un rendez-vous est pris."]
    assert blocks(written(lines(rows, 700))) == [
        ("paragraph", "Le groupement rassemble des associations du pays et le groupement vit. Un rendez-vous est pris.")
    ]


def test_a_soft_hyphen_at_the_end_of_a_row_is_a_hyphen() -> None:
    """Elsewhere it is none, and canonical text has none."""
    assert Row.of([Word("grou\u00ad", 60, 80, 100, 10)]).text == "grou-"


def test_raised_digits_call_footnotes_and_other_raised_letters_stay() -> None:
    """« projet¹ », « XXe », « CO2 »: what is raised or lowered belongs to its word."""
    stream = (
        "BT /F 10 Tf 60 700 Td (Le projet) Tj /F 6 Tf 4 Ts (1) Tj /F 10 Tf 0 Ts ( du XX) Tj /F 6 Tf 4 Ts (e) Tj "
        "/F 10 Tf 0 Ts ( si\xe8cle \xe9vite le CO) Tj /F 6 Tf -2 Ts (2) Tj /F 10 Tf 0 Ts (.) Tj ET\n"
    )
    assert blocks(written(stream)) == [("paragraph", "Le projet¹ du XXe siècle évite le CO2.")]


def test_lists_have_an_item_a_row_with_bullets_dashes_or_numbers() -> None:
    """Lines under the words of an item go on with it; numbers are marks as bullets are."""
    bullets = line("• des épluchures de fruits et de légumes, en", 700, x=70) + line("petits morceaux ;", 688, x=78)
    bullets += line("• du marc de café.", 676, x=70)
    assert blocks(written(line("On y met :", 714) + bullets)) == [
        ("paragraph", "On y met :"),
        ("list", "• des épluchures de fruits et de légumes, en petits morceaux ;\n• du marc de café."),
    ]
    numbers = lines(["Les étapes :", "1. Remplir le formulaire.", "2. Le signer.", "3. L’envoyer."], 700)
    assert blocks(written(numbers))[1] == ("list", "• Remplir le formulaire.\n• Le signer.\n• L’envoyer.")


def test_a_number_or_a_dash_amid_a_sentence_opens_no_item() -> None:
    """A line that begins by chance with a year or a dash goes on with its paragraph."""
    for mark in ("1. Il a depuis toujours", "– depuis toujours – il a"):
        rows = [
            "Le réseau, qui a été fondé par les communes du pays en",
            f"{mark} des membres dans tous les villages.",
            "Il dure.",
        ]
        assert blocks(written(lines(rows, 700))) == [("paragraph", " ".join(rows))]


def test_drawn_bullets_open_items() -> None:
    """Browsers draw the bullets of lists rather than write them."""
    stream = (
        "62 702 3 3 re f\n" + line("des épluchures ;", 700, x=72) + "62 688 3 3 re f\n" + line("du marc de café.", 686, x=72)
    )
    assert blocks(written(stream)) == [("list", "• des épluchures ;\n• du marc de café.")]


def test_bold_lines_alone_are_headings_and_bold_words_are_not() -> None:
    """Weight makes a heading of a short line that does not end as a sentence; larger letters come first."""
    stream = line("Le réseau", 720, size=14) + line("Ses missions", 704, font="B") + lines(PROSE, 690)
    stream += line("Attention :", 630, font="B") + line("le réseau ferme en août.", 630, x=120)
    found = layout(written(stream)).blocks
    assert [(block.kind, block.level, block.rows[0][0].text) for block in found] == [
        ("heading", 1, "Le réseau"),
        ("heading", 2, "Ses missions"),
        ("paragraph", 0, PROSE[0]),
        ("paragraph", 0, "Attention : le réseau ferme en août."),
    ]


def test_labels_announce_what_follows() -> None:
    """« EXEMPLE » and « À SAVOIR » make an example and a box of the next text, as in text files."""
    stream = line("EXEMPLE", 720, font="B") + line("Le réseau du pays.", 700) + line("À SAVOIR", 680) + line("Il dure.", 660)
    assert blocks(written(stream)) == [
        ("label", "EXEMPLE"),
        ("example", "Le réseau du pays."),
        ("label", "À SAVOIR"),
        ("box", "Il dure."),
    ]


def test_cells_that_stand_under_each_other_are_a_table() -> None:
    """Without rules, aligned cells make rows; without a bold header they follow each other."""
    rows = (
        ("Réseau", "Association", "1 200"),
        ("Coopérative", "Scop ou Scic", "5 300"),
        ("Groupement", "Association", "3 500"),
    )
    stream = lines(PROSE, 760) + "".join(
        line(cell, 690 - 14 * number, x=x)
        for number, row in enumerate(rows)
        for x, cell in zip((60, 200, 340), row, strict=True)
    )
    assert blocks(written(stream))[1] == (
        "list",
        "• Réseau ; Association ; 1 200\n• Coopérative ; Scop ou Scic ; 5 300\n• Groupement ; Association ; 3 500",
    )


def test_long_cells_beside_each_other_are_no_columns() -> None:
    """Rows of two cells that begin together after each gap are read row by row, each cell whole."""
    names = (
        ("Le réseau du pays et", "de ses communes"),
        ("La marque distingue", "les produits fermiers"),
        ("Le groupe", "d’employeurs"),
    )
    stream = ""
    for number, name in enumerate(names):
        stream += lines(name, 700 - 60 * number, x=60) + lines(PROSE, 700 - 60 * number, x=240)
    assert blocks(written(stream)) == [("list", "\n".join(f"• {' '.join(name)} ; {FIRST}" for name in names))]


def test_pages_that_are_turned_are_read_upright() -> None:
    """A page whose text runs upwards, as wide tables do, reads as any other."""
    stream = "".join(f"BT /F 10 Tf 0 1 -1 0 {100 + 12 * n} 60 Tm ({row}) Tj ET\n" for n, row in enumerate(PROSE))
    assert blocks(written(stream)) == [("paragraph", FIRST)]


def test_a_watermark_aslant_is_not_read() -> None:
    """« BROUILLON » across the page is no text."""
    stream = lines(PROSE, 700) + "BT /F 60 Tf .7 .7 -.7 .7 100 400 Tm (BROUILLON) Tj ET\n"
    assert blocks(written(stream)) == [("paragraph", FIRST)]


def test_parts_and_notes_of_the_descriptor_are_handed_on() -> None:
    """The reader adds nothing to what the descriptor says of the document."""
    known = Descriptor(notes={3: "terre1"})
    assert pdf_layout(written(line("Un texte.", 700)), known).notes == {3: "terre1"}


def test_a_page_may_begin_anywhere_and_what_is_outside_is_not_read() -> None:
    """The corner of the page need not be the origin; text that printers cut off is no text."""
    moved = "".join(line(row, 1700 - 12 * number, x=1060) for number, row in enumerate(PROSE))
    content = written(moved + line("repère de coupe", 900, x=1060)).replace(b"[0 0 595 842]", b"[1000 1000 1595 1842]")
    assert blocks(content) == [("paragraph", FIRST)]


@pytest.mark.parametrize(
    "stream",
    [
        "BT /F 10 Tf 99999 99999 Td (loin) Tj ET",
        "BT /F 1e38 Tf 1e38 0 0 1e38 1e38 1e38 Tm (infini) Tj ET",
        "BT /F 0 Tf 60 600 Td (nul) Tj ET",
        "BT /F 10 Tf 0 0 0 0 60 600 Tm (plat) Tj ET",
        "1e38 1e38 1e38 1e38 re S 0 0 -1e38 5 re f",
    ],
)
def test_places_that_are_no_places_are_left_out(stream: str) -> None:
    """Numbers without sense neither fail nor hide the rest."""
    assert blocks(written(line("Un texte.", 700) + stream)) == [("paragraph", "Un texte.")]


def mutated(content: bytes, chance: random.Random) -> bytes:
    """A copy that is cut short, or in which bytes or figures are others, or from which a piece is missing."""
    copy = bytearray(content)
    manner = chance.randrange(4)
    if manner == 0:
        return bytes(copy[: chance.randrange(len(copy))])
    if manner == 1:
        start = chance.randrange(len(copy))
        return bytes(copy[:start] + copy[start + chance.randrange(2000) :])
    figures = [place for place, byte in enumerate(copy) if 48 <= byte < 58]
    for _ in range(chance.choice((1, 10, 100))):
        if manner == 2:
            copy[chance.randrange(len(copy))] = chance.randrange(256)
        else:
            copy[chance.choice(figures)] = 48 + chance.randrange(10)
    return bytes(copy)


@pytest.mark.parametrize("name", ["rapport", "revue", "cork"])
def test_damaged_files_are_read_or_refused(name: str) -> None:
    """Whatever the damage, there is a layout or a sentence, and soon."""
    chance, content, started = random.Random(name), fixture(name), time.monotonic()
    outcomes = {"read": 0, "refused": 0}
    for _ in range(50):
        try:
            layout(mutated(content, chance))
            outcomes["read"] += 1
        except TresseError:
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 5
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "make",
    [
        lambda: written(line("Un texte.", 700), *[""] * 10_000),
        lambda: written("".join(line("Le réseau du pays agit. " * 4, 830 - 0.5 * n, size=0.4) for n in range(1500))),
        lambda: written("".join(line("mot", 830 - n // 20, x=50 + 25 * (n % 20), size=1) for n in range(16_000))),
        lambda: written("".join(f"{n % 400} {n % 700} {50 + n % 300} 40 re S\n" for n in range(20_000)) + lines(PROSE, 700)),
    ],
    ids=["10,000 pages", "144,000 characters", "16,000 cells", "20,000 rectangles"],
)
def test_large_files_take_seconds(make: Callable[[], bytes]) -> None:
    """Time grows with what is on the pages, not with its square."""
    content, started = make(), time.monotonic()
    assert layout(content).blocks
    assert time.monotonic() - started < 15


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.browser
def test_what_a_browser_prints_in_columns_is_read_in_order(chromium: Browser, booklet: Document) -> None:
    """Three columns under a title, a bulleted list, headers and page numbers of the browser."""
    kinds = [block for block in booklet.blocks if block.kind in ("paragraph", "list")][:30]
    pieces = [booklet.text[block.start : block.end] for block in kinds]
    html = "".join(
        "<ul>" + "".join(f"<li>{item.removeprefix('• ')}</li>" for item in piece.split("\n")) + "</ul>"
        if piece.startswith("• ")
        else f"<p>{piece}</p>"
        for piece in pieces
    )
    style = "body{font:9pt 'DejaVu Serif'}div{columns:3;column-gap:6mm}"
    page = chromium.new_page()
    page.set_content(f"<!doctype html><html lang=fr><style>{style}</style><h1>La lettre du pays</h1><div>{html}</div>")
    header = "<div style='font-size:8pt;margin-left:15mm'>La lettre, numéro 12</div>"
    footer = "<div style='font-size:8pt;margin-left:90mm'><span class=pageNumber></span></div>"
    margin = {"top": "20mm", "bottom": "20mm", "left": "15mm", "right": "15mm"}
    content = page.pdf(format="A4", display_header_footer=True, header_template=header, footer_template=footer, margin=margin)
    page.close()
    found = read(content)
    assert found.text.startswith("La lettre du pays\n\n")
    printed = words(found.text.removeprefix("La lettre du pays"))
    assert printed.replace("-", "") == words("\n".join(pieces)).replace("-", "")  # what a cut word’s hyphen means is not ours
