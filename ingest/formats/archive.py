"""The bytes of a zipped office file in, the trees of its XML members out. Knows nothing of what they mean.

Whoever made the file may mean harm: sizes are checked as declared and as inflated, a document type or an entity is refused
before it is read, nothing is extracted to disk and nothing outside the file is fetched.
"""

import zipfile
import zlib
from functools import lru_cache
from io import BytesIO
from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from errors import TresseError

MOST_MEMBERS = 10_000  # a book with a picture a page has some hundreds
MOST_INFLATED = 200_000_000  # bytes of all that is read
MOST_IN_MEMBER = 100_000_000  # bytes: 1,000 pages of Word make about 20 MB of XML
MOST_RATIO = 200  # the XML of Word deflates 10 to 30 times, a bomb 1,000 times
SMALL = 10_000_000  # bytes: below, a ratio says nothing and does no harm
MOST_ELEMENTS = 3_000_000  # a page has about 500; more would not fit in the 2 GB of a reader
MOST_DEPTH = 200  # elements inside one another: a table in a table in a text box makes about 40

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the only ones that both standards allow
_ENCRYPTED = 0x1  # flag of a member
# What a zip that was cut or tampered with makes the standard library raise, as seen on thousands of mutations.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, OverflowError, NotImplementedError, RuntimeError)
_DAMAGED = "il est abîmé ou incomplet\u00a0: ouvrez-le dans un traitement de texte, enregistrez-le de nouveau, ou retirez-le."
_EXCESSIVE = "il contient trop de choses pour être lu sans risque\u00a0: coupez-le en plusieurs, ou retirez-le."
LOCKED = "il est protégé par un mot de passe\u00a0: enregistrez-le sans mot de passe."

_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/package/2006/relationships": "rel",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/drawingml/2006/picture": "pic",
    "urn:schemas-microsoft-com:vml": "v",
    "http://purl.org/dc/elements/1.1/": "dc",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0": "draw",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
    "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0": "fo",
}


class Archive:
    """An office file, opened in memory. `nature` is what it should be: « un document Word (.docx) »."""

    def __init__(self, content: bytes, *, nature: str) -> None:
        """Check the container. Raises TresseError where it is no zip, is locked, or declares more than a document holds."""
        if not content.startswith(_ZIP):
            _refuse(content, nature)
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except _UNREADABLE as fault:
            raise TresseError(_DAMAGED) from fault
        self._left = MOST_INFLATED
        members = self._zip.infolist()
        if any(member.flag_bits & _ENCRYPTED for member in members):
            raise TresseError(LOCKED)
        declared = sum(member.file_size for member in members)
        if len(members) > MOST_MEMBERS or declared > max(SMALL, MOST_RATIO * len(content)):
            raise TresseError(_EXCESSIVE)

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a member, None where there is none. Raises TresseError where it is damaged or too large."""
        try:
            member = self._zip.getinfo(name)
        except KeyError:
            return None
        if member.file_size > MOST_IN_MEMBER or member.file_size > max(SMALL, MOST_RATIO * member.compress_size):
            raise TresseError(_EXCESSIVE)
        if member.compress_type not in _PLAIN_METHODS:
            raise TresseError(_DAMAGED)
        allowed = min(MOST_IN_MEMBER, self._left)
        try:
            with self._zip.open(member) as stream:
                content = stream.read(allowed + 1)  # a member may hold more than it declares
        except _UNREADABLE as fault:
            raise TresseError(_DAMAGED) from fault
        if len(content) > allowed:
            raise TresseError(_EXCESSIVE)
        self._left -= len(content)
        return content

    def tree(self, name: str) -> Element | None:
        """Return the root of an XML member, None where there is none: see `parse`."""
        content = self.read(name)
        return None if content is None else parse(content)


def parse(content: bytes) -> Element:
    """Return the root of an XML file; « w:p » names an element or an attribute of a known namespace, « p » of any other.

    Raises TresseError where it is malformed, too deep or too large, or declares a document type: office files have none, and
    entities, by which a few bytes become gigabytes, are declared in one.
    """
    builder = TreeBuilder()
    depth = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > MOST_DEPTH or count > MOST_ELEMENTS:
            raise TresseError(_EXCESSIVE)
        builder.start(_short(name), {_short(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_short(name))

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, builder.data
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as fault:  # the last two: an encoding that Python does not know
        raise TresseError(_DAMAGED) from fault
    return builder.close()


def child(element: Element, name: str) -> Element | None:
    """Return the first child of that name."""
    return next((found for found in element if found.tag == name), None)


@lru_cache(maxsize=10_000)  # a file uses some hundred names, some million times
def _short(name: str) -> str:
    uri, _, local = name.rpartition("}")
    prefix = _PREFIXES.get(uri)
    return f"{prefix}:{local}" if prefix else local


def _refuse_doctype(*_: object) -> NoReturn:
    raise TresseError("il déclare un type de document, ce qu’aucun traitement de texte ne fait\u00a0: retirez-le.")


def _refuse(content: bytes, nature: str) -> NoReturn:
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise TresseError(LOCKED)
        raise TresseError(f"c’est un fichier de l’ancien Word (.doc)\u00a0: enregistrez-le comme {nature}.")
    raise TresseError(f"ce n’est pas {nature}\u00a0: retirez-le, ou enregistrez-le dans ce format.")
