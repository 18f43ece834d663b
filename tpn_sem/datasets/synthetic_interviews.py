"""Synthetic interviews with 41 teachers of the synthetic survey's schools; nobody said a word."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from ..arguments import checked, read_seed
from ..writing import write_whole
from .interview_themes import CODES, LINKS, MARK, SyntheticCode
from .schools import RURAL_SIZES, URBAN_SIZES

INTERVIEWS_NOTE = (
    "Synthetic interviews, invented for tpn_sem: nobody was interviewed, every quotation is made "
    "up and ends with (synthetic), and no count is a result of the study whose themes they imitate."
)

_MORE_RURAL, _MORE_URBAN = 3, 9  # second interviewees of a school: 18 rural and 23 urban in all
_CODED_TWICE = 14
_AGAIN = 0.5  # of a code: a second mention by the same interviewee
_SECOND_CODER = {True: 0.86, False: 0.06}  # gives a code that the first gave, or did not give
_CODERS = ("coder A", "coder B")


@checked
def interviews(*, seed: int = 2020) -> dict[str, pd.DataFrame]:
    """Synthetic interviews with 41 teachers, as `tpn_sem.read_interviews` takes them.

    Interviewees come from the 29 schools of `teachers`; codes are given at random by location,
    by one coder to all and by a second one to 14; quotations are invented, and each says so. Themes
    follow words of the study's abstract; **no quotation, count or agreement is the study's**.

    Parameters
    ----------
    seed : int, default 2020
        A whole number, 0 or larger.

    Returns
    -------
    dict of str to DataFrame
        codebook (code, theme, description), coding (interviewee, code, coder, quotation, display),
        links (theme, path, note), interviewees (interviewee, school, location, coders). ``attrs``
        of each have ``synthetic`` (True), ``note`` and ``seed``.

    Examples
    --------
    >>> tables = interviews()
    >>> len(tables["interviewees"])
    41
    """
    read_seed(seed)
    generator = np.random.Generator(np.random.PCG64(seed))
    people = _interviewees(generator)
    coding = _coding(people, generator)
    tables = {
        "codebook": pd.DataFrame(
            [(one.code, one.theme, one.description) for one in CODES],
            columns=["code", "theme", "description"],
        ),
        "coding": coding,
        "links": pd.DataFrame(LINKS, columns=["theme", "path", "note"]),
        "interviewees": people,
    }
    for table in tables.values():
        table.attrs.update(synthetic=True, note=INTERVIEWS_NOTE, seed=int(seed))
    return tables


@checked
def interviews_path() -> Path:
    """Folder with the tables of ``interviews()`` as CSV files; synthetic data."""
    return Path(str(files(__package__) / "interview_tables"))


@checked
def write_interviews_csv(folder: Path) -> None:
    """Write ``interviews()`` to codebook.csv, coding.csv, links.csv and interviewees.csv.

    Raises
    ------
    OptionError
        Where they cannot be written.
    """
    for name, table in interviews().items():
        write_whole(folder / f"{name}.csv", table.to_csv(index=False, lineterminator="\n"))


def _interviewees(generator: np.random.Generator) -> pd.DataFrame:
    """One teacher of each school, and a second one of some; 14 of them coded twice."""
    n_rural, n_urban = len(RURAL_SIZES), len(URBAN_SIZES)
    rural = [*range(n_rural), *_drawn(generator, n_rural, _MORE_RURAL)]
    urban = [
        n_rural + place for place in (*range(n_urban), *_drawn(generator, n_urban, _MORE_URBAN))
    ]
    schools = sorted(rural) + sorted(urban)
    twice = set(_drawn(generator, len(schools), _CODED_TWICE))
    return pd.DataFrame(
        {
            "interviewee": [f"I{number:02d}" for number in range(1, len(schools) + 1)],
            "school": [f"S{school + 1:02d}" for school in schools],
            "location": ["rural" if school < n_rural else "urban" for school in schools],
            "coders": [
                "; ".join(_CODERS if place in twice else _CODERS[:1])
                for place in range(len(schools))
            ],
        }
    )


def _drawn(generator: np.random.Generator, n: int, size: int) -> list[int]:
    """Places without replacement, by the order of uniform numbers: the same on any platform."""
    return [int(place) for place in np.argsort(generator.random(n), kind="stable")[:size]]


def _coding(people: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """Rows by interviewee, coder and code; one interviewee, drawn, has no code."""
    silent = _drawn(generator, len(people), 1)[0]
    rows: list[tuple[int, int, int, str, str]] = []
    for number, code in enumerate(CODES):
        shares = np.where(people["location"] == "rural", code.rural, code.urban)
        given = generator.random(len(people)) < shares
        given[silent] = False
        order = _drawn(generator, len(people), len(people))
        told = "rural" if code.rural > code.urban else "urban"  # where it is told of most, first
        order.sort(key=lambda place: people["location"][place] != told)
        rows += _first_coder(number, code, [one for one in order if given[one]], generator)
        second = generator.random(len(people)) < np.where(given, *_second_shares())
        second &= people["coders"].str.contains(_CODERS[1]).to_numpy()
        second[silent] = False
        rows += [(int(place), 1, number, "", "") for place in np.flatnonzero(second)]
    names = people["interviewee"].tolist()
    return pd.DataFrame(
        [
            (names[place], CODES[number].code, _CODERS[coder], quotation, display)
            for place, coder, number, quotation, display in sorted(rows, key=lambda row: row[:3])
        ],
        columns=["interviewee", "code", "coder", "quotation", "display"],
    )


def _second_shares() -> tuple[float, float]:
    return _SECOND_CODER[True], _SECOND_CODER[False]


def _first_coder(
    number: int, code: SyntheticCode, given: list[int], generator: np.random.Generator
) -> list[tuple[int, int, int, str, str]]:
    """The first coder's rows of a code: some with words, the first of them to be shown."""
    words = [f"{text} {MARK}." for text in code.quotations]
    rows = []
    for rank, place in enumerate(given):
        quotation = words[rank] if rank < len(words) - 1 else ""
        rows.append((place, 0, number, quotation, "yes" if rank == 0 else ""))
    if given and generator.random() < _AGAIN:
        rows.append((given[0], 0, number, words[-1], ""))
    return rows
