"""Options of lavaan's that are none here, each with what to do instead."""

from __future__ import annotations

from ..errors import NotEstimatedError, OptionError

_OPTIMISER = "the one optimiser here goes on until nothing changes; max_iterations= bounds it"
_MOMENTS = "give moments as data: ts.SampleMoments(covariance, n, mean)"
_OBJECTS = "fit the model anew: what can be is remembered by value"
_CHECKS = "it is always checked, and said on the fit"
_SILENCE = "warnings.filterwarnings of the standard library shows or hides warnings"
_SERIAL = "give workers= to ts.bootstrap and its kin"
_MEAT = "outer products of scores are what stands there"
_COMPUTED = "it is computed when it is asked for"
_INSTEAD = {
    "replicate_weights": "give them to Model.fit",
    "bootstrap": "ts.bootstrap(fit) draws replicates of a fit",
    "constraints": "write its lines into the model text",
    "aux": "it is called auxiliary=",
    "r": "give bootstrap=dict(n=1000, seed=1)",
    "iseed": "give bootstrap=dict(n=1000, seed=1)",
    "sample_cov": _MOMENTS,
    "sample_mean": _MOMENTS,
    "sample_th": "give ts.SampleMoments.from_thresholds(correlations, thresholds, n) as data",
    "sample_nobs": _MOMENTS,
    "sample_cov_rescale": "likelihood='wishart' keeps the divisor n - 1",
    "wls_v": _MOMENTS + ", with weight=",
    "nacov": _MOMENTS + ", with asymptotic_covariance=",
    "ov_order": "columns are found by their names; the order does not matter",
    "slot_options": _OBJECTS,
    "slot_par_table": _OBJECTS,
    "slot_sample_stats": _OBJECTS,
    "slot_data": _OBJECTS,
    "slot_model": _OBJECTS,
    "slot_cache": _OBJECTS,
    "sloth1": _OBJECTS,
    "control": "give max_iterations=, optim_dx_tol= and optim_attempts=",
    "optim_method": _OPTIMISER,
    "optim_force_converged": "a fit that did not converge is never called converged",
    "optim_fix_saturated": _OPTIMISER,
    "optim_bounds": "give bounds=, or write lower(0)*x and upper(2)*x in the model text",
    "optim_parscale": "the search does not depend on units",
    "optim_var_transform": "bounds='pos_var' keeps variances from below zero",
    "em_args": _OPTIMISER,
    "h1_missing_method": _OPTIMISER,
    "rescale_data": "the search does not depend on units",
    "ceq_simple": "equal parameters are always eliminated",
    "auto_efa": "efa('block')*f =~ ... in the model text has its constraints by itself",
    "orthogonal_efa": "give rotation_args=dict(orthogonal=True)",
    "ridge_constant": "give the number itself: ridge=1e-5",
    "sampling_weights_type": "frequency_weights= names a column of counts of rows",
    "samplestats": "ts.Model(text).parameter_table() needs no data",
    "se_def": "fit.effects(interval='monte_carlo') follows the skew of products",
    "monte_carlo": "fit.effects(interval='monte_carlo', n=..., seed=...) draws",
    "integration_ngh": "it is called nodes=",
    "parallel": _SERIAL,
    "ncpus": _SERIAL,
    "cl": "give workers= to ts.bootstrap, or a cluster by joblib.parallel_config(backend=...)",
    "zero_cell_warn": "fit.notes say which tables have empty cells",
    "allow_empty_cell": "empty_categories='collapse' joins an empty category with its neighbour",
    "check_start": _CHECKS,
    "check_sigma_pd": _CHECKS,
    "check_gradient": _CHECKS,
    "check_post": _CHECKS,
    "check_vcov": _CHECKS,
    "check_lv_names": _CHECKS,
    "check_lv_interaction": _CHECKS,
    "verbose": _SILENCE,
    "warn": _SILENCE,
    "debug": _SILENCE,
    "model_type": "ts.cfa, ts.sem and ts.growth say it, or ts.Model(text, 'growth')",
    "representation": "all models are reticular action models",
    "implied": _COMPUTED,
    "h1": _COMPUTED,
    "baseline": _COMPUTED,
    "loglik": _COMPUTED,
    "store_vcov": _COMPUTED,
    "fit_by_level": "fit.fit_by_level computes it when asked",
    "parser": "there is one parser",
    "cat_wls_w": "write a Discrepancy of your own and pass it as estimator=, see docs/extending.md",
    "check_delta_cat_mediator": _CHECKS,
    "cmd": "ts.cfa, ts.sem and ts.growth say it",
    "composites": "composites (<~) are estimated with their weights; there is no other way",
    "estimator_orig": "it is called estimator=",
    "information_meat": _MEAT,
    "omega_information_meat": _MEAT,
    "omega_h1_information_meat": "h1_information_meat= serves errors and tests alike",
    "level_label": "level: blocks take 1 and 2, within and between, or names in their order",
    "rotation_se": "errors of rotated parameters come from the rotation's equations, as 'bordered'",
    "sample_cov_robust": "ts.robust_two_stage(model, data) fits robust moments",
    "sample_icov": "the inverse of the sample covariances is computed when needed",
    "ug2_old_approach": "traces are computed exactly",
    "categorical": "name the ordinal items with ordered=",
}
_NOT_ESTIMATED = {
    "group_w_free": "group sizes are not modelled; a chi-square test of a table of counts compares "
    "them",
}


def refuse_foreign(name: str, value: object = None) -> None:
    """Refuse an option of lavaan's by its name, with what to do instead.

    Raises
    ------
    OptionError, NotEstimatedError
    """
    plain = name.replace(".", "_").lower()
    if plain in _INSTEAD:
        raise OptionError(f"{name}= is lavaan's and no option here: {_INSTEAD[plain]}.")
    if plain in _NOT_ESTIMATED and value is False:
        raise OptionError(f"{name}=False is what happens: leave it out.")
    if plain in _NOT_ESTIMATED:
        raise NotEstimatedError(f"{name}= is not estimated: {_NOT_ESTIMATED[plain]}.")
