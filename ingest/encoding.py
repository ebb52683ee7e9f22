"""The bytes of a text file in, its text and the name of its encoding out."""

import codecs

from charset_normalizer import from_bytes

from errors import TresseError

UTF_8 = "UTF-8"
# What French files are written in, by the name that their readers know. Left free, the detection takes rarer ones for these.
_ENCODINGS = {
    "utf_16_le": "UTF-16",
    "utf_16_be": "UTF-16",
    "cp1252": "Windows-1252",
    "latin_1": "Latin-1",
    "mac_roman": "Mac Roman",
    "cp850": "MS-DOS 850",
}
_MARKS = {  # those of UTF-32 begin like those of UTF-16
    codecs.BOM_UTF32_LE: ("utf-32", "UTF-32"),
    codecs.BOM_UTF32_BE: ("utf-32", "UTF-32"),
    codecs.BOM_UTF8: ("utf-8-sig", UTF_8),
    codecs.BOM_UTF16_LE: ("utf-16", "UTF-16"),
    codecs.BOM_UTF16_BE: ("utf-16", "UTF-16"),
}
_READ = 200_000  # bytes from which an unmarked encoding is guessed: more tells nothing new


def decode(content: bytes) -> tuple[str, str]:
    """Return the text of a file and the name of its encoding: by its mark, else UTF-8 if it is, else by its letters.

    Raises TresseError where the bytes are no text.
    """
    for mark, (codec, name) in _MARKS.items():
        if content.startswith(mark):
            return _text(content, codec), name
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return _guessed(content)
    return _guessed(content) if "\0" in text else (text, UTF_8)


def _text(content: bytes, codec: str) -> str:
    return content.decode(codec, errors="replace")


def _guessed(content: bytes) -> tuple[str, str]:
    best = from_bytes(content[:_READ], cp_isolation=list(_ENCODINGS)).best()
    if best is None or "\0" in str(best):
        raise TresseError("ce n’est pas un texte\u00a0: retirez-le, ou convertissez-le en texte.")
    if best.encoding in ("cp1252", "latin_1"):  # the same but for 32 bytes, which only Windows-1252 has letters for
        windows = any(0x80 <= byte < 0xA0 for byte in content)
        return _text(content, "cp1252" if windows else "latin-1"), "Windows-1252" if windows else "Latin-1"
    return _text(content, best.encoding), _ENCODINGS[best.encoding]
