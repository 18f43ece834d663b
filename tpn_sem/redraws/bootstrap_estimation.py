"""A fit whose errors, intervals and test of fit come from the bootstrap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import as_names
from ..errors import NotAvailableError, OptionError, choose
from ..estimation import Estimation
from ..numerics import Array
from .batches import Batch, joined_batches, warn_of_failures
from .bootstrap_draws import (
    bootstrap_draws,
    check_bootstrap,
    refit_draws,
    replicate_names,
    usual_kind,
)
from .intervals import INTERVALS, intervals
from .redraw import stack_size
from .refit import Refitter
from .replicates import replicate

_ERRORS = ("bootstrap", "boot")
_TESTS = ("bollen_stine", "bootstrap", "boot")
_LIKE_ESTIMATES = ("case", "cluster", "bayesian", "parametric")
_INTERVALS = tuple(kind for kind in INTERVALS if kind != "bca")


@dataclass(frozen=True)
class BootstrapRequest:
    """What a user wants from the bootstrap.

    Attributes
    ----------
    errors, test : bool
        Whether for standard errors and intervals; whether for the test of fit.
    n : int
    seed : int, optional
    kind : str, optional
        How data are drawn for standard errors; see `tpn_sem.bootstrap`.
    interval : {"percentile", "bias_corrected", "basic", "normal"}
    workers : int, optional
    """

    errors: bool
    test: bool
    n: int = 1000
    seed: int | None = None
    kind: str | None = None
    interval: str = "percentile"
    workers: int | None = None


_SETTINGS = tuple(one.name for one in fields(BootstrapRequest))[2:]


def take_bootstrap(options: dict[str, Any]) -> BootstrapRequest | None:
    """What ``se="bootstrap"``, ``test="bollen_stine"`` and ``bootstrap=`` ask for, taken out.

    Raises
    ------
    OptionError
    """
    errors = str(options.get("se", "")).lower() in _ERRORS
    tests = as_names("test", options.get("test"))
    drawn = [name for name in tests if name.lower().replace(".", "_") in _TESTS]
    given = options.pop("bootstrap", None)
    if not (errors or drawn):
        if given is not None:
            raise OptionError(
                "bootstrap= is without effect: give se='bootstrap' or test='bollen_stine' too."
            )
        return None
    if errors:
        _refuse_idle(options, tests)
        del options["se"]
    if drawn:
        rest = [name for name in tests if name not in drawn]
        del options["test"]
        options |= {"test": rest} if rest else {}
    return _checked(BootstrapRequest(errors, bool(drawn), **_settings(given)))


def _refuse_idle(options: Mapping[str, Any], tests: Sequence[str]) -> None:
    """Refuse what only errors that are not drawn rest on."""
    idle = ["se_delta_second_order"]
    if not tests and str(options.get("estimator", "ML")).upper() == "ML":
        idle.append("h1_information")
    for name in idle:
        if options.get(name) not in (None, False, "structured"):
            raise OptionError(f"{name}= is without effect on se='bootstrap': leave it out.")


def _settings(given: object) -> dict[str, Any]:
    if given is None:
        return {}
    if isinstance(given, int | np.integer) and not isinstance(given, bool):
        return {"n": int(given)}
    if not isinstance(given, Mapping):
        raise OptionError(
            f"bootstrap= is a number of replicates or a dict of {', '.join(_SETTINGS)}, not "
            f"{given!r:.60}."
        )
    for name in given:
        choose("bootstrap", name, _SETTINGS)
    return dict(given)


def _checked(asked: BootstrapRequest) -> BootstrapRequest:
    if asked.kind is not None:
        choose("bootstrap kind", asked.kind, _LIKE_ESTIMATES)
    choose("bootstrap interval", asked.interval, _INTERVALS)
    return asked


@dataclass(frozen=True, eq=False)
class BootstrapEstimation(Estimation):
    """An estimation with replicates in place of formulas.

    Attributes
    ----------
    asked : BootstrapRequest
    replicates : DataFrame or None
        A row per replicate that converged, a column per free and defined parameter.
    n_failed : int
    bootstrap_p_value : float or None
        Of the test of fit by Bollen & Stine (1992).
    """

    asked: BootstrapRequest | None = None
    replicates: pd.DataFrame | None = None
    n_failed: int = 0
    bootstrap_p_value: float | None = None

    @cached_property
    def covariance(self) -> Array:
        """Covariance matrix of the free parameters over replicates, shape (n_free, n_free)."""
        if self.replicates is None:
            return super().covariance
        free = self.replicates.to_numpy()[:, : len(self.names)]
        return np.atleast_2d(np.cov(free, rowvar=False))

    def ends(self, level: float) -> pd.DataFrame:
        """Ends of the intervals, a row per free and defined parameter."""
        assert self.replicates is not None
        assert self.asked is not None
        own = pd.Series(Refitter(self, None).own, index=self.replicates.columns)
        return intervals(self.replicates, own, self.asked.interval, level)

    @property
    def notes(self) -> tuple[str, ...]:
        """Everything a reader must know before using the numbers."""
        assert self.asked is not None
        said = super().notes
        if self.replicates is not None:
            kind = self.asked.kind or usual_kind(self)
            lost = f"; {self.n_failed} did not converge and are left out" if self.n_failed else ""
            said += (
                f"standard errors and intervals ({self.asked.interval}) are of "
                f"{len(self.replicates)} bootstrap replicates ({kind}{self._seed}){lost}.",
            )
        if self.bootstrap_p_value is not None:
            said += (
                f"the test of fit by Bollen and Stine rests on {self.asked.n} "
                f"replicates{self._seed}.",
            )
        return said

    @property
    def _seed(self) -> str:
        assert self.asked is not None
        return "" if self.asked.seed is None else f", seed {self.asked.seed}"


def bootstrapped(found: Estimation, asked: BootstrapRequest) -> BootstrapEstimation:
    """The same estimates with errors, intervals or a test from replicates.

    Raises
    ------
    NotAvailableError
        Where the fit cannot be bootstrapped, or too few replicates converged.
    """
    replicates, p_value, failed = None, None, 0
    if asked.errors:
        batch = _replicates(found, asked, asked.kind or usual_kind(found))
        good = np.isfinite(batch.values).all(axis=1)
        failed = int((~good).sum())
        if good.sum() < 2:
            raise NotAvailableError(
                f"{good.sum()} of {good.size} bootstrap replicates converged: there are no errors. "
                f"The first reason: {next(iter(batch.reasons.index), 'unknown')}"
            )
        replicates = pd.DataFrame(batch.values[good, :-1], columns=replicate_names(found))
    if asked.test:
        chi_squares = _replicates(found, asked, "bollen_stine").values[:, -1]
        known = chi_squares[np.isfinite(chi_squares)]
        p_value = float((1 + (known >= found.chi_square).sum()) / (1 + len(known)))
    options = replace(found.options, se="bootstrap") if asked.errors else found.options
    return BootstrapEstimation(
        found.objective,
        found.solution,
        options,
        asked=asked,
        replicates=replicates,
        n_failed=failed,
        bootstrap_p_value=p_value,
    )


def _replicates(found: Estimation, asked: BootstrapRequest, kind: str) -> Batch:
    """What refits to data drawn in a way gave: parameters, and chi-square in a last column."""
    check_bootstrap(found, asked.n, kind)
    draws, _ = bootstrap_draws(found, kind)
    done = replicate(
        partial(refit_draws, Refitter(found, None), draws),
        asked.n,
        size=stack_size(found),
        seed=asked.seed,
        workers=asked.workers,
        title="bootstrap",
    )
    done.warn("replicates")
    batch = joined_batches(done.parts)
    warn_of_failures(batch.reasons, done.n_done, "replicates")
    return batch
