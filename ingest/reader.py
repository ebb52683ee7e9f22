"""The bytes of a file in, its document and its passages out. Knows nothing of folders."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from errors import TresseError
from ingest.canonical import document
from ingest.descriptor import Descriptor, read_descriptor
from ingest.document import Document
from ingest.encoding import UTF_8, decode
from ingest.formats.markdown import markdown_layout
from ingest.formats.opendocument import opendocument_layout
from ingest.formats.pdf.layout import pdf_layout
from ingest.formats.plain import plain_layout
from ingest.formats.webpage import webpage_layout
from ingest.formats.word import word_layout
from ingest.layout import Layout
from ingest.passages import Passage, split

_SEPARATORS = re.compile(r"[\s_-]+")  # of words in the name of a file


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gives; `remarks` are French sentences on what was guessed or could not be read."""

    document: Document
    passages: tuple[Passage, ...]
    remarks: tuple[str, ...] = ()


def read_bytes(name: str, suffix: str, content: bytes, descriptor: str | None = None) -> Reading:
    """Read a file whose document is called `name`, with the TOML of its descriptor. `suffix`: one of READERS.

    Raises TresseError, a sentence to be read after the name of the file, where it cannot be read or says nothing.
    """
    known = Descriptor() if descriptor is None else read_descriptor(descriptor)
    layout = READERS[suffix](content, known)
    if not layout.blocks:
        raise TresseError("il est vide\u00a0: retirez-le ou remplacez-le.")
    read = document(layout, name, known.title or layout.title or _spoken(name))
    passages = split(read)
    if not passages:
        raise TresseError("il n’a que des titres\u00a0: retirez-le ou complétez-le.")
    return Reading(read, passages, layout.remarks)


def _spoken(name: str) -> str:
    words = _SEPARATORS.sub(" ", name.rpartition("/")[2]).strip()
    return words[:1].upper() + words[1:]


def _lines(read: Callable[[Sequence[str], Descriptor], Layout]) -> Callable[[bytes, Descriptor], Layout]:
    """A reader of the bytes of a text file, from one of its lines."""

    def decoded(content: bytes, descriptor: Descriptor) -> Layout:
        text, encoding = decode(content)
        layout = read(text.splitlines(), descriptor)
        return layout if encoding == UTF_8 else replace(layout, remarks=(f"lu comme du {encoding}", *layout.remarks))

    return decoded


READERS: Mapping[str, Callable[[bytes, Descriptor], Layout]] = {
    ".txt": _lines(plain_layout),
    ".md": _lines(markdown_layout),
    ".html": webpage_layout,
    ".htm": webpage_layout,
    ".pdf": pdf_layout,
    ".docx": word_layout,
    ".odt": opendocument_layout,
}
