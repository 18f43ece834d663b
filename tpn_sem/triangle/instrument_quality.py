"""Whether the instrument is valid: reliability, convergent and discriminant validity."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import pandas as pd

from ..drawing import Shown
from ..errors import TpnSemError, TpnSemWarning
from ..fit import Fit
from ..measurement_quality import Validity, item_analysis, reliability, validity


@dataclass(frozen=True, eq=False, repr=False)
class InstrumentQuality(Shown):
    """Reliability and validity of the constructs in the measurement model.

    Attributes
    ----------
    reliability : DataFrame
        Of `tpn_sem.reliability`, with intervals by the delta method.
    items : DataFrame
        Of `tpn_sem.item_analysis`.
    validity : Validity
    """

    reliability: pd.DataFrame
    items: pd.DataFrame
    validity: Validity

    @property
    def sentences(self) -> list[str]:
        """What holds and what does not, each with the rule that says so."""
        notes = self.reliability.attrs.get("notes", [])
        return list(dict.fromkeys([*self.validity.sentences, *notes]))


def instrument_quality(fit: Fit | None) -> tuple[InstrumentQuality | None, list[str]]:
    """The quality of the instrument by a fit of its measurement model; or why it cannot be had."""
    if fit is None or not fit.converged:
        return None, []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TpnSemWarning)
            return (
                InstrumentQuality(
                    reliability(fit, interval="delta"),
                    item_analysis(fit),
                    validity(fit),
                ),
                [],
            )
    except TpnSemError as error:
        return None, [f"No reliability and validity: {error}"]
