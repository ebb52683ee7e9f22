"""The bytes of a PDF in, a layout out."""

import re
from collections.abc import Iterator, Sequence

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from errors import TresseError
from ingest.canonical import clean
from ingest.descriptor import Descriptor
from ingest.formats.pdf.blocks import blocks_of
from ingest.formats.pdf.columns import Columns
from ingest.formats.pdf.margins import without_margins
from ingest.formats.pdf.page import PageWords, page_words
from ingest.layout import Layout

MOST_PAGES = 20_000  # an encyclopedia; a damaged file may claim a million
_NAMED = 12  # pages in a remark; more are counted
_NO_TITLE = re.compile(
    r"(?:https?:|about:|file:|microsoft\s|diapositive|présentation powerpoint|powerpoint|untitled|sans titre|document\d*$)",
    re.I,
)
_FILE_NAME = re.compile(r"\.(?:docx?|odt|rtf|pdf|indd|pptx?|odp|tex|dvi|html?|qxd|pub)$", re.I)


def pdf_layout(content: bytes, descriptor: Descriptor) -> Layout:
    """Lay out a PDF. Raises TresseError where it is damaged, locked, or carries no text."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as fault:
        raise TresseError(_refusal(fault)) from fault
    try:
        pages = [_page(document, number) for number in range(_length(document))]
        title = _title(document)
    finally:
        document.close()
    broken = [number for number, page in enumerate(pages, 1) if page is None]
    read = without_margins([page or PageWords(1, 1, ()) for page in pages])
    if not any(page.words for page in read):
        raise TresseError(_silence(pages))
    columns = Columns()
    silent = [number for number, page in enumerate(pages, 1) if page and not page.words and not page.blank]
    return Layout(
        blocks_of([columns.regions(page) for page in read], title),
        title=title,
        parts=descriptor.parts,
        notes=descriptor.notes,
        remarks=tuple(_remarks(silent, broken)),
    )


def _refusal(fault: pdfium.PdfiumError) -> str:
    if fault.err_code == raw.FPDF_ERR_PASSWORD:
        return "il est protégé par un mot de passe\u00a0: enregistrez-le sans protection, puis donnez le fichier obtenu."
    if fault.err_code == raw.FPDF_ERR_SECURITY:
        return "sa protection n’est pas connue\u00a0: enregistrez-le sans protection, puis donnez le fichier obtenu."
    return "ce n’est pas un PDF lisible, ou il est abîmé\u00a0: téléchargez-le ou exportez-le de nouveau."


def _length(document: pdfium.PdfDocument) -> int:
    length = len(document)
    if length > MOST_PAGES:
        raise TresseError(f"il a {length} pages, et {MOST_PAGES} au plus se lisent\u00a0: coupez-le en plusieurs.")
    return length


def _page(document: pdfium.PdfDocument, number: int) -> PageWords | None:
    """Read a page, counted from 0; None where it is broken."""
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return None
    try:
        return page_words(page)
    except pdfium.PdfiumError:
        return None
    finally:
        page.close()


def _title(document: pdfium.PdfDocument) -> str:
    """What the metadata call the document, "" where that is the name of a file or of a program."""
    title = clean(document.get_metadata_value("Title"))
    return "" if _NO_TITLE.match(title) or _FILE_NAME.search(title) or sum(map(str.isalpha, title)) < 3 else title


def _silence(pages: Sequence[PageWords | None]) -> str:
    """What to say of pages of which none has words."""
    if not any(pages):
        return "ses pages sont abîmées\u00a0: téléchargez-le ou exportez-le de nouveau."
    if all(page is None or page.blank for page in pages):
        return "ses pages sont blanches\u00a0: retirez-le ou remplacez-le."
    return (
        "ses pages sont des images sans texte, comme celles d’un document numérisé\u00a0: "
        "passez-le dans un logiciel de reconnaissance de caractères (OCR), puis donnez le fichier obtenu."
    )


def _remarks(silent: Sequence[int], broken: Sequence[int]) -> Iterator[str]:
    if silent:
        one, many = "est une image sans texte", "sont des images sans texte"
        yield f"{_named(silent, one, many)}\u00a0: pour qu’on y cherche, passez le document dans un logiciel d’OCR."
    if broken:
        yield f"{_named(broken, 'est abîmée', 'sont abîmées')}\u00a0: exportez le document de nouveau."


def _named(pages: Sequence[int], one: str, many: str) -> str:
    if len(pages) == 1:
        return f"La page {pages[0]} {one}"
    if len(pages) > _NAMED:
        return f"{len(pages)} pages, dont la page {pages[0]}, {many}"
    return f"Les pages {', '.join(map(str, pages[:-1]))} et {pages[-1]} {many}"
