"""A survey of 100 000 rows and 60 items: read, checked, described. CPU seconds, medians of 3."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from timing import timed

import numpy as np  # isort: skip
import pandas as pd  # isort: skip

import tpn_sem as ts

ROWS, ITEMS, SCHOOLS = 100_000, 60, 500


def survey() -> pd.DataFrame:
    """Five-point items with a tenth missing, in twelve constructs."""
    random = np.random.default_rng(17)
    factors = random.normal(size=(ROWS, ITEMS // 5)).repeat(5, axis=1)
    codes = np.digitize(
        0.7 * factors + 0.7 * random.normal(size=(ROWS, ITEMS)), [-1.2, -0.4, 0.4, 1.2]
    )
    answers = np.where(random.random(codes.shape) < 0.1, np.nan, codes + 1.0)
    names = [f"{'abcdefghijkl'[place // 5]}{place % 5 + 1}" for place in range(ITEMS)]
    frame = pd.DataFrame(answers, columns=names)
    school = random.integers(0, SCHOOLS, ROWS)
    return frame.assign(
        person=np.arange(ROWS), school=school, location=np.where(school % 2, "u", "r")
    )


def main() -> None:
    """Print a line a task."""
    frame = survey()
    items: dict[str, list[str]] = {}
    for name in frame.columns[:ITEMS]:
        items.setdefault(name[0].upper(), []).append(name)
    instrument = ts.Instrument(items, school="school", scale=(1, 5))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.csv"
        frame.to_csv(path, index=False)
        tasks = {
            "read_survey, CSV": lambda: ts.read_survey(path),
            "check": lambda: ts.check(frame, instrument, group="location"),
            "describe": lambda: ts.describe(frame, instrument, group="location"),
        }
        for name, task in tasks.items():
            times = timed(task, 3)
            print(f"{name}: {median(cpu for cpu, _ in times):.2f} s CPU", flush=True)


if __name__ == "__main__":
    main()
