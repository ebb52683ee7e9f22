"""Web pages: what is read of them, in which order, and what no page may do."""

import random
import time
from contextlib import suppress
from pathlib import Path

import pytest

from errors import TresseError
from ingest.canonical import document
from ingest.descriptor import Descriptor
from ingest.document import Document
from ingest.formats.webpage import webpage_layout
from ingest.layout import Layout, PartStart
from ingest.passages import block_spans

OFFICE = Path(__file__).parent / "office"


def read(html: str | bytes) -> Layout:
    return webpage_layout(html if isinstance(html, bytes) else html.encode(), Descriptor())


def blocks(html: str | bytes) -> list[tuple[str, list[str]]]:
    return [(block.kind, [row[0].text for row in block.rows]) for block in read(html).blocks]


def text(html: str | bytes) -> list[str]:
    return [row for _, rows in blocks(html) for row in rows]


def test_a_page_has_its_headings_paragraphs_and_lists_numbered_from_one() -> None:
    """Levels are those of h1 to h6; nested items follow in order; each row has the next number."""
    layout = read("<h1>Un</h1><p>Deux.</p><h3>Trois</h3><ul><li>quatre<ul><li>cinq</ul><li>six</ul>Sept.")
    assert [(b.kind, b.level, [(row[0].number, row[0].text) for row in b.rows]) for b in layout.blocks] == [
        ("heading", 1, [(1, "Un")]),
        ("paragraph", 0, [(2, "Deux.")]),
        ("heading", 3, [(3, "Trois")]),
        ("list", 0, [(4, "• quatre"), (5, "• cinq"), (6, "• six")]),
        ("paragraph", 0, [(7, "Sept.")]),
    ]
    assert (layout.numbered, layout.title, layout.remarks) == ("paragraph", "Un", ())


def test_only_blocks_break_words() -> None:
    """Inline elements, comments and soft hyphens leave words whole; blocks end them; a break is a space."""
    html = (
        "<p>« é<b>co</b>no<!-- x --><span>mie</span> »&nbsp;: l&rsquo;&eacute;t&eacute;<br>vi&shy;ent<wbr>.</p>"
        "Un<div>deux</div>trois"
    )
    assert text(html) == ["« économie » : l’été vient.", "Un", "deux", "trois"]


def test_breaks_mean_something_in_code_verse_and_addresses() -> None:
    """Each line of a <pre>, of an <address> and of a poem is a row of its own; line ends of the source only are in <pre>."""
    html = "<pre>a = 1\n\n  b = 2</pre><address>Mairie<br>1 rue\nHaute</address><p class='poem'>Ô temps !<br>Suspends</p>"
    assert blocks(html) == [
        ("paragraph", ["a = 1", "b = 2"]),
        ("paragraph", ["Mairie", "1 rue Haute"]),
        ("paragraph", ["Ô temps !", "Suspends"]),
    ]


def test_an_item_may_hold_paragraphs_and_a_section() -> None:
    """The second paragraph of an item has no bullet; an item that opens with a heading is a section."""
    assert blocks("<ol><li><p>Un.</p><p>Suite.</p></li></ol><ul><li><h3>Titre</h3><p>Texte.</p></li></ul>") == [
        ("list", ["• Un.", "Suite."]),
        ("heading", ["Titre"]),
        ("paragraph", ["Texte."]),
    ]


def test_bullets_typed_by_hand_make_items() -> None:
    """A paragraph that opens with a bullet or a dash is an item; they make one list."""
    assert blocks("<p>On y met :</p><p>– du marc ;</p><p>• des feuilles.</p>") == [
        ("paragraph", ["On y met :"]),
        ("list", ["• du marc ;", "• des feuilles."]),
    ]


def test_definitions_follow_their_term() -> None:
    """« terme : définition »; two terms share theirs; a second definition and a lone term are items."""
    html = "<dl><dt>Scic<dt>SCIC :<dd>société<dd>coopérative<dt>Scop<dd><p>une</p><p>suite</p><dt>seule</dl>"
    assert text(html) == ["• Scic, SCIC : société", "• coopérative", "• Scop : une", "suite", "• seule"]


def test_tables_keep_their_header() -> None:
    """Headers are <th>, or the first row where it alone is in bold; the caption is a paragraph; merged cells are repeated."""
    html = (
        "<table><caption>Statuts</caption><tr><th>Statut<th>Capital<tr><td rowspan=2>Scic<td>18 500&nbsp;€<tr><td>37 000 €"
        "</table>"
        "<table><tr><td><b>Nom</b><td><strong>Sigle</strong><tr><td>Réseau<td>R</table><table><tr><td>a<td>b<tr><td>c<td>d</table>"
    )
    assert blocks(html) == [
        ("paragraph", ["Statuts"]),
        ("list", ["• Statut : Scic ; Capital : 18 500 €", "• Statut : Scic ; Capital : 37 000 €"]),
        ("list", ["• Nom : Réseau ; Sigle : R"]),
        ("list", ["• a ; b", "• c ; d"]),
    ]


def test_tables_that_set_the_page_are_read_as_blocks() -> None:
    """One column, one row of blocks, or headings in cells: their cells are read in order, tables inside as tables."""
    inner = "<table><tr><th>A<th>B<tr><td>1<td>2</table>"
    assert text(f"<table><tr><td><h2>Titre</h2><p>Un.</p>{inner}<td><p>Deux.</p></table>") == [
        "Titre",
        "Un.",
        "• A : 1 ; B : 2",
        "Deux.",
    ]
    assert text("<table><tr><td>Un.<tr><td>Deux.</table>") == ["Un.", "Deux."]
    assert text(f"<table><tr><th>Nom<th>Détail<tr><td>x<td>{inner}</table>") == ["• Nom : x ; Détail : A : 1 ; B : 2"]


def test_what_is_not_displayed_is_not_read() -> None:
    """Scripts, styles, templates, controls and hidden elements say nothing; a button that heads a section does."""
    html = (
        "<style>p{}</style><p>Vu.</p><script>s()</script><noscript>n</noscript><template><p>t</p></template>"
        "<svg><text>v</text></svg><p hidden>h</p><p style='color:red; display : none'>d</p><p aria-hidden=true>a</p>"
        "<dialog>d</dialog><p>é<del>x</del>té</p><form><label>Nom</label><input value=i><select><option>o</select>"
        "<textarea>t</textarea><button>Envoyer</button><p>Lu.</p></form>"
        "<h2><button>Section</button></h2><p>Fin.</p>"
    )
    assert text(html) == ["Vu.", "été", "Lu.", "Section", "Fin."]


def test_only_the_content_of_a_page_is_read() -> None:
    """<main> alone where there is one; else no margins around an <article>, whose own header stays; else all but navigation."""
    around = "<nav>Menu</nav><header>Haut</header>{}<aside>Côté</aside><div id=cookie-banner>Cookies</div><footer>Bas</footer>"
    main = "<div>Hors</div><main><nav>Ici</nav><header><h1>T</h1></header><p>Texte.</p><div class='toc'>Sommaire</div></main>"
    assert text(around.format(main)) == ["T", "Texte."]
    assert text(around.format("<div>Dans</div><article><header><h1>T</h1></header>Texte.</article>")) == ["Dans", "T", "Texte."]
    assert text(around.format("<p>Texte.</p>")) == ["Haut", "Texte.", "Côté", "Bas"]
    assert text("<nav>Menu</nav><main><script>x</script></main>") == ["Menu"]


@pytest.mark.parametrize(
    ("call", "note"),
    [
        ('<sup><a href="#n" id="c">1</a></sup>', '<ol><li id="n"><p>La loi. <a href="#c">↩</a></p></li></ol>'),
        ('<sup id="c"><a href="page.html#n">[1]</a></sup>', '<div id="n"><a href="#c">↑</a> La loi.</div>'),
        ('<a href="#n" name="c"><sup>1</sup></a>', '<p><a name="n" href="#c">1</a> La loi.</p>'),
        ('<a href="#n" id="c" role="doc-noteref">1</a>', '<aside id="n" role="doc-footnote">La loi.</aside>'),
        ('<sup><a href="#n" id="c">*</a></sup>', '<p id="n"><a href="#c">*</a> La loi.</p>'),
    ],
)
def test_footnotes_are_notes_and_their_calls_superscripts(call: str, note: str) -> None:
    """As Markdown, Wikipedia, word processors and publishers write them; the link back is no text."""
    html = f"<main><h2>A</h2><p>Un mot{call}.</p><h2>B</h2><p>Fin.</p>{note}</main>"
    assert blocks(html)[1:] == [
        ("paragraph", ["Un mot¹."]),
        ("heading", ["B"]),
        ("paragraph", ["Fin."]),
        ("footnote", ["(1) La loi."]),
    ]


def test_raised_numbers_are_superscripts_and_other_raised_letters_are_not() -> None:
    """« m² », « 1er »; a link to a page is no note."""
    assert text('<p>40 m<sup>2</sup>, le 1<sup>er</sup>, page <a href="#p2">2</a>.</p><div id=p2>Suite.</div>') == [
        "40 m², le 1er, page 2.",
        "Suite.",
    ]


@pytest.mark.parametrize(
    ("content", "remarks"),
    [
        ("\ufeff<p>L’été à œuvrer</p>".encode(), ()),
        ("\ufeff<p>L’été à œuvrer</p>".encode("utf-16-le"), ()),
        ("<meta charset='windows-1252'><p>L’été à œuvrer</p>".encode("cp1252"), ()),
        ("<meta http-equiv=Content-Type content='text/html; charset=ISO-8859-1'><p>L’été à œuvrer</p>".encode("cp1252"), ()),
        ("<meta charset=iso-8859-1><p>L’été à œuvrer</p>".encode("cp1252"), ()),
        ("<p>L’été à œuvrer</p>".encode(), ()),
        ("<meta charset=punycode><p>L’été à œuvrer</p>".encode(), ()),
        ("<meta charset=utf-8><p>L’été à œuvrer</p>".encode("cp1252"), ("lu comme du Windows-1252",)),
        ("<p>L’été à œuvrer</p>".encode() + b"<p>Suite\x81\xff" + b" de texte" * 9, ("lu comme du UTF-8 abîmé",)),
    ],
)
def test_a_page_is_decoded_by_its_mark_then_by_what_it_declares(content: bytes, remarks: tuple[str, ...]) -> None:
    """A declaration that is false or that the web does not know is not believed, and a guess is told."""
    layout = read(content)
    assert layout.blocks[0].rows[0][0].text == "L’été à œuvrer"
    assert layout.remarks == remarks


def test_the_title_is_the_pages_or_its_first_heading() -> None:
    """The name of the site is not kept with the heading; what a program gave is no title."""
    assert read("<title>Créer une Scic</title><h1>Autre</h1>").title == "Créer une Scic"
    assert read("<title>Créer une Scic | Avise</title><h1>Créer une Scic</h1>").title == "Créer une Scic"
    assert read("<title>Untitled</title><h1>Scic</h1>").title == "Scic"
    assert read("<title>rapport.docx</title><p>Texte.</p>").title == ""


def test_bold_paragraphs_are_headings_where_the_page_has_none() -> None:
    """Short, wholly bold, followed by text, without a full stop; where there is a heading, bold is bold."""
    html = "<p><b>Les statuts</b></p><p>Un <b>mot</b>.</p><p><b>Attention.</b></p><p><b>Fin</b></p>"
    assert [kind for kind, _ in blocks(html)] == ["heading", "paragraph", "paragraph", "paragraph"]
    assert [kind for kind, _ in blocks(f"<h1>T</h1>{html}")] == ["heading"] + ["paragraph"] * 4


def test_images_are_counted_unless_they_are_ornaments() -> None:
    """An image with an empty text is an ornament."""
    assert read("<p>Un.</p><img src=a><img src=b alt=Plan><img src=c alt=''>").remarks == ("2\u00a0images n’ont pas été lues",)


def test_parts_come_from_the_descriptor() -> None:
    """The reader passes them on."""
    parts = (PartStart("a", "A", 1),)
    assert webpage_layout(b"<p>Un.", Descriptor(parts=parts)).parts == parts


@pytest.mark.parametrize(
    "content", [b"", b"<p></p>", b"<p>&nbsp;\xe2\x80\x8b</p>", b"PK\x03\x04", b"%PDF-1.7", b"\x00\x01\x02" * 99]
)
def test_what_is_no_page_or_says_nothing_is_a_tresse_error(content: bytes) -> None:
    """Empty pages, and files of other kinds under that name."""
    with pytest.raises(TresseError, match="retirez-le"):
        read(content)


@pytest.mark.parametrize("tag", ["div", "span", "b", "ul><li", "table><tr><td", "blockquote", "font"])
def test_absurdly_nested_markup_is_read(tag: str) -> None:
    """100,000 elements inside one another are read in seconds, with what stands at the bottom and after."""
    closing = "".join(f"</{name}>" for name in reversed(tag.split("><")))
    started = time.process_time()
    said = " ".join(text(f"<{tag}>" * 100_000 + "Fond" + closing * 100_000 + "<p>Suite.</p>")).removeprefix("• ")
    assert said.split() == ["Fond", "Suite."]
    assert time.process_time() - started < 15


def test_scripts_stay_unread_below_the_depth_at_which_tags_are_dropped() -> None:
    """Dropping tags must not turn a script or a comment into text."""
    assert text("<div>" * 5_000 + "<script>'</div>' + x</script><!-- <div>y</div> -->Fond") == ["Fond"]


def test_a_long_line_takes_time_in_proportion() -> None:
    """Four megabytes on one line, in paragraphs or in one text, are read in seconds."""
    started = time.process_time()
    assert len(read("<p>Le <b>compost</b> nourrit la terre et les haies.</p>" * 80_000).blocks) == 80_000
    assert len(read("Le compost nourrit la terre. " * 140_000).blocks[0].rows[0][0].text) == 140_000 * 29 - 1
    assert time.process_time() - started < 15


def test_any_damage_gives_a_layout_or_a_tresse_error() -> None:
    """200 mutations and cuts of a page raise nothing else."""
    page = (OFFICE / "page.html").read_bytes()
    chance = random.Random(7)
    for _ in range(200):
        damaged = bytearray(page[: chance.randrange(len(page))] if chance.random() < 0.3 else page)
        for _ in range(chance.randrange(1, 30)):
            at = chance.randrange(len(damaged) + 1)
            damaged[at : at + chance.randrange(8)] = chance.choice(
                [b"<", b">", b"</", b"&#x0;", b"<table>", b"<td colspan=9>", b"\xff", b'"']
            )
        with suppress(TresseError):
            assert read(bytes(damaged)).blocks


def test_the_whole_booklet_is_read_word_for_word(booklet: Document) -> None:
    """Laid out as a page, each of its sentences is read back, under its headings."""
    html = ["<!doctype html><title>Livret</title><nav>Menu</nav><main>"]
    for block in booklet.blocks:
        said = booklet.text[block.start : block.end].replace("<", "&lt;")
        if block.kind == "heading":
            html.append(f"<h{len(block.headings)}>{said}</h{len(block.headings)}>")
        else:
            rows = said.split("\n")
            html.extend(f"<ul><li>{row[2:]}</ul>" if row.startswith("• ") else f"<p>{row}" for row in rows)
    again = document(read("\n".join(html)), "livret", "Livret")
    assert again.text.split() == booklet.text.split()
    spans = [booklet.text[s.start : s.end] for b in booklet.blocks if b.kind != "heading" for s in block_spans(booklet, b)]
    read_back = {again.text[s.start : s.end] for b in again.blocks for s in block_spans(again, b)}
    assert [span for span in spans if span not in read_back] == []
