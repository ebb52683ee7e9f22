"""The bytes of a web page in; its tree out, and which of its branches are read. Knows nothing of blocks."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from errors import TresseError
from ingest.encoding import UTF_8, decode

_DECLARED = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
_PRESCANNED = 4_096  # bytes: browsers look at 1,024; pages that open with a long comment exist
# The encodings of the web, by the form of their names: Python knows others, such as « punycode », that take minutes.
_WEB = re.compile(
    r"utf-?8|(?:iso|windows|cp|x-cp|macintosh|x-mac-roman|latin|us-ascii|koi8|gb|big5|euc|shift|sjis)[\w-]*", re.IGNORECASE
)
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # UTF-32’s first begins like the second
_LATIN = {"iso8859-1", "ascii"}  # by these names the web means Windows-1252
_FEW = 10  # a page with one unreadable character in so many that are not ASCII is still in the encoding that it declares
_BROKEN = 20  # one unreadable character in so many of all is no text
_BINARY = (b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b")

DEEPEST = 2_000  # tags inside one another: the parser takes 0.4 s for 20,000 and 25 s for 100,000; browsers stop at 512
_NEUTRAL = frozenset(
    "div span section article main aside header footer nav center font b i u s em strong small big tt code a ul ol dl "
    "blockquote table form fieldset figure details ins del sup sub label button".split()
)
# A comment or a script is passed over whole; an unclosed one goes to the end, as in browsers.
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<raw>script|style|textarea|title|xmp)\b.*?(?:</(?P=raw)|\Z)|<(?P<close>/?)(?P<name>[a-z][a-z0-9]*)[^>]*>",
    re.IGNORECASE | re.DOTALL,
)

# What ends the words before it, after the rendering rules of the standard; anything else is inside a line.
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol p plaintext pre search section "
    "summary table tbody td tfoot th thead tr ul xmp".split()
)
# What is never displayed, or is no text.
_DROPPED = frozenset(
    "script style template noscript noembed noframes svg canvas iframe object embed applet audio video map area input select "
    "textarea datalist option optgroup progress meter label legend head title meta link base param source track rp rt del "
    "annotation annotation-xml".split()
)
_AROUND = frozenset("nav aside".split())
_MARGINS = frozenset("header footer".split())  # of the page; those of an article hold its title and its notes
_ROLES = {
    "navigation": "nav",
    "search": "nav",
    "complementary": "aside",
    "banner": "header",
    "contentinfo": "footer",
    "dialog": "dialog",
    "alertdialog": "dialog",
}
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CONSENT = re.compile(
    r"(?:cookies?|consent|rgpd|gdpr)[\w-]*(?:banner|bandeau|bar|notice|popup|modal|overlay|consent|manager|wall)"
    r"|(?:banner|bandeau|notice|popup|modal|overlay|accept)[\w-]*(?:cookies?|consent|rgpd|gdpr)"
    r"|tarteaucitron|didomi|axeptio|onetrust|cookiebot",
    re.IGNORECASE,
)
_CONTENTS = re.compile(r"(?:^|\s)(?:toc|table-of-contents|table-des-matieres)(?:$|\s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its tree, and how its encoding was guessed where it was."""

    tree: LexborHTMLParser
    guessed: str | None = None


def parse_page(content: bytes) -> Page:
    """Parse a page as browsers do. Raises TresseError where the bytes are no page."""
    if content.startswith(_BINARY):
        raise TresseError("ce n’est pas une page web (.html)\u00a0: retirez-le, ou enregistrez-le dans ce format.")
    text, guessed = _decoded(content)
    try:
        return Page(LexborHTMLParser(_flattened(text)), guessed)
    except MemoryError:
        raise
    except Exception as fault:  # the parser says what it lacks by exceptions of its own and by those of C
        raise TresseError("il est illisible comme page web\u00a0: enregistrez-le de nouveau, ou retirez-le.") from fault


def _decoded(content: bytes) -> tuple[str, str | None]:
    """The text, by its byte order mark, else by what it declares where that is true, else UTF-8, else by its letters."""
    if content.startswith(_MARKS):
        return decode(content)[0], None
    for codec in dict.fromkeys((_declared(content), "utf-8")):
        text = content.decode(codec, errors="replace") if codec else ""
        beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
        if text and text.count("\ufffd") * _FEW <= beyond_ascii and text.count("\0") * _BROKEN <= len(text):
            return text, None
    try:
        text, encoding = decode(content)
    except TresseError:  # browsers show such a page, with marks in the place of what they cannot read
        text, encoding = content.decode(errors="replace"), "UTF-8 abîmé"
        if (text.count("\ufffd") + text.count("\0")) * _BROKEN > len(text):
            raise
    return text, None if encoding == UTF_8 else encoding


def _declared(content: bytes) -> str | None:
    found = _DECLARED.search(content[:_PRESCANNED])
    name = found[1].decode("ascii", "replace") if found else ""
    if not _WEB.fullmatch(name):
        return None
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        return None
    return "cp1252" if codec in _LATIN else codec


def _flattened(text: str) -> str:
    """The page without the tags that only add depth beyond DEEPEST."""
    kept: list[str] = []
    opened: list[tuple[str, bool]] = []
    waiting: dict[str, int] = {}
    at = 0
    for tag in _TAG.finditer(text):
        name = (tag["name"] or "").lower()
        if name not in _NEUTRAL:
            continue
        if not tag["close"]:
            dropped = len(opened) >= DEEPEST
            opened.append((name, dropped))
            waiting[name] = waiting.get(name, 0) + 1
        elif waiting.get(name):
            dropped = _closed(name, opened, waiting)
        else:
            continue
        if dropped:
            kept.append(text[at : tag.start()])
            kept.append(" ")
            at = tag.end()
    return "".join([*kept, text[at:]]) if kept else text


def _closed(name: str, opened: list[tuple[str, bool]], waiting: dict[str, int]) -> bool:
    """Close the last tag of that name and those left open inside it; whether that tag was dropped."""
    while True:
        last, dropped = opened.pop()
        waiting[last] -= 1
        if last == name:
            return dropped


def readings(page: Page) -> Iterator[tuple[list[LexborNode], frozenset[str]]]:
    """What may be read of a page, the best first: branches, and the elements left out of them.

    <main> alone without what stands around; else the page without its margins where an <article> is its content; else all
    but navigation; and all of it where nothing else says a word.
    """
    mains = [node for node in page.tree.css("main, [role=main]") if not _within(node, "main")]
    body = [node for node in (page.tree.body,) if node is not None]
    if mains:
        yield mains, _AROUND
    if page.tree.css_first("article"):
        yield body, _AROUND | _MARGINS
    yield body, frozenset({"nav"})
    yield body, frozenset()


def _within(node: LexborNode, tag: str) -> bool:
    above = node.parent
    while above is not None:
        if above.tag == tag or above.attributes.get("role") == tag:
            return True
        above = above.parent
    return False


def is_read(node: LexborNode, *, without: frozenset[str], in_article: bool) -> bool:
    """Whether an element is displayed, holds text, and is none of `without`."""
    tag = node.tag or ""
    if tag in _DROPPED:
        return False
    attributes = node.attributes
    if tag == "dialog" and "open" not in attributes:
        return False
    if not attributes:
        return tag not in without or (in_article and tag in _MARGINS)
    if attributes.get("aria-hidden") == "true" or attributes.get("hidden", "until-found") != "until-found":
        return False
    if _UNSEEN.search(attributes.get("style") or ""):
        return False
    role = attributes.get("role") or ""
    place = _ROLES.get(role, "" if role.startswith("doc-") else tag)  # <aside role="doc-footnote"> is a note, no margin
    if place == "dialog" or (place in without and not (in_article and place in _MARGINS)):
        return False
    if tag == "div" and attributes.get("title") in _MARGINS:  # as LibreOffice writes those of its pages
        return False
    return not without or tag in ("body", "main", "article") or not _stands_around(attributes)


def _stands_around(attributes: dict[str, str | None]) -> bool:
    """Whether an element is a request for consent or a table of contents."""
    named = [value for key in ("id", "class", "role") if (value := attributes.get(key))]
    return any(_CONSENT.search(value) or _CONTENTS.search(value) or value == "doc-toc" for value in named)
