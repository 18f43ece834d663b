"""Free parameters of estimates, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ..fresh_property import fresh_property

if TYPE_CHECKING:
    from ..estimation import Estimation


class FreeParameters:
    """Free parameters and their covariance matrix; a class that has them gives `estimation`."""

    if TYPE_CHECKING:
        estimation: Estimation

    @fresh_property
    def coef(self) -> pd.Series:
        """Free parameters, named by label, else as ``f=~x1``; later groups end in ``.g2``."""
        return pd.Series(self.estimation.parameters, index=self.estimation.names, name="estimate")

    @fresh_property
    def vcov(self) -> pd.DataFrame:
        """Covariance matrix of the free parameters' estimates."""
        names = self.estimation.names
        return pd.DataFrame(self.estimation.covariance, index=names, columns=names)
