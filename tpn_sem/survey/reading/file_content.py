"""The bytes of a file that a user names, out of gzip and zip if they are packed."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

from ...errors import DataError
from ...files import bytes_of
from .decisions import Decisions
from .file_format import FileContent

_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b"
_ADVICE = "Copy or download it again."


def read_content(path: Path, decisions: Decisions) -> FileContent:
    """The bytes of a file.

    Raises
    ------
    DataError
        Where there is no such file, it cannot be read, or it is empty.
    """
    data = bytes_of(path)
    if not data:
        raise DataError(f"{str(path)!r} is empty (0 bytes). {_ADVICE}")
    content = FileContent(path, data, path.suffix.lower(), hashlib.sha256(data).hexdigest())
    if data.startswith(_GZIP):
        return _out_of_gzip(content, decisions)
    if data.startswith(_ZIP):
        return _out_of_zip(content, decisions)
    return content


def _out_of_gzip(content: FileContent, decisions: Decisions) -> FileContent:
    try:
        data = gzip.decompress(content.data)
    except (OSError, EOFError, zlib.error):
        raise DataError(f"{content.name} is a damaged or incomplete gzip file. {_ADVICE}") from None
    if not data:
        raise DataError(f"{content.name} has an empty file packed in it. {_ADVICE}")
    decisions.say("unpacked from gzip")
    return _unpacked(content, data, content.path.stem)


def _out_of_zip(content: FileContent, decisions: Decisions) -> FileContent:
    """The one file in a zip archive; the content itself where it is an office document."""
    try:
        with zipfile.ZipFile(io.BytesIO(content.data)) as archive:
            members = [one for one in archive.infolist() if not _is_beside(one)]
            names = {one.filename for one in members}
            if "[Content_Types].xml" in names or "mimetype" in names:
                return content
            if len(members) != 1:
                raise DataError(_several(content, [one.filename for one in members]))
            data = archive.read(members[0])
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError):
        raise DataError(
            f"{content.name} is damaged or incomplete: it begins as a zip or an Excel file, and "
            f"its end is missing. {_ADVICE}"
        ) from None
    except RuntimeError:
        raise DataError(f"{content.name} has a password; unpack it first.") from None
    if not data:
        raise DataError(f"{content.name} has an empty file packed in it. {_ADVICE}")
    decisions.say(f"{members[0].filename!r} unpacked from zip")
    return _unpacked(content, data, members[0].filename)


def _unpacked(content: FileContent, data: bytes, name: str) -> FileContent:
    suffix = Path(name).suffix.lower()
    return replace(content, data=data, suffix=suffix, is_unpacked=True)


def _is_beside(member: zipfile.ZipInfo) -> bool:
    return member.is_dir() or member.filename.startswith("__MACOSX/")


def _several(content: FileContent, names: list[str]) -> str:
    if not names:
        return f"{content.name} is an empty archive. {_ADVICE}"
    return f"{content.name} is an archive of {len(names)} files; unpack it, and give one of them."
