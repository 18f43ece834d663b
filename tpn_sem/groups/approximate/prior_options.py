"""Options of approximate invariance, checked."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np

from ...arguments import as_names
from ...errors import NotEstimatedError, OptionError, choose
from ...estimation.discrepancy import find_discrepancy
from ...model import Model
from ...specification import Options, read_options, refuse_correlation
from ..invariance import mixed_markers

SETS = ("loadings", "intercepts")
_LEAST = 1e-8  # a prior variance beside which rounding does not matter yet
_SET_HERE = {
    "group_equal": "sets= names what is nearly equal; hold other parameters equal by labels",
    "effect_coding": "factors have mean 0 and variance 1 in the first group",
    "se": "posterior standard deviations take the place of standard errors",
    "test": "a penalised likelihood has no chi-square test of fit",
    "information": "posterior standard deviations rest on the exact second derivatives",
    "observed_information": "posterior standard deviations rest on the exact second derivatives",
    "h1_information": "posterior standard deviations rest on the exact second derivatives",
    "h1_information_meat": "posterior standard deviations rest on the exact second derivatives",
    "omega_information": "posterior standard deviations rest on the exact second derivatives",
    "omega_h1_information": "posterior standard deviations rest on the exact second derivatives",
    "se_delta_second_order": "posterior standard deviations rest on the exact second derivatives",
    "gamma_unbiased": "posterior standard deviations rest on the exact second derivatives",
    "gamma_n_minus_one": "posterior standard deviations rest on the exact second derivatives",
}


def check_variance(variance: float) -> float:
    """The prior variance, if it can be one."""
    number = isinstance(variance, int | float | np.number) and not isinstance(variance, bool)
    if not number or not isfinite(variance) or not variance > 0.0:
        raise OptionError(f"variance= is that of the prior, a number above 0, not {variance!r}.")
    if variance < _LEAST:
        raise OptionError(
            f"variance={variance!r} is below {_LEAST:g}, where the prior holds parameters equal: "
            "fit the model with group_equal= instead."
        )
    return float(variance)


def check_sets(sets: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the sets that may deviate."""
    names = as_names("sets", sets)
    if not names:
        raise OptionError("sets= is empty: name what may deviate, 'loadings' or 'intercepts'.")
    return tuple(choose("sets", name, SETS) for name in names)


def approximate_options(model: Model, given: Mapping[str, Any]) -> Options:
    """The options, if a posterior mode can be had with them."""
    for name, reason in _SET_HERE.items():
        if given.get(name):
            raise OptionError(f"leave {name}= out: {reason}.")
    if given.get("std_lv") is False:
        raise OptionError(f"leave std_lv= out: {_SET_HERE['effect_coding']}.")
    for factor, item in mixed_markers(model.statements).items():
        raise OptionError(
            f"the text fixes the loading {factor} =~ {item}: leave the number out. Factors have "
            "variance one in the first group, and all loadings are free."
        )
    if given.get("ordered"):
        raise NotEstimatedError(
            "approximate invariance is of continuous items, by maximum likelihood: for ordinal "
            "ones (ordered=) take alignment, or invariance with partial=True."
        )
    for name in ("cluster", "sampling_weights"):
        if given.get(name):
            raise NotEstimatedError(
                f"{name}= is not estimated here: posterior standard deviations take rows as "
                "independent and equally drawn. Take alignment or partial invariance, which do."
            )
    read = read_options(model.defaults, given)
    refuse_correlation(read.model, "approximate_invariance")
    estimator, missing = read.estimation.estimator, read.data.missing
    is_likelihood = find_discrepancy(estimator, missing).is_likelihood
    if read.estimation.se != "standard" or not is_likelihood:
        what = f"estimator={estimator!r}, missing={missing!r}"
        raise NotEstimatedError(
            f"approximate invariance needs a likelihood, which {what} does not give, or not with "
            "standard deviations of its own: take estimator='ML' with missing='listwise' or 'fiml'."
        )
    if read.data.likelihood != "normal":
        raise OptionError("likelihood='wishart' has no prior beside it: take 'normal'.")
    return read.changed(std_lv=True)
