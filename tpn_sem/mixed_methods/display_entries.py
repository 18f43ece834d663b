"""Entries of a joint display: a path and a theme side by side, or one of them alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..errors import DataError
from .display_paths import Interval, find_path
from .display_verdicts import Verdict
from .interviews import Interviews
from .theme_counts import ThemeEvidence
from .theme_links import PathName, ThemeLink

NO_THEME = "silent: no theme of the interviews is linked to this path"
NO_PATH = "silent: no path of the model is linked to this theme"
NO_SPEAKER = "silent: no interviewee speaks of this theme"


@dataclass(frozen=True)
class Entry:
    """A row of the joint display.

    Attributes
    ----------
    path : PathName or None
        Of the model.
    estimate : Interval or None
    theme : ThemeEvidence or None
    link_note : str
    silent : str
        Why the entry is silent by itself; "" where both strands speak.
    verdict : Verdict or None
        None where none was entered.
    """

    path: PathName | None
    estimate: Interval | None
    theme: ThemeEvidence | None
    link_note: str = ""
    silent: str = ""
    verdict: Verdict | None = None


def make_entries(
    paths: Mapping[PathName, Interval], interviews: Interviews, lacking: str
) -> list[Entry]:
    """All pairs that are linked, and all paths and themes that are not.

    Parameters
    ----------
    lacking : {"refuse", "tell"}
        What is done about links to paths that the model lacks.

    Raises
    ------
    DataError
    """
    themes = {one.theme: one for one in interviews.themes}
    found, linked = [], set()
    absent: dict[str, list[ThemeLink]] = {}
    for link in interviews.links:
        if link.path not in paths and lacking == "tell":
            absent.setdefault(link.theme, []).append(link)
            continue
        find_path(link.path, paths, link.where)
        theme = themes[link.theme]
        linked |= {link.path, link.theme}
        silent = "" if theme.n else NO_SPEAKER
        found.append(Entry(link.path, paths[link.path], theme, link.note, silent))
    found += [
        Entry(path, paths[path], None, silent=NO_THEME) for path in paths if path not in linked
    ]
    return found + [
        Entry(None, None, theme, _notes(absent.get(name, ())), _why(absent.get(name, ())))
        for name, theme in themes.items()
        if name not in linked
    ]


def _notes(links: Sequence[ThemeLink]) -> str:
    return "; ".join(dict.fromkeys(link.note for link in links if link.note))


def _why(links: Sequence[ThemeLink]) -> str:
    if not links:
        return NO_PATH
    return f"silent: this model has no path {', '.join(str(link.path) for link in links)}"


def ordered(
    entries: Iterable[Entry],
    rows: str,
    paths: Iterable[PathName],
    themes: Iterable[ThemeEvidence],
) -> list[Entry]:
    """Entries by paths, or by themes, in the order of the model and the codebook."""
    path_order: dict[PathName | None, int] = {name: place for place, name in enumerate(paths)}
    theme_order: dict[str, int] = {one.theme: place for place, one in enumerate(themes)}

    def key(entry: Entry) -> tuple[int, int]:
        path = path_order.get(entry.path, len(path_order))
        theme = theme_order[entry.theme.theme] if entry.theme else len(theme_order)
        return (path, theme) if rows == "paths" else (theme, path)

    return sorted(entries, key=key)


def judged(entries: Sequence[Entry], verdicts: Iterable[Verdict]) -> list[Entry]:
    """Entries with the verdicts that were entered.

    Raises
    ------
    DataError
        For a verdict about no entry, two about one, and one that finds agreement or discord where
        a strand is silent.
    """
    found = list(entries)
    for verdict in verdicts:
        places = [place for place, entry in enumerate(found) if _is_about(verdict, entry)]
        if not places:
            raise DataError(_no_entry(verdict, entries))
        for place in places:
            entry = found[place]
            if entry.verdict is not None:
                raise DataError(
                    f"{verdict.where}: {_named(entry)} has a verdict already "
                    f"({entry.verdict.where}): leave one out."
                )
            if entry.silent and verdict.word != "silent":
                raise DataError(
                    f"{verdict.where}: {verdict.word!r} is a verdict on {_named(entry)}, which is "
                    f"{entry.silent}. Link them first, or enter 'silent'."
                )
            found[place] = replace(entry, verdict=verdict)
    return found


def _is_about(verdict: Verdict, entry: Entry) -> bool:
    path = verdict.path is None or verdict.path == entry.path
    theme = entry.theme.theme if entry.theme else ""
    return path and (not verdict.theme or verdict.theme == theme)


def _named(entry: Entry) -> str:
    parts = [str(entry.path)] if entry.path else []
    parts += [repr(entry.theme.theme)] if entry.theme else []
    return " with ".join(parts)


def _no_entry(verdict: Verdict, entries: Sequence[Entry]) -> str:
    """Why a verdict is about nothing."""
    paths = {entry.path: entry.estimate for entry in entries if entry.path and entry.estimate}
    if verdict.path is not None:
        find_path(verdict.path, paths, verdict.where)
    return (
        f"{verdict.where}: no link joins {str(verdict.path)!r} and {verdict.theme!r}: add it to "
        "the links, or correct the verdict."
    )
