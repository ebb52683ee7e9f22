"""The tree of a web page in, its footnotes out: which links call one, which blocks are one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.formats.markup import BLOCKS

MARK = re.compile(r"[\s\[(]*(\d{1,3})[\s\])]*")
_OTHER_MARK = re.compile(r"[\s\[(]*(?:[ivxlc]{1,6}|[a-z]|[*†‡]{1,3}|note\s*\d{1,3})[\s\])]*", re.IGNORECASE)
_NOTE_BLOCKS = frozenset("aside blockquote dd div footer li p section".split())
_NOTE_LENGTH = 3_000  # characters: a longer target of a link is a section


@dataclass(frozen=True, slots=True)
class PageNotes:
    """The footnotes of a page: the mark of each call, by the link that calls, and of each note, by its element."""

    calls: Mapping[int, str] = field(default_factory=dict)
    blocks: Mapping[int, str] = field(default_factory=dict)


def page_notes(tree: LexborHTMLParser) -> PageNotes:
    """Find the links in superscript or in brackets whose words are a mark and whose target is a short block.

    A note has the number by which it is called; one that is called otherwise, « i » or « * », the number after those.
    """
    called = [link for link in tree.css('a[href*="#"]') if _calls(link)]
    if not called:
        return PageNotes()
    targets = {node.attributes.get(key): node for key in ("name", "id") for node in tree.css(f"[{key}]")}
    hosts: dict[str, LexborNode | None] = {}
    notes: dict[int, str] = {}
    calls: dict[int, int] = {}  # the link that calls, the block that is called
    last = 0
    for link in sorted(called, key=lambda link: _number_of(link) is None):
        name = (link.attributes.get("href") or "").rpartition("#")[2]
        if name not in hosts:
            hosts[name] = _host(targets.get(name))
        host = hosts[name]
        if host and not _holds(host, link):
            calls[link.mem_id] = host.mem_id
            number = notes.setdefault(host.mem_id, _number_of(link) or str(last + 1))
            last = max(last, int(number))
    return PageNotes({link: notes[block] for link, block in calls.items()}, notes)


def _number_of(link: LexborNode) -> str | None:
    mark = MARK.fullmatch(link.text())
    return mark[1] if mark else None


def _calls(link: LexborNode) -> bool:
    words = link.text()
    if not (MARK.fullmatch(words) or _OTHER_MARK.fullmatch(words)):
        return False
    above = link.parent
    raised = (above is not None and above.tag == "sup") or link.css_first("sup") is not None
    role = f"{link.attributes.get('role')} {link.attributes.get('epub:type')}"
    return raised or words.strip().startswith(("[", "(")) or "noteref" in role


def _host(target: LexborNode | None) -> LexborNode | None:
    """The block that an anchor stands in, or the anchor itself where it is a block; None where that cannot be a note."""
    node = target
    while node is not None and node.tag not in BLOCKS:
        node = node.parent
    if node is None or node.tag not in _NOTE_BLOCKS or len(node.text()) > _NOTE_LENGTH:
        return None
    return node


def _holds(host: LexborNode, link: LexborNode) -> bool:
    above = link.parent
    while above is not None:
        if above.mem_id == host.mem_id:
            return True
        above = above.parent
    return False
