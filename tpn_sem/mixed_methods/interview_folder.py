"""A folder of interviews: codebook.csv, coding.csv and what else there is."""

from __future__ import annotations

from pathlib import Path

from ..arguments import checked
from ..errors import DataError, nearest
from ..files import named_path
from .interviews import Interviews, read_interviews
from .theme_counts import CoderRule

FILES = ("codebook.csv", "coding.csv", "links.csv", "interviewees.csv", "verdicts.csv")
_NEEDED = FILES[:2]


@checked
def interview_folder(
    path: str | Path, *, coders: CoderRule | None = None
) -> tuple[Interviews, Path | None]:
    """Read the interviews of a folder, and find the file with verdicts.

    Parameters
    ----------
    path : path
        With codebook.csv and coding.csv; links.csv, interviewees.csv and verdicts.csv are read
        where they are there. See `read_interviews`.
    coders : {"any", "both"}, optional
        As in `read_interviews`.

    Returns
    -------
    (Interviews, Path or None)
        The interviews; the file for ``verdicts=``, if there is one.

    Raises
    ------
    DataError
        Where it is no folder, a needed file is missing, or a file looks misspelt.
    """
    folder = named_path(path)
    try:
        there = {one.name for one in folder.iterdir()}
    except OSError:
        raise DataError(
            f"{str(path)!r} is no folder that can be read: give one with {' and '.join(_NEEDED)}."
        ) from None
    for name in _NEEDED:
        if name not in there:
            csv_files = sorted(one for one in there - set(FILES) if one.endswith(".csv"))
            raise DataError(f"{str(path)!r} has no {name}{nearest(name, csv_files) or '.'}")
    for name in sorted(there - set(FILES)):
        near = nearest(name, [one for one in FILES if one not in there])
        if near and name.endswith(".csv"):
            raise DataError(f"{str(path)!r} has a file {name!r}{near} Rename it or take it out.")
    files = {name.removesuffix(".csv"): folder / name for name in FILES if name in there}
    interviews = read_interviews(
        files["codebook"],
        files["coding"],
        files.get("links"),
        interviewees=files.get("interviewees"),
        coders=coders,
    )
    return interviews, files.get("verdicts")
