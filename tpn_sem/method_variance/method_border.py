"""What difference tests of a method factor are worth, where its variance cannot be below zero."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..model_choice import EDGE, IRREGULAR
from .method_models import EQUAL, FREE, INTERCEPT


def border_notes(models: pd.DataFrame) -> Iterator[str]:
    """A sentence per model whose difference from the one without method is no plain test."""
    for name in (EQUAL, INTERCEPT):
        if models.loc[name, "edge"] == EDGE:
            what = "a variance" if models.loc[name, "df_diff"] == 1.0 else "variances"
            yield (
                f"The difference test of {name!r} is at the border of what {what} can be, so that "
                "its p-value is by the mixture of chi-squares that holds there."
            )
    if pd.notna(models.loc[FREE, "chisq_diff"]):
        lost = " and has no p-value" if models.loc[FREE, "edge"] == IRREGULAR else ""
        yield (
            f"The difference of {FREE!r} from the model without method does not tell whether there "
            f"is method{lost}: its loadings mean nothing where there is none, and take up whatever "
            "the substantive model leaves."
        )
