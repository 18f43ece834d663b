"""The study of the triangle with a survey whose columns have other names.

The answers here are the bundled synthetic ones under new names; put your own file in their place,
as ``pandas.read_csv("survey.csv")``.
"""

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.triangle import VARIANTS, Instrument, study

QUESTIONNAIRE = Instrument(
    items={
        "NPC": ["q1", "q2", "q3", "q4", "q5"],
        "KSSE": ["q6", "q7", "q8", "q9", "q10"],
        "KS": ["q11", "q12", "q13", "q14", "q15"],
        "KR": ["q16", "q17", "q18", "q19", "q20"],
    },
    context={"rural": "village"},
    school="school_id",
)
CHOSEN = ["four factors", "partial mediation", "full mediation", "one apex", "context"]


def main() -> None:
    """Fit some variants to the survey and print what the study finds."""
    survey = datasets.teachers()
    items = ts.triangle.Instrument.numbered().all_items
    survey = survey.rename(columns=dict(zip(items, QUESTIONNAIRE.all_items, strict=True)))
    survey = survey.rename(columns={"rural": "village", "school": "school_id"})

    print(QUESTIONNAIRE.measure("NPC"))
    found = study(survey, QUESTIONNAIRE, variants=[VARIANTS[name] for name in CHOSEN])
    for note in found.notes:
        print(f"! {note}")
    print(f"\n{found}\n")
    for name, reason in found.contest.refused.items():
        print(f"refused: {name}: {reason}")
    for verdict in found.contest.verdicts:
        print(f"- {verdict}")
    print(f"\nStandardised paths of {found.main_variant}:")
    print(found.paths.round(3).to_string(index=False))
    print("\nExplained variance:")
    print(found.r_squared.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
