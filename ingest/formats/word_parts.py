"""The bytes of a Word document in, its parts out, as XML: the body, the styles, the notes, the title. Reads no text."""

from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from xml.etree.ElementTree import Element

from errors import TresseError
from ingest.formats.archive import Archive, child
from ingest.formats.flow import usable_title
from ingest.formats.word_styles import Style, read_styles

_NATURE = "un document Word (.docx)"
_KINDS = {"w:footnoteReference": ("footnotes", "w:footnote"), "w:endnoteReference": ("endnotes", "w:endnote")}


@dataclass(frozen=True, slots=True)
class WordParts:
    """The parts of a document. `notes` has the notes by the kind of their call and their id, `marks` the number of each."""

    body: Element
    styles: Mapping[str, Style]
    notes: Mapping[str, Mapping[str, Element]]
    marks: Mapping[tuple[str, str], str]
    title: str


def word_parts(content: bytes) -> WordParts:
    """Open a document. Raises TresseError where it is none, or damaged."""
    archive = Archive(content, nature=_NATURE)
    package = _related(archive, "")
    main = package.get("officeDocument", "word/document.xml")
    root = archive.tree(main)
    body = None if root is None else child(root, "w:body")
    if body is None:
        raise TresseError(f"ce n’est pas {_NATURE}\u00a0: retirez-le, ou enregistrez-le dans ce format.")
    related = _related(archive, main)
    return WordParts(
        body,
        read_styles(_part(archive, related, "styles")),
        {call: _notes(_part(archive, related, part), name) for call, (part, name) in _KINDS.items()},
        _marks(body),
        _title(_part(archive, package, "core-properties")),
    )


def _related(archive: Archive, part: str) -> Mapping[str, str]:
    """The parts that a part refers to, by the last word of their type; of the whole package, for "" ."""
    folder = dirname(part)
    root = archive.tree(join(folder, "_rels", f"{part.rpartition('/')[2]}.rels"))
    links = () if root is None else root.iter("rel:Relationship")
    return {
        link.get("Type", "").rpartition("/")[2]: normpath(join("/", folder, link.get("Target", ""))).lstrip("/")
        for link in links
        if link.get("TargetMode") != "External"
    }


def _part(archive: Archive, related: Mapping[str, str], kind: str) -> Element | None:
    return archive.tree(related[kind]) if kind in related else None


def _title(properties: Element | None) -> str:
    named = None if properties is None else child(properties, "dc:title")
    return usable_title(("" if named is None else named.text) or "")


def _notes(root: Element | None, name: str) -> Mapping[str, Element]:
    """The notes by their id, without those that draw the line above notes."""
    elements = () if root is None else root.iter(name)
    return {found.get("w:id", ""): found for found in elements if found.get("w:type", "normal") == "normal"}


def _marks(body: Element) -> Mapping[tuple[str, str], str]:
    """The number of each note: footnotes from 1 in reading order, endnotes after them."""
    called = dict.fromkeys((kind, found.get("w:id", "")) for kind in _KINDS for found in body.iter(kind))
    return {key: str(number) for number, key in enumerate(called, 1)}
