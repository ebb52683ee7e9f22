"""The styles of a Word document in, what each says of its paragraphs, runs and tables out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ingest.formats.archive import child

_HEADING = re.compile(r"heading (\d)")  # the name by which Word knows the style, whatever the language it is shown in
_LISTING = re.compile(r"(?:toc \d|table of (?:figures|authorities)|index \d)")  # what Word makes itself of the headings
TITLE = "title"


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says, itself or by the style that it is based on; None where neither does.

    `level` is the depth of a heading, 0 for none. `header_row`: a table in that style shows its first row as headers.
    """

    name: str = ""
    level: int | None = None
    listed: bool | None = None
    hidden: bool | None = None
    bold: bool | None = None
    raised: bool | None = None
    header_row: bool | None = None

    @property
    def is_listing(self) -> bool:
        """Whether the paragraph is an entry of a table of contents or of an index."""
        return bool(_LISTING.fullmatch(self.name))

    @property
    def is_title(self) -> bool:
        """Whether the paragraph is the title of the document."""
        return self.name == TITLE


PLAIN = Style()


def read_styles(root: Element | None) -> Mapping[str, Style]:
    """Return the styles by their id."""
    if root is None:
        return {}
    elements = {found.get("w:styleId", ""): found for found in root.iter("w:style")}
    return {name: _resolved(name, elements) for name in elements}


def _resolved(name: str, elements: Mapping[str, Element]) -> Style:
    """The style, each trait from the nearest that states it among the styles it is based on."""
    seen: dict[str, Style] = {}
    following = name
    while following in elements and following not in seen and len(seen) < 20:  # a chain that bites its tail; Word allows 11
        element = elements[following]
        seen[following] = _stated(element)
        based = child(element, "w:basedOn")
        following = "" if based is None else based.get("w:val", "")
    traits = {
        trait: next((value for style in seen.values() if (value := getattr(style, trait)) is not None), None)
        for trait in ("level", "listed", "hidden", "bold", "raised", "header_row")
    }
    named = next((style.name for style in seen.values() if style.is_listing or style.is_title), seen[name].name)
    return Style(named, **traits)


def _stated(element: Element) -> Style:
    named = child(element, "w:name")
    name = ("" if named is None else named.get("w:val", "")).lower()
    heading = _HEADING.fullmatch(name)
    paragraph, run = child(element, "w:pPr"), child(element, "w:rPr")
    first = (found for found in element if found.tag == "w:tblStylePr" and found.get("w:type") == "firstRow")
    return Style(
        name,
        level=int(heading[1]) if heading else outline_level(paragraph),
        listed=listed(paragraph),
        hidden=switched(run, "w:vanish"),
        bold=switched(run, "w:b"),
        raised=raised(run),
        header_row=True if any(switched(child(found, "w:rPr"), "w:b") for found in first) else None,
    )


def outline_level(properties: Element | None) -> int | None:
    """Return the depth (from 1) that a paragraph has in the outline, 0 for body text, None where nothing is said."""
    value = _value(properties, "w:outlineLvl")
    if value is None or not value.isdecimal():
        return None
    return int(value) + 1 if int(value) < 9 else 0


def listed(properties: Element | None) -> bool | None:
    """Return whether a paragraph is an item of a list, None where nothing is said."""
    numbering = None if properties is None else child(properties, "w:numPr")
    value = _value(numbering, "w:numId")
    return None if value is None else value != "0"


def raised(properties: Element | None) -> bool | None:
    """Return whether a run is in superscript, None where nothing is said."""
    value = _value(properties, "w:vertAlign")
    return None if value is None else value == "superscript"


def switched(properties: Element | None, name: str) -> bool | None:
    """Return whether a switch is on, None where nothing is said."""
    found = None if properties is None else child(properties, name)
    return None if found is None else is_on(found.get("w:val"))


def is_on(value: str | None) -> bool:
    """Return what the value of a switch means: it is on where it is only named."""
    return value not in ("0", "false", "off")


def _value(properties: Element | None, name: str) -> str | None:
    found = None if properties is None else child(properties, name)
    return None if found is None else found.get("w:val")
