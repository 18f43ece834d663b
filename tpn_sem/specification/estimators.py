"""Estimators by lavaan's names: discrepancy, standard errors, test, information."""

from __future__ import annotations

from typing import NamedTuple


class Recipe(NamedTuple):
    """How an estimator is put together.

    Attributes
    ----------
    discrepancy : str
        Name of the discrepancy function.
    se : str
        How standard errors are computed.
    test : str
        The test of fit beside the standard one.
    information : {"expected", "observed"}
    """

    discrepancy: str
    se: str = "standard"
    test: str = "standard"
    information: str = "expected"

    @property
    def is_robust(self) -> bool:
        """Whether the name promises more than normal theory."""
        return self.se != "standard"


ESTIMATORS = {
    "ML": Recipe("ML"),
    "MLM": Recipe("ML", "robust_sem", "satorra_bentler"),
    "MLMV": Recipe("ML", "robust_sem", "scaled_shifted"),
    "MLMVS": Recipe("ML", "robust_sem", "mean_var_adjusted"),
    "MLR": Recipe("ML", "robust_huber_white", "yuan_bentler_mplus", "observed"),
    "MLF": Recipe("ML", "first_order", "standard"),
    "GLS": Recipe("GLS"),
    "WLS": Recipe("WLS"),
    "DLS": Recipe("DLS", "robust_sem", "satorra_bentler"),
    "ULS": Recipe("ULS"),
    "ULSM": Recipe("ULS", "robust_sem", "satorra_bentler"),
    "ULSMVS": Recipe("ULS", "robust_sem", "mean_var_adjusted"),
    "ULSMV": Recipe("ULS", "robust_sem", "scaled_shifted"),
    "DWLS": Recipe("DWLS"),
    "PML": Recipe("PML", "robust_huber_white", "mean_var_adjusted", "observed"),
    "WLSM": Recipe("DWLS", "robust_sem", "satorra_bentler"),
    "WLSMVS": Recipe("DWLS", "robust_sem", "mean_var_adjusted"),
    "WLSMV": Recipe("DWLS", "robust_sem", "scaled_shifted"),
}
