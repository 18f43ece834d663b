"""All rules of convergent and discriminant validity, applied."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .validity_tables import PAIR
from .verdicts import Verdict, by_interval, by_test, convergent, fornell_larcker, ratio


def verdict_table(
    ave: pd.DataFrame, correlations: pd.DataFrame, ratios: pd.DataFrame
) -> pd.DataFrame:
    """A row per rule; see `Validity.verdicts`."""
    found = [convergent(str(key[0]), str(key[1]), row) for key, row in ave.iterrows()]
    together = ratios.merge(correlations, on=PAIR, how="left")
    for _, pair in together.iterrows():
        pair = pair.fillna({"ci_class": "", "chisq_class": "", "cfi_class": ""})
        found += _pair_verdicts(pair, ave)
    return pd.DataFrame(found, columns=Verdict._fields)


def _pair_verdicts(pair: pd.Series, ave: pd.DataFrame) -> list[Verdict]:
    found = [*ratio(pair, "htmt"), *ratio(pair, "htmt2")]
    if np.isnan(float(pair["correlation"])):
        return found
    names = (pair["construct_1"], pair["construct_2"])
    aves = [float(ave.at[(pair["group"], name), "ave"]) for name in names]
    found.append(fornell_larcker(pair, (aves[0], aves[1])))
    return [*found, by_interval(pair), by_test(pair, "chisq"), by_test(pair, "cfi")]
