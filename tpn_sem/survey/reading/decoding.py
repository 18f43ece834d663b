"""Bytes to text: marks of byte order, Unicode, and code pages from before it."""

from __future__ import annotations

import re
from encodings.aliases import aliases
from typing import NamedTuple

from ...errors import DataError, OptionError, nearest
from .code_pages import CODE_PAGES, recognise_code_page
from .decisions import Decisions
from .file_format import FileContent

_MARKS = (  # that of UTF-32 begins with that of UTF-16
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SAMPLE = 8192
_HIGH_BYTES = b"\x00\x04\x20"  # of ASCII, Cyrillic and punctuation in UTF-16
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b]")


class Decoded(NamedTuple):
    """A text and the encoding that it was in."""

    text: str
    encoding: str


def decode(content: FileContent, encoding: str | None, decisions: Decisions) -> Decoded:
    """The text of a file, in the encoding given or recognised.

    Raises
    ------
    OptionError
        For an encoding that is not known.
    DataError
        Where the bytes are not of that encoding, or no text at all.
    """
    if encoding is None:
        decoded = _recognised(content, decisions)
    else:
        decoded = _as_told(content, encoding, decisions)
    text = decoded.text.removeprefix("\ufeff").rstrip("\x1a")
    if len(_CONTROLS.findall(text[:_SAMPLE])) > len(text[:_SAMPLE]) // 200:
        raise DataError(
            f"{content.name} is neither text nor of a format that can be read; give a .csv, .xlsx, "
            ".sav, .dta, .parquet or .feather file."
        )
    if not text.strip():
        raise DataError(f"{content.name} is empty: there are only blanks in it.")
    return Decoded(text, decoded.encoding)


def _as_told(content: FileContent, encoding: str, decisions: Decisions) -> Decoded:
    try:
        b"".decode(encoding)
        text = content.data.decode(encoding)
    except (LookupError, ValueError) as error:
        if isinstance(error, UnicodeError) and hasattr(error, "start"):
            raise DataError(_undecodable(content, error, encoding)) from None
        known = sorted({*CODE_PAGES, *aliases, *aliases.values(), "utf-8", "utf-16"})
        raise OptionError(
            f"encoding={encoding!r} is not known{nearest(encoding, known) or '.'} Give a name such "
            "as 'utf-8', 'cp1251' or 'kz1048'."
        ) from None
    is_one_byte = len(text) == len(content.data) and not content.data.isascii()
    if is_one_byte and _is_utf8(content.data):
        decisions.doubt(f"encoding={encoding!r} was given, but the file is valid 'utf-8'")
    return Decoded(text, encoding)


def _undecodable(content: FileContent, error: UnicodeError, encoding: str) -> str:
    start: int = getattr(error, "start", 0)
    line = content.data.count(b"\n", 0, start) + 1
    byte = content.data[start] if start < len(content.data) else 0
    return (
        f"{content.name} is not in encoding {encoding!r}: byte 0x{byte:02X} in line {line}. Leave "
        "encoding= out, and it will be recognised."
    )


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _recognised(content: FileContent, decisions: Decisions) -> Decoded:
    data = content.data
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    name = marked or _wide_without_mark(data) or ("utf-8" if _is_utf8(data) else None)
    if name is None:
        _refuse_broken_utf8(content)
        name = _code_page(data, decisions)
    try:
        return Decoded(data.decode(name), name)
    except UnicodeError as error:
        raise DataError(
            f"{content.name} begins as {name!r} and goes on as something else ({error}); it is "
            "damaged, or two files were joined. Give encoding=, or save it anew."
        ) from None


def _wide_without_mark(data: bytes) -> str | None:
    """UTF-16 without a mark: every second byte is one of very few."""
    sample = data[:_SAMPLE]
    if 0 not in sample or len(data) % 2:
        return None
    for name, high, low in (
        ("utf-16-le", sample[1::2], sample[0::2]),
        ("utf-16-be", sample[0::2], sample[1::2]),
    ):
        few = sum(map(high.count, _HIGH_BYTES))
        if few >= 0.9 * len(high) and low.count(0) <= 0.02 * len(low):
            return name
    return None


def _refuse_mixed(content: FileContent) -> None:
    """Lines in UTF-8 beside lines in a code page, as when two files are joined."""
    lines = [line for line in content.data.split(b"\n") if not line.isascii()]
    sound = [line for line in lines if _is_utf8(line)]
    if len(sound) < 2 or len(lines) - len(sound) < 2:
        return
    number = next(
        place
        for place, line in enumerate(content.data.split(b"\n"), 1)
        if not line.isascii() and not _is_utf8(line)
    )
    raise DataError(
        f"{content.name} mixes encodings: {len(sound)} lines are 'utf-8', and "
        f"{len(lines) - len(sound)} are not, the first in line {number}. Two files were joined: "
        "save each in UTF-8, and join them again."
    )


def _refuse_broken_utf8(content: FileContent) -> None:
    """UTF-8 with a few bytes that are not: no code page would read it better."""
    _refuse_mixed(content)
    text = content.data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = len(text) - len(text.encode("ascii", errors="ignore")) - broken
    if whole < 10 * broken:
        return
    line = text[: text.index("\ufffd")].count("\n") + 1
    raise DataError(
        f"{content.name} is 'utf-8', but for {broken} broken characters, the first in line {line}; "
        "repair these, or give encoding= to read it in another."
    )


def _code_page(data: bytes, decisions: Decisions) -> str:
    page = recognise_code_page(data)
    if page.is_certain:
        decisions.say(f"encoding {page.name!r} recognised by its letters")
    else:
        rival = f" ({page.rival!r} comes near)" if page.rival else ""
        decisions.doubt(
            f"encoding {page.name!r} guessed{rival}; give encoding= if letters look wrong"
        )
    return page.name
