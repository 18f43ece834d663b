"""Do nine tests measure the same in two schools? The ladder of measurement invariance."""

import tpn_sem as ts
from tpn_sem import datasets

MODEL = """
    visual  =~ x1 + x2 + x3
    textual =~ x4 + x5 + x6
    speed   =~ x7 + x8 + x9
"""


def main() -> None:
    """Climb the ladder, free two intercepts, and compare the factors' means."""
    pupils = datasets.holzinger_swineford_1939()
    ladder = ts.invariance(MODEL, pupils, group="school")
    shown = ["chisq", "df", "cfi", "rmsea", "bic", "chisq_diff", "df_diff", "p_diff", "delta_cfi"]
    print(ladder.table[shown].round(3).to_string())

    print("\nEqual intercepts are rejected. What dropping each equality would improve:")
    tests = ladder.fits["scalar"].score_tests()
    intercepts = tests[tests["constraint"].str.contains("~1")]
    print(intercepts.nlargest(3, "chi_square").round(3).to_string(index=False))

    partial = ts.cfa(
        MODEL,
        pupils,
        group="school",
        group_equal=["loadings", "intercepts"],
        group_partial=["x3 ~ 1", "x7 ~ 1"],
    )
    compared = ts.compare(metric=ladder.fits["metric"], partial=partial)
    print("\nWithout equal intercepts of x3 and x7:")
    print(compared[["df", "chisq", "chisq_diff", "df_diff", "p_value"]].round(3).to_string())

    first, second = partial.group_labels
    table = partial.estimates
    factors = table["lhs"].isin(["visual", "textual", "speed"])
    means = table[factors & (table["op"] == "~1") & (table["group"] == second)]
    print(f"\nMeans of the factors in {second}; in {first} they are 0:")
    print(means[["lhs", "estimate", "se", "ci_lower", "ci_upper"]].round(3).to_string(index=False))


if __name__ == "__main__":
    main()
