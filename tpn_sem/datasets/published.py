"""Published data sets that the field's textbooks and programs use as examples."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

from ..arguments import checked


@checked
def holzinger_swineford_1939() -> pd.DataFrame:
    """Mental ability scores of 301 pupils of two Chicago schools. Holzinger & Swineford (1939).

    Nine of the original twenty-six tests, chosen by Jöreskog (1969) to measure three factors:
    visual (x1 to x3), textual (x4 to x6), speed (x7 to x9). Names and scales are those of
    `HolzingerSwineford1939` in the R package lavaan: each raw score, a whole number, has been
    divided by the number given here, so that variances are of similar size.

    Returns
    -------
    DataFrame, shape (301, 15)
        ====== =============================================================================
        id     pupil
        sex    1 or 2, as coded in the source
        ageyr  age in whole years
        agemo  months beyond the whole years, 0 to 11
        school "Pasteur" (156 pupils) or "Grant-White" (145)
        grade  7 or 8; one pupil's is missing (NaN)
        x1     visual perception (/ 6)
        x2     cubes (/ 4)
        x3     lozenges (/ 8)
        x4     paragraph comprehension (/ 3)
        x5     sentence completion (/ 4)
        x6     word meaning (/ 7)
        x7     speeded addition (/ 23)
        x8     speeded counting of dots (/ 20)
        x9     speeded discrimination of straight and curved capitals (/ 36)
        ====== =============================================================================

    References
    ----------
    Holzinger, K. J., & Swineford, F. A. (1939). A study in factor analysis: The stability of a
    bi-factor solution (Supplementary Educational Monographs, 48). University of Chicago.

    Jöreskog, K. G. (1969). A general approach to confirmatory maximum likelihood factor
    analysis. Psychometrika, 34, 183-202.
    """
    whole = ["id", "sex", "ageyr", "agemo"]
    text = ["school"]
    return _read("holzinger_swineford_1939.csv", whole=whole, text=text)


@checked
def political_democracy() -> pd.DataFrame:
    """Democracy and industrialisation in 75 developing countries. Bollen (1989).

    The data behind the example of structural equation modelling in Bollen's book. Names are
    those of `PoliticalDemocracy` in the R package lavaan.

    Returns
    -------
    DataFrame, shape (75, 11)
        ====== ================================================================
        y1     expert ratings of the freedom of the press, 1960
        y2     freedom of political opposition, 1960
        y3     fairness of elections, 1960
        y4     effectiveness of the elected legislature, 1960
        y5..y8 the same four, 1965
        x1     gross national product per head, 1960 (natural logarithm)
        x2     inanimate energy consumption per head, 1960 (natural logarithm)
        x3     percentage of the labour force in industry, 1960 (transformed)
        ====== ================================================================

        Ratings run from 0 to 10. Countries are not named.

    References
    ----------
    Bollen, K. A. (1989). Structural equations with latent variables. Wiley. Chapters 7 and 8.
    """
    return _read("political_democracy.csv", whole=[], text=[])


def _read(name: str, whole: list[str], text: list[str]) -> pd.DataFrame:
    """Bundled file; columns are floats but for the ones named."""
    # Read as text first: not every version of pandas parses decimals to the nearest double.
    with (files(__package__) / name).open("r", encoding="utf-8") as file:
        frame = pd.read_csv(file, dtype=str)
    kinds = {column: "float64" for column in frame if column not in text}
    return frame.astype(kinds).astype(dict.fromkeys(whole, "int64"))
