"""Files that hold no table that can be read, and what to do with each."""

from __future__ import annotations

import io
import zipfile

from ...errors import DataError
from .file_format import FileContent

_AS_XLSX = "Open it in a spreadsheet program, and save it as .xlsx."
_EXPORT = "Export the table as .csv or .xlsx from the program that made it."
_NO_TABLE = "Give the file of data that belongs to it."
_BEGINNINGS = (
    (b"%PDF", "a PDF document", _NO_TABLE),
    (b"\x89PNG", "an image (PNG)", _NO_TABLE),
    (b"\xff\xd8\xff", "an image (JPEG)", _NO_TABLE),
    (b"GIF8", "an image (GIF)", _NO_TABLE),
    (b"{\\rtf", "a text document (RTF)", _NO_TABLE),
    (b"Rar!", "a RAR archive", "Unpack it, and give the file in it."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it, and give the file in it."),
    (b"SQLite format 3", "a database (SQLite)", _EXPORT),
    (b"\0" * 12 + b"\xc2\xea\x81\x60", "a SAS file", _EXPORT),
    (b"RDX", "an R file", "In R, use write.csv(data, 'name.csv', row.names = FALSE)."),
    (b"RDA", "an R file", "In R, use write.csv(data, 'name.csv', row.names = FALSE)."),
    (b"X\n\0\0\0", "an R file", "In R, use write.csv(data, 'name.csv', row.names = FALSE)."),
)
_MARKUP = (
    (b"<!doctype html", "a web page (HTML)"),
    (b"<html", "a web page (HTML)"),
    (b"<table", "a web page (HTML)"),
    (b"<meta", "a web page (HTML)"),
    (b"<?xml", "an XML file"),
)
_PACKED = (
    ("word/", "a Word document", _NO_TABLE),
    ("ppt/", "a PowerPoint file", _NO_TABLE),
    ("xl/workbook.bin", "a binary Excel file (.xlsb)", _AS_XLSX),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def refuse(content: FileContent) -> None:
    """Raise where a file is of a kind that is known not to be readable.

    Raises
    ------
    DataError
        Saying what the file is and what to do.
    """
    for kind, advice in _found(content):
        raise DataError(f"{content.name} is {kind}. {advice}")


def _found(content: FileContent) -> list[tuple[str, str]]:
    data = content.data
    found = [(kind, advice) for start, kind, advice in _BEGINNINGS if data.startswith(start)]
    if data.startswith(_OLD_OFFICE):
        found.append(_old_office(data))
    if data.startswith(b"PK\x03\x04"):
        found += _packed(data)
    beginning = data[:400].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    found += [(kind, _AS_XLSX) for start, kind in _MARKUP if beginning.startswith(start)]
    if beginning.startswith((b'{"', b"[{", b"{\n", b"{\r")):
        found.append(("a JSON file", "Read it with pandas.read_json."))
    return found


def _old_office(data: bytes) -> tuple[str, str]:
    if _wide("EncryptedPackage") in data:
        return "protected by a password", "Open it in Excel, and save it without the password."
    if _wide("WordDocument") in data:
        return "a Word document", _NO_TABLE
    return "an old Excel file (.xls)", _AS_XLSX


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def _packed(data: bytes) -> list[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if "mimetype" in names and b"spreadsheet" in archive.read("mimetype"):
            return [("an OpenDocument spreadsheet (.ods)", _AS_XLSX)]
    return [
        (kind, advice)
        for start, kind, advice in _PACKED
        if any(name.startswith(start) for name in names)
    ]
