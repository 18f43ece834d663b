"""Uncorrelated factors fitted to data by any estimator, before rotation.

As a model they are identified by zeros: one item loads on the first factor only, another one on the
first two, and so on (Joreskog, 1969). Which items these are does not matter for the fit; those are
taken that tell the factors best, so that no zero is near impossible.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..data import Data, Sample
from ..errors import AdmissibilityWarning, ConvergenceWarning, TpnSemWarning, warn_user
from ..estimation import Estimation, estimate, estimate_again
from ..extraction import likelihood_factors
from ..language import parse, quoted
from ..numerics import Array, correlation
from ..rotation import echelon
from ..specification import read_options
from .rough_correlations import rough_moments
from .standardised_loadings import residual_variances

_NO_RESIDUAL = 0.006  # of a standardised item: at the limit of the search for start values
_LEAST = 0.02  # residual variance that a search begins with


class UnrotatedFits:
    """Fits of several numbers of factors to data that are read once.

    Parameters
    ----------
    data : DataFrame or SampleMoments
    items : tuple of str
    options : mapping
        Of the user, as `Model.fit` takes them.
    """

    def __init__(self, data: Data, items: tuple[str, ...], options: Mapping[str, Any]):
        self.data, self.items, self.options = data, items, dict(options)
        self.first: Estimation | None = None
        self.correlations, self.deviations = rough_moments(data, items)
        self.prefix = _prefix(data)

    def fit(self, n_factors: int) -> Estimation:
        """The fit of a number of factors, its warnings issued.

        Where a residual variance would be negative, and the user said nothing of bounds, it is
        fitted again with none below zero; the bound is among the notes.
        """
        heard: dict[tuple[str, type[Warning]], None] = {}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", TpnSemWarning)
            found = self._bounded(n_factors)
        for one in caught:
            if issubclass(one.category, TpnSemWarning):
                heard[(str(one.message), one.category)] = None
            else:
                warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
        for message, kind in heard:
            warn_user(message, kind)
        return found

    def _bounded(self, n_factors: int) -> Estimation:
        """The fit with residual variances that are not negative, where that can be had."""
        bounded = {**self.options, "bounds": "pos_var"}
        if self.options.get("ordered") or "bounds" in self.options:
            return self._estimate(n_factors, self.options)
        loadings = likelihood_factors(self.correlations, n_factors)
        if (1.0 - (loadings * loadings).sum(axis=1)).min() < _NO_RESIDUAL:
            return self._estimate(n_factors, bounded)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", TpnSemWarning)
            found = self._estimate(n_factors, self.options)
        if self._is_improper(found):
            return self._estimate(n_factors, bounded)
        for one in caught:
            warn_user(str(one.message), one.category)
        return found

    def moments(self) -> Array:
        """The correlations that a fit would be to, shape (p, p)."""
        if self.first is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", AdmissibilityWarning)
                warnings.simplefilter("ignore", ConvergenceWarning)
                self._estimate(1, self.options)
        return self.correlations

    def _is_improper(self, found: Estimation) -> bool:
        if not found.converged:
            return True
        negative = residual_variances(found, len(self.items)).min() < -1e-6
        return bool(negative) or any(kind is AdmissibilityWarning for kind, _ in found.remarks)

    def _estimate(self, n_factors: int, options: Mapping[str, Any]) -> Estimation:
        factors = [f"{self.prefix}{place + 1}" for place in range(n_factors)]
        loadings = likelihood_factors(self.correlations, n_factors)
        turn, pivots = echelon(loadings)
        loadings = loadings @ turn
        chosen = {"std_lv": True, "orthogonal": True, **options}
        if options.get("parameterization") != "theta":
            chosen["start"] = self._starts(factors, loadings, pivots)
        statements = parse(_text(factors, self.items, pivots))
        read = read_options("cfa", chosen)
        if self.first is not None:
            return estimate_again(self.first, statements, read)
        self.first = estimate(statements, read, self.data)
        self._look_again(self.first.samples.groups[0])
        return self.first

    def _look_again(self, sample: Sample) -> None:
        """Take the moments that are fitted from now on."""
        places = [sample.names.index(name) for name in self.items]
        covariance = sample.covariance[np.ix_(places, places)]
        if np.isfinite(covariance).all() and (np.diag(covariance) > 0.0).all():
            self.correlations = correlation(covariance)
            self.deviations = np.sqrt(np.diag(covariance))

    def _starts(self, factors: list[str], loadings: Array, pivots: list[int]) -> dict[str, float]:
        """Start values by name, in the units of the items."""
        ordinal = bool(self.options.get("ordered"))
        scale = np.ones(len(self.items)) if ordinal else self.deviations
        starts = {}
        for place, name in enumerate(self.items):
            for column, factor in enumerate(factors):
                if place not in pivots[:column]:
                    starts[f"{factor}=~{name}"] = float(loadings[place, column] * scale[place])
            if not ordinal:
                left = max(1.0 - float((loadings[place] ** 2).sum()), _LEAST)
                starts[f"{name}~~{name}"] = left * float(scale[place]) ** 2
        return starts


def _text(factors: list[str], items: tuple[str, ...], pivots: list[int]) -> str:
    lines = []
    for column, factor in enumerate(factors):
        zeros = pivots[:column]
        terms = [
            ("0*" if place in zeros else "") + quoted(name) for place, name in enumerate(items)
        ]
        lines.append(f"{factor} =~ " + " + ".join(terms))
    return "\n".join(lines)


def _prefix(data: Data) -> str:
    """What factors are called, before their number: f, or what no column begins with."""
    columns = [str(name) for name in getattr(data, "columns", ())]
    for word in ("f", "factor", "factor_", "exploratory_factor_"):
        if not any(name.startswith(word) and name[len(word) :].isdigit() for name in columns):
            return word
    return "unrotated_exploratory_factor_"
