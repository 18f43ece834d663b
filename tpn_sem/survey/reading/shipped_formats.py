"""The formats that are read, and how one is chosen: by what is in the file."""

from __future__ import annotations

from dataclasses import fields

from ...errors import OptionError
from .decisions import Decisions
from .file_format import FileContent, FileFormat, ReadingOptions
from .read_arrow import FEATHER, PARQUET
from .read_delimited import DELIMITED
from .read_excel import EXCEL
from .read_spss import SPSS, SPSS_PORTABLE
from .read_stata import STATA
from .refused_files import refuse

FORMATS = (SPSS, SPSS_PORTABLE, STATA, PARQUET, FEATHER, EXCEL, DELIMITED)
"""In the order in which they are tried; text takes what is left."""

_ALWAYS = ("missing",)


def choose_format(content: FileContent, decisions: Decisions) -> FileFormat:
    """The format of a file's bytes, said where the name tells of another.

    Raises
    ------
    DataError
        For files that hold no table that can be read.
    """
    refuse(content)
    found = next(one for one in FORMATS if one.recognises(content.data))
    others = {suffix for one in FORMATS for suffix in one.suffixes if one is not found}
    if content.suffix in others | {".xls", ".ods", ".xlsb"}:
        decisions.say(f"its name ends in {content.suffix!r}, but it is a file of {found.name}")
    return found


def check_options(options: ReadingOptions, found: FileFormat) -> None:
    """Refuse options that would have no effect.

    Raises
    ------
    OptionError
    """
    for field in fields(ReadingOptions):
        is_given = getattr(options, field.name) != field.default
        if is_given and field.name not in (*_ALWAYS, *found.options):
            raise OptionError(
                f"{field.name}= has no effect on a file of {found.name}; leave it out."
            )
