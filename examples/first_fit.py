"""A confirmatory factor model: fit it, read it, look where it is wrong."""

import tpn_sem as ts
from tpn_sem import datasets

MODEL = """
    visual  =~ x1 + x2 + x3
    textual =~ x4 + x5 + x6
    speed   =~ x7 + x8 + x9
"""


def main() -> None:
    """Fit three factors of mental ability to 301 pupils (Holzinger & Swineford, 1939)."""
    pupils = datasets.holzinger_swineford_1939()
    fit = ts.cfa(MODEL, pupils)
    print(fit)

    print("\nWhat the model leaves unexplained most, and what would change:")
    shown = fit.modification_indices()[["lhs", "op", "rhs", "mi", "epc", "sepc_all"]]
    print(shown.head(5).round(3).to_string(index=False))

    print("\nWith straight and curved capitals (x9) on the visual factor, too:")
    freer = ts.cfa(MODEL + "visual =~ x9", pupils)
    compared = ts.compare(three=fit, crossed=freer)
    print(
        compared[["df", "chisq", "bic", "chisq_diff", "df_diff", "relation"]].round(3).to_string()
    )
    print("A path that the data suggested needs other data to be tested.")


if __name__ == "__main__":
    main()
