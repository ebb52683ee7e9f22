"""The real booklet, read whole: nothing lost, nothing given to the wrong person, every span exact."""

import re
import tomllib
from collections.abc import Sequence

import pytest

from ingest.document import Block, Document
from ingest.passages import Passage
from settings import Settings

SOURCE = Settings().corpus / "livret-ess-territoires-ruraux.txt"
LINES = SOURCE.read_text(encoding="utf-8").splitlines()
LAYOUT = tomllib.loads(SOURCE.with_suffix(".toml").read_text(encoding="utf-8"))["layout"]


def letters(text: str) -> str:
    """The text without spaces, bullets, and with footnote marks as plain digits."""
    text = text.translate(str.maketrans("¹²³", "123"))
    return re.sub(r"\s|•", "", text)


def test_every_line_of_the_file_stands_in_the_text_or_is_listed_as_removed(booklet: Document) -> None:
    """Each line read is, letter for letter, where its origin says; the lines left out are the 13 that the descriptor lists."""
    read = set()
    bounds = [origin.start for origin in booklet.origins] + [len(booklet.text)]
    for origin, end in zip(booklet.origins, bounds[1:], strict=True):
        numbers = range(origin.line, origin.line + 1)
        for entry in LAYOUT["joined"]:
            if entry["lines"][0] == origin.line:
                numbers = range(entry["lines"][0], entry["lines"][1] + 1)
        line = "".join(LINES[number - 1] for number in numbers)
        expected = letters(re.sub(r"^\s*(?:l|–)\s+(?=\S)", "", line.replace("'", "’")))
        got = letters(booklet.text[origin.start : end])
        initials = re.match(r"(?:\w\.[ -]?){2,}:", line)
        assert got in (expected, expected.removesuffix("-"), letters(line)) or (initials and got and got in expected), line
        read.update(numbers)
    left_out = [number for number, line in enumerate(LINES, 1) if line.strip() and number not in read]
    assert LAYOUT["removed"] == left_out


def test_words_cut_at_a_line_end_are_rejoined_and_real_hyphens_kept(booklet: Document) -> None:
    """Of the 25 lines that end in a hyphen, 23 cut a word and 2 end inside a hyphenated one."""
    cut = [line.split()[-1][:-1] for line in LINES if line.rstrip().endswith("-")]
    assert len(cut) == 25
    for number, line in enumerate(LINES):
        if not line.rstrip().endswith("-"):
            continue
        head = re.findall(r"[\w’-]+-$", line.strip())[-1]
        tail = re.match(r"\W*([\w-]+)", " ".join(LINES[number + 1 : number + 3]).strip())
        assert tail
        kept, joined = head + tail[1], head[:-1] + tail[1]
        expected = kept if head in ("savoir-", "d’action-recherche-") else joined
        assert expected in booklet.text
    for word in ("savoir-faire", "multi-activités", "socio-économiques", "action-recherche-transmission", "au-delà"):
        assert word in booklet.text.lower()


@pytest.mark.parametrize(
    ("name", "first_words", "last_words"),
    [
        ("Pascale Cazin", "Les associations Familles Rurales", "professeurs de danse, etc."),
        ("Carine Sartori", "Valore est né", "besoins croissants de mutualisation sur notre territoire."),
        ("Denis Chirouze", "La marque est née en 1991.", "une garantie de qualité."),
        ("Augustin Guendouz", "Sa création remonte à 2002", "habitants, associations ou collectivités."),
        ("Yves de Montgolfier", "Nous étions trois porteurs", "écrire tous les statuts."),
        ("Bénédicte Roze", "En 2014, des collectivités", "formés aux valeurs de la Scic."),
        ("Aurélie Lebreton", "La Cades est le plus ancien", "très peu dans notre modèle économique."),
    ],
)
def test_an_interview_in_two_columns_comes_out_in_order(
    booklet: Document, name: str, first_words: str, last_words: str
) -> None:
    """The answers of one person follow each other from the first to the last word that they say."""
    said = [
        booklet.text[block.start : block.end]
        for block in booklet.blocks
        if block.kind == "turn" and block.speaker and block.speaker.name == name
    ]
    assert said[0].startswith(first_words)
    assert said[-1].endswith(last_words)


@pytest.mark.parametrize(
    "words",
    [
        "Les bénévoles s’épuisaient face à la lourdeur administrative, or il y a un enjeu",
        "à la création de Valore, une entreprise locale a subi la crise",
        "une indication géographique protégée (IGP) : la montagne",
        "l’activité lucrative – le bistrot – couvre la partie non lucrative",
        "3 questions à…",
        "dans des structures recherchant",
        "projet Tressons¹ – Territoires",
        "– conjoncturel ou pérenne – les empêchant",
    ],
)
def test_what_the_extraction_broke_reads_again(booklet: Document, words: str) -> None:
    """Sentences cut by a column, a page, a footnote mark or a drawing are whole."""
    assert words in booklet.text


def find(booklet: Document, words: str) -> Block:
    (block,) = [block for block in booklet.blocks if words in booklet.text[block.start : block.end]]
    return block


@pytest.mark.parametrize(
    ("words", "kind", "part", "last_heading"),
    [
        ("15 % des coopératives", "figure", "fiche-2", "Qu’est-ce qu’une CAE ?"),
        ("La loi du 31 juillet 2014 relative à l’économie sociale et solidaire (ESS) définit", "box", "fiche-2", None),
        ("Le GE L’Arrosoir", "example", "fiche-3", "Un outil adapté aux problématiques d’emploi des territoires ruraux"),
        ("le GE Arkose, né en mars 2005", "example", "fiche-3", None),
        (
            "340 adhérents",
            "turn",
            "fiche-4",
            "Quelles sont les enjeux pour faire rayonner une marque de territoire dans la ruralité ?",
        ),
        ("Copéa élabore", "reference", "fiche-2", "Structures spécialisées"),
        ("(1) Source : Confédération", "footnote", "fiche-5", None),
        ("(lettre de mission)", "diagram", "fiche-3", "Qu’est-ce qu’un groupement d’employeurs ?"),
        ("un collectif de 100 entrepreneurs", "presentation", "fiche-2", None),
        ("contact@avise.org", "paragraph", "outro", None),
    ],
)
def test_each_kind_of_block_is_told_apart(
    booklet: Document, words: str, kind: str, part: str, last_heading: str | None
) -> None:
    """Boxes, figures, interviews, references, footnotes and the drawing keep what they are and where they stand."""
    block = find(booklet, words)
    assert (block.kind, block.part) == (kind, part)
    assert last_heading is None or block.headings[-1] == last_heading


def test_an_answer_has_its_question_as_last_heading_and_its_speaker(booklet_passages: Sequence[Passage]) -> None:
    """Every answer of an interview is given to a person, and its heading trail ends with a question."""
    turns = [passage for passage in booklet_passages if passage.place.kind == "turn"]
    assert len({passage.place.speaker for passage in turns}) == 10
    assert all(passage.place.headings[-1].endswith("?") for passage in turns)


def test_a_list_keeps_the_sentence_that_introduces_it(booklet_passages: Sequence[Passage]) -> None:
    """The introducing sentence and all the items are one passage."""
    (passage,) = [passage for passage in booklet_passages if "la CAE mutualise :" in passage.text]
    assert passage.text.startswith("En son sein, la CAE mutualise :")
    assert passage.text.count("•") == 4
    assert len(passage.spans) == 5


def test_passages_are_exact_spans_in_order_and_cover_all_that_is_said(
    booklet: Document, booklet_passages: Sequence[Passage]
) -> None:
    """`text` is the document's at its offsets, passages do not overlap, and only headings, labels and questions are outside."""
    end = 0
    outside = []
    for passage in booklet_passages:
        assert passage.text == booklet.text[passage.start : passage.end]
        outside.append(booklet.text[end : passage.start])
        assert passage.start >= end
        end = passage.end
        assert passage.spans
        for span in passage.spans:
            assert passage.start <= span.start < span.end <= passage.end
            assert booklet.text[span.start : span.end].strip() == booklet.text[span.start : span.end]
    silent = "".join(booklet.text[b.start : b.end] for b in booklet.blocks if b.kind in ("heading", "question", "label"))
    assert letters("".join(outside) + booklet.text[end:]) == letters(silent)


def test_lines_lead_back_to_the_file(booklet_passages: Sequence[Passage]) -> None:
    """The words of a passage stand in the lines that it names."""
    for passage in booklet_passages:
        first, last = passage.place.lines
        named = letters("".join(LINES[first - 1 : last])).replace("-", "")
        for word in re.findall(r"[\w’]{5,}", passage.text.translate(str.maketrans("¹²³", "   "))):
            assert word.replace("'", "’") in named.replace("'", "’"), (word, first, last)
