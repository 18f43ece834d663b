"""factor_analyzer for the exploratory step: how many factors, and which items go together.

factor_analyzer 0.5.1 passes scikit-learn a keyword that version 1.8 removed; the extra
``tpn_sem[crosscheck]`` bounds scikit-learn below it.
"""

from __future__ import annotations

import warnings
from importlib.metadata import version

import pandas as pd

from ..errors import NotAvailableError


def explore(data: pd.DataFrame, n_factors: int, rotation: str = "oblimin") -> pd.DataFrame:
    """Rotated loadings of an exploratory factor analysis (minres).

    Parameters
    ----------
    data : DataFrame, shape (n, p)
        Complete rows.
    n_factors : int
    rotation : str
        As factor_analyzer names it.

    Returns
    -------
    DataFrame, shape (p, n_factors)
        A row per item, a column per factor; ``attrs["engine"]`` says what computed it.

    Raises
    ------
    NotAvailableError
        Where factor_analyzer is missing or does not work with the installed scikit-learn.
    """
    try:
        from factor_analyzer import FactorAnalyzer
    except ImportError as error:
        raise NotAvailableError(
            "factor_analyzer is not installed; install it with pip install 'tpn_sem[crosscheck]'."
        ) from error
    analyzer = FactorAnalyzer(n_factors=n_factors, rotation=rotation, method="minres")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            analyzer.fit(data)
    except TypeError as error:
        raise NotAvailableError(
            "factor_analyzer does not work with scikit-learn 1.8 or later; install "
            "'scikit-learn<1.8'."
        ) from error
    columns = [f"factor {place + 1}" for place in range(n_factors)]
    loadings = pd.DataFrame(analyzer.loadings_, index=list(data.columns), columns=columns)
    loadings.index.name = "item"
    loadings.attrs["engine"] = f"factor_analyzer {version('factor_analyzer')}"
    return loadings
