"""A survey of one's own, from a file to the study of the triangle.

The file here is made from the bundled synthetic survey, under other headings and with a code for
"don't know"; put the path of your own in its place.
"""

import tempfile
from pathlib import Path

import tpn_sem as ts

ITEMS = {
    "NPC": [f"{k}. I need colleagues, question {k}" for k in range(1, 6)],
    "KSSE": [f"{k}. I can share what I know, question {k}" for k in range(6, 11)],
    "KS": [f"{k}. I share, question {k}" for k in range(11, 16)],
    "KR": [f"{k}. I receive, question {k}" for k in range(16, 21)],
}
CHOSEN = ["four factors", "partial mediation", "full mediation", "one apex", "context"]


def write_survey(path: Path) -> None:
    """A file as people send it."""
    bundled = ts.Instrument.numbered().all_items
    headings = [heading for own in ITEMS.values() for heading in own]
    answers = ts.datasets.teachers().rename(columns=dict(zip(bundled, headings, strict=True)))
    answers.loc[answers.index[::50], headings[6]] = 99
    answers.to_csv(path, index=False, sep=";", decimal=",")


def main() -> None:
    """Read the file, check it, and fit some variants."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "survey.csv"
        write_survey(path)
        survey = ts.read_survey(path)
    print(survey.attrs["reading"], "\n")

    instrument = ts.Instrument(
        ITEMS, {"rural": "rural"}, school="school", scale=(1, 5), not_applicable=99
    )
    print(ts.check(survey, instrument, group="location"), "\n")
    print(instrument.measure("KSSE"))
    found = ts.triangle.study(survey, instrument, variants=CHOSEN)
    for note in found.notes:
        print(f"! {note}")
    print(f"\n{found}\n")
    for verdict in found.contest.verdicts:
        print(f"- {verdict}")
    print(f"\nStandardised paths of {found.main_variant}:")
    print(found.paths.round(3).to_string(index=False))
    print("\nExplained variance:")
    print(found.r_squared.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
