"""What lavaan's users call a part of a fit, and the part."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ...errors import NotAvailableError, OptionError, nearest
from ...estimation import Estimation, start_values
from ...estimation.exploratory import unrotated_parameters
from ...model_fit import baseline, baseline_chi_square, evidence
from ...model_fit.indices import SHIPPED, assess
from ...model_fit.tests import run_test
from ...numerics import chi_square_tail
from ..estimates import STANDARDIZATIONS, standardized_values
from ..fitted_table import fitted_table
from ..lavaan_text import lavaan_call
from ..level_shares import level_shares
from ..linear_scores import determinacies
from ..modification_indices import modification_indices
from ..r_squared import r_squared
from ..residuals import residual_tables
from ..row_likelihood_table import row_likelihood_table
from . import estimation_matrices as matrices
from . import facts, moments, unrestricted
from .by_group import by_group
from .constraint_parts import constraint_parts
from .elsewhere import ELSEWHERE
from .model_matrices import Matrices, model_matrices
from .row_distances import SIDES, row_distances
from .slopes_of_matrices import slopes_of_matrices

Answer = Callable[[Estimation], Any]
_MATRICES = ("lambda", "theta", "psi", "wmat", "beta", "nu", "alpha", "tau")


def inspect(estimation: Estimation, what: str) -> Any:
    """A part of a fit by lavaan's word for it; see `Fit.inspect`."""
    word = what.lower().replace("_", ".").replace("-", ".")
    word = ALIASES.get(word, word)
    if word in ELSEWHERE:
        raise OptionError(f"inspect has no {what!r}: {ELSEWHERE[word]}.")
    if word not in WORDS:
        near = nearest(word, [*WORDS, *ALIASES], cutoff=0.7)
        raise OptionError(
            f"inspect knows no {what!r}{near or '; docs/from_lavaan.md lists its words.'}"
        )
    return WORDS[word](estimation)


def _of_groups(ask: Callable[[Estimation, int], Any]) -> Answer:
    return lambda estimation: by_group(estimation, ask)


def _matrices(values: Callable[[Estimation, int], Any]) -> Answer:
    """Model matrices filled with numbers of the cells."""
    return _of_groups(
        lambda estimation, group: model_matrices(estimation, group, values(estimation, group))
    )


def _matrix(name: str) -> Answer:
    """One model matrix at the estimates."""

    def of_group(estimation: Estimation, group: int) -> Any:
        found: Matrices = model_matrices(estimation, group, estimation.implied[group].values)
        if name not in found:
            raise NotAvailableError(f"the model has no matrix {name!r}.")
        return found[name]

    return _of_groups(of_group)


def _free(estimation: Estimation, group: int) -> Any:
    return estimation.specification.patterns[group].free + 1.0


def _rows(estimation: Estimation, group: int) -> Any:
    return estimation.specification.patterns[group].table_rows + 1.0


def _errors(estimation: Estimation, group: int) -> Any:
    pattern = estimation.specification.patterns[group]
    errors = np.sqrt(np.diag(estimation.covariance))
    return np.where(pattern.free >= 0, errors[np.maximum(pattern.free, 0)], 0.0)


def _starts(estimation: Estimation, group: int) -> Any:
    starts = start_values(estimation.objective, dict(estimation.options.start))
    return estimation.objective.imply(starts)[group].values


def _standard_errors(estimation: Estimation, group: int) -> Any:
    pattern = estimation.specification.patterns[group]
    _, slopes = standardized_values(estimation, "all")
    variances = ((slopes @ estimation.covariance) * slopes).sum(axis=1)
    return np.sqrt(np.maximum(variances, 0.0))[pattern.table_rows]


def _determinacy(method: str, power: float) -> Answer:
    """Correlations of scores with their factors, or what power of them."""
    return _of_groups(lambda one, group: determinacies(one, group, method) ** power)


def _baseline(estimation: Estimation) -> Any:
    chi_square, df = baseline_chi_square(estimation)
    return {"chisq": chi_square, "df": df, "pvalue": chi_square_tail(chi_square, df)}


def _standard(kind: str) -> Callable[[Estimation, int], Any]:
    def of_group(estimation: Estimation, group: int) -> Any:
        values, _ = standardized_values(estimation, kind)
        return values[estimation.specification.patterns[group].table_rows]

    return of_group


def _estimates(estimation: Estimation, group: int) -> Any:
    return estimation.implied[group].values


def _unrotated(estimation: Estimation, group: int) -> Any:
    plain = unrotated_parameters(estimation.objective, estimation.parameters)
    return estimation.objective.imply(plain)[group].values


def _names_of(ask: str) -> Answer:
    """A part of the implied moments of the observed variables."""
    return _of_groups(lambda estimation, group: moments.implied_moments(estimation, group)[ask])


def _means(estimation: Estimation, group: int) -> Any:
    found = moments.implied_moments(estimation, group)
    if "mean" not in found:
        raise NotAvailableError("the model has no means; fit with mean_structure=True.")
    return found["mean"]


def _thresholds(estimation: Estimation, group: int) -> Any:
    found = moments.implied_moments(estimation, group)
    if "th" not in found:
        raise NotAvailableError("the model has no ordinal items: name them in ordered=.")
    return found["th"]


def _variances(estimation: Estimation, group: int) -> Any:
    matrix = moments.implied_moments(estimation, group)["cov"]
    return pd.Series(np.diag(matrix), index=matrix.index)


def _residual_correlations(estimation: Estimation, group: int) -> Any:
    theta = model_matrices(estimation, group, estimation.implied[group].values)["theta"]
    deviations = np.sqrt(np.diag(theta))
    with np.errstate(divide="ignore", invalid="ignore"):
        return theta / np.outer(deviations, deviations)


def _residuals(estimation: Estimation) -> Any:
    found = residual_tables(estimation, "raw")
    return next(iter(found.values())) if len(found) == 1 else found


def _option(name: str) -> Answer:
    return lambda estimation: facts.settings(estimation)[name]


def _tests(estimation: Estimation) -> Any:
    return {name: run_test(estimation, name) for name in estimation.options.test}


def _replicates(estimation: Estimation) -> Any:
    found = getattr(estimation, "replicates", None)
    if found is None:
        raise NotAvailableError("nothing was bootstrapped: fit with se='bootstrap'.")
    return found


WORDS: dict[str, Answer] = {
    # model matrices
    "free": _matrices(_free),
    "partable": _matrices(_rows),
    "est": _matrices(_estimates),
    "est.unrotated": _matrices(_unrotated),
    "se": _matrices(_errors),
    "se.std": _matrices(_standard_errors),
    "start": _matrices(_starts),
    "std.all": _matrices(_standard("all")),
    "std.lv": _matrices(_standard("lv")),
    "std.nox": _matrices(_standard("nox")),
    **{f"mm.{name}": _matrix(name) for name in _MATRICES},
    "mm.delta": _matrix("delta"),
    "theta.cor": _of_groups(_residual_correlations),
    # data
    "data": _of_groups(facts.answers),
    "case.idx": _of_groups(facts.case_places),
    "patterns": _of_groups(facts.patterns),
    "coverage": _of_groups(facts.coverage),
    "ordered": facts.ordered,
    "nobs": facts.observations,
    "ntotal": lambda estimation: estimation.n_observations,
    "norig": lambda estimation: estimation.n_observations + estimation.samples.n_dropped,
    "group": _option("group"),
    "ngroups": lambda estimation: len(estimation.samples.labels),
    "group.label": lambda estimation: list(estimation.samples.labels),
    "cluster": _option("cluster"),
    "nclusters": lambda estimation: len(estimation.samples.cluster_labels),
    "cluster.size": facts.cluster_sizes,
    "cluster.id": lambda estimation: list(facts.cluster_sizes(estimation).index),
    "cluster.idx": facts.cluster_numbers,
    "cluster.label": facts.cluster_labels,
    "cluster.sizes": facts.different_cluster_sizes,
    "ncluster.size": lambda estimation: len(facts.different_cluster_sizes(estimation)),
    "average.cluster.size": facts.average_cluster_size,
    "level.label": facts.level_labels,
    "th.idx": _of_groups(facts.threshold_places),
    "zero.cell.tables": _of_groups(facts.tables_with_empty_cells),
    "nlevels": lambda estimation: 2 if estimation.specification.has_levels else 1,
    # moments
    "sampstat": _of_groups(moments.sample_moments),
    "sampstat.std": _of_groups(moments.standardised_sample),
    "implied": _of_groups(moments.implied_moments),
    "wls.obs": _of_groups(unrestricted.observed_moments),
    "wls.est": _of_groups(unrestricted.expected_moments),
    "wls.v": _of_groups(unrestricted.weight_of_moments),
    "h1.information": _of_groups(unrestricted.information_of_moments()),
    **{
        f"h1.information.{kind.replace('_', '.')}": _of_groups(
            unrestricted.information_of_moments(kind)
        )
        for kind in ("expected", "observed", "first_order")
    },
    "fs.determinacy": _determinacy("regression", 1.0),
    "fs.reliability": _determinacy("regression", 2.0),
    "fs.determinacy.bartlett": _determinacy("Bartlett", 1.0),
    "fs.reliability.bartlett": _determinacy("Bartlett", 2.0),
    "resid": _residuals,
    "cov.ov": _names_of("cov"),
    "cor.ov": _of_groups(moments.implied_correlation),
    "mean.ov": _of_groups(_means),
    "th": _of_groups(_thresholds),
    "vy": _of_groups(_variances),
    "cov.lv": _of_groups(moments.latent_covariance),
    "cor.lv": _of_groups(moments.latent_correlation),
    "mean.lv": _of_groups(moments.latent_means),
    "cov.all": _of_groups(moments.all_covariance),
    "cor.all": _of_groups(moments.all_correlation),
    "rsquare": r_squared,
    "icc": lambda estimation: level_shares(estimation, 0.95)["icc"],
    # features
    "meanstructure": lambda estimation: estimation.specification.means,
    "categorical": lambda estimation: bool(estimation.specification.categories),
    "fixed.x": lambda estimation: estimation.specification.options.switch("fixed_x", True),
    "parameterization": lambda estimation: estimation.specification.table.parameterization,
    # the search
    "converged": lambda estimation: estimation.converged,
    "iterations": lambda estimation: estimation.solution.iterations,
    "optim": facts.optimiser,
    "npar": lambda estimation: len(estimation.names),
    "gradient": matrices.gradient,
    "dx.all": _of_groups(slopes_of_matrices),
    "gradient.logl": matrices.likelihood_gradient,
    "hessian": matrices.hessian,
    "information": matrices.information_matrix,
    "information.expected": partial(matrices.information_matrix, kind="expected"),
    "information.observed": partial(matrices.information_matrix, kind="observed"),
    "information.first.order": partial(matrices.information_matrix, kind="first_order"),
    "inverted.information": matrices.inverted_information,
    "inverted.information.expected": partial(matrices.inverted_information, kind="expected"),
    "inverted.information.observed": partial(matrices.inverted_information, kind="observed"),
    "inverted.information.first.order": partial(matrices.inverted_information, kind="first_order"),
    "vcov": matrices.covariance_of_estimates,
    "vcov.std.all": matrices.standardised_covariance("all"),
    "vcov.std.lv": matrices.standardised_covariance("lv"),
    "vcov.std.nox": matrices.standardised_covariance("nox"),
    "vcov.def": matrices.covariance_of_defined,
    **{f"vcov.def.std.{kind}": matrices.standardised_defined(kind) for kind in STANDARDIZATIONS},
    **{
        f"vcov.def.joint.std.{kind}": matrices.standardised_defined(kind, joint=True)
        for kind in STANDARDIZATIONS
    },
    "vcov.def.joint": matrices.joint_covariance,
    "delta": _of_groups(matrices.moment_jacobian),
    "delta.rownames": _of_groups(matrices.moment_names),
    "gamma": matrices.gamma,
    "ugamma": matrices.product_of_u_and_gamma,
    "ufromugamma": matrices.u_of_moments,
    "constraints": constraint_parts,
    "constraints.jacobian": matrices.constraint_jacobian,
    "constraints.nullspace": matrices.constraint_null_space,
    "coef.boot": _replicates,
    # what else
    "list": fitted_table,
    "fit": lambda estimation: assess(evidence(estimation), SHIPPED),
    "mi": modification_indices,
    "loglik.casewise": row_likelihood_table,
    "options": facts.settings,
    "test": _tests,
    "baseline.test": _baseline,
    "baseline.partable": lambda estimation: fitted_table(baseline(estimation)),
    **{
        f"mdist{square}.{name}": _of_groups(row_distances(side, power))
        for square, power in (("", 1.0), ("2", 2.0))
        for name, side in SIDES.items()
    },
    "call": lavaan_call,
    "post.check": lambda estimation: estimation.admissible,
    "version": facts.version,
}
ALIASES: dict[str, str] = {
    **{name: f"mm.{name}" for name in _MATRICES},
    **dict.fromkeys(("x", "estimates"), "est"),
    **dict.fromkeys(("std.err", "standard.errors"), "se"),
    **dict.fromkeys(("std", "standardized"), "std.all"),
    **dict.fromkeys(("obs", "observed", "samp", "sample", "samplestatistics"), "sampstat"),
    **dict.fromkeys(("obs.std", "observed.std", "samp.std", "sample.std"), "sampstat.std"),
    **dict.fromkeys(("fitted", "expected", "exp"), "implied"),
    **dict.fromkeys(("residuals", "residual", "res"), "resid"),
    **dict.fromkeys(("veta", "v.eta"), "cov.lv"),
    "eeta": "mean.lv",
    **dict.fromkeys(("sigma", "sigma.hat"), "cov.ov"),
    **dict.fromkeys(("mu", "mu.hat"), "mean.ov"),
    "thresholds": "th",
    "theta.cov": "mm.theta",
    **dict.fromkeys(("r-square", "r.square", "r2"), "rsquare"),
    **dict.fromkeys(("fitmeasures", "fit.measures", "fit.indices"), "fit"),
    **dict.fromkeys(("modindices", "modification.indices"), "mi"),
    "first.order": "information.first.order",
    "h1.first.order": "h1.information.first.order",
    "std.se": "se.std",
    "starting.values": "start",
    "sampstat.h1": "sampstat",
    "dx.free": "gradient",
    "sampstat.nacov": "gamma",
    "con.jac": "constraints.jacobian",
    "con": "constraints",
    "u": "ufromugamma",
}
