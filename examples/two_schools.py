"""Do nine tests measure the same in two schools, and do the schools differ in what they measure?"""

import tpn_sem as ts
from tpn_sem import datasets

MODEL = """
    visual  =~ x1 + x2 + x3
    textual =~ x4 + x5 + x6
    speed   =~ x7 + x8 + x9
"""


def main() -> None:
    """Climb the ladder, give up two intercepts, and compare the factors' means."""
    pupils = datasets.holzinger_swineford_1939()
    ladder = ts.invariance(MODEL, pupils, group="school", partial=True)
    shown = ["chisq", "df", "cfi", "chisq_diff", "df_diff", "p_diff", "delta_cfi", "decision"]
    print(ladder.table[shown].round(3).to_string())
    print(f"\nThe rule: {ladder.rule}.")
    print(f"Not equal: {', '.join(ladder.freed)}.")

    print("\nWhat that amounts to in the items, and in their sums:")
    sizes = ts.effect_sizes(ladder)
    items = sizes.items[sizes.items["dmacs"] > 0]
    print(items[["item", "dmacs", "signed", "bias"]].round(3).to_string(index=False))
    sums = ["factor", "difference", "bias", "impact"]
    print(sizes.scales[sums].round(3).to_string(index=False))

    partial = ladder.fits["partial scalar"]
    first, second = partial.group_labels
    differences = ts.group_differences(partial).standardized
    means = differences[differences["quantity"] == "mean difference"]
    print(f"\nMeans of the factors in {second}, in standard deviations from {first}:")
    print(means[["factor", "estimate", "ci_lower", "ci_upper"]].round(3).to_string(index=False))


if __name__ == "__main__":
    main()
