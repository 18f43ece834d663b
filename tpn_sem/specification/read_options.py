"""Options of a user, checked and completed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from ..arguments import Kind, as_names, kind_of, read_ordered, read_skipped
from ..errors import NotEstimatedError, OptionError, choose, nearest
from .baseline_options import check_baseline
from .estimator_arguments import read_arguments, with_listed_estimator
from .estimators import ESTIMATORS, Recipe
from .foreign_options import refuse_foreign
from .level_options import check_level_options
from .mimic import mimic_defaults
from .mimicked_formulas import with_mimicked_formulas
from .moment_options import check_moment_options, read_zero_add, with_single_values
from .mplus_formulas import with_formulas
from .option_words import with_known_words
from .options import OPTION_NAMES, FitOptions, ModelOptions, Options
from .parameter_sets import PARAMETER_SETS, sets_named
from .product_options import check_product_options
from .read_rotations import read_rotations
from .read_starts import read_starts
from .response_options import (
    DEFAULT_LINK,
    check_full_information,
    check_response_options,
    is_full_information,
)
from .search_options import check_search
from .statistic_options import RESIDUAL_TESTS, SCALED_TESTS, check_statistics

EFFECT_CODING = ("loadings", "intercepts")
BOUNDS = ("none", "pos_var", "pos_ov_var", "pos_lv_var", "standard", "wide")
DEFAULTS = ("sem", "cfa", "growth", "none")

STANDARD_ERRORS = (
    "standard",
    "none",
    "first_order",
    "robust_sem",
    "robust_huber_white",
    "two_stage",
    "robust_two_stage",
    "cluster_cr2",
    "cluster_cr3",
)
TESTS = (
    "standard",
    "none",
    *SCALED_TESTS,
    *RESIDUAL_TESTS,
    "peba",
    "pols",
    "bartlett",
    "swain",
)
FEW_CLUSTERS = {"cluster_cr2": 0.5, "cluster_cr3": 1.0}  # powers of a cluster's leverage
CASEWISE = ("fiml", "fiml_x", "two_stage", "robust_two_stage")
ORDINAL_TESTS = (
    "standard",
    "satorra_bentler",
    "mean_var_adjusted",
    "scaled_shifted",
    "browne_residual_adf",
    "browne_residual_adf_model",
    "peba",
    "pols",
)
_RIDGE = 1e-5  # as lavaan
_ORDINAL_ITERATIONS = 150  # each takes long, and those that end take twenty
PAIRWISE_LIKELIHOOD = ("available_cases", "doubly_robust")
MISSING = ("listwise", *CASEWISE, "pairwise", *PAIRWISE_LIKELIHOOD)
_READ_APART = (
    "bootstrap",
    "constraints",
    "correlation",
    "auxiliary",
    "cluster",
    "effect_coding",
    "em_h1_args",
    "estimator",
    "estimator_args",
    "frequency_weights",
    "gn_args",
    "group",
    "group_equal",
    "group_label",
    "group_partial",
    "ordered",
    "rotation",
    "rotation_args",
    "sampling_weights",
    "skipped",
    "start",
    "test",
    "bounds",
    "zero_add",
    "information",
    "h1_information",
)
_KNOWN = [name for names in OPTION_NAMES.values() for name in names if name != "defaults"]
_KNOWN.append("rotation_args")
_SWITCHES = [item.name for item in fields(ModelOptions) if str(item.type).startswith("bool")]


def read_options(defaults: str, given: Mapping[str, Any], levels: bool = False) -> Options:
    """Check the options that a user gave.

    Parameters
    ----------
    defaults : {"sem", "cfa", "growth", "none"}
    given : mapping
    levels : bool
        Whether the model has a level between clusters, which are then part of the model.

    Raises
    ------
    OptionError
        For an unknown option or value; names the nearest known one.
    NotEstimatedError
        For an option of lavaan's that the library knows but does not estimate yet.
    """
    for name in given:
        if name not in _KNOWN:
            refuse_foreign(name, given[name])
            raise OptionError(f"unknown option {name!r}{_hint(name)}")
    values = with_known_words(with_single_values(with_listed_estimator(given)))
    _check_kinds(values)
    mimic_defaults(values)
    values["bounds"] = _bounds(values.get("bounds", "none"))
    if "ridge" in values:
        values["ridge"] = _ridge(values["ridge"])
    if values.get("zero_add") is not None:
        values["zero_add"] = read_zero_add(values["zero_add"])
    for name in ("group", "cluster", "strata", "sampling_weights", "frequency_weights"):
        if name in values and not isinstance(values[name], (str, int)):
            raise OptionError(f"{name}= is the name of one column, such as {name}='school'.")
    if "ordered" in values:
        values["ordered"] = read_ordered(values["ordered"])
    for name in ("group_equal", "group_partial", "group_label", "auxiliary"):
        if name in values:
            values[name] = as_names(name, values[name])
    if "group_equal" in values:
        values["group_equal"] = sets_named(values["group_equal"], bool(values.get("ordered")))
    if not isinstance(values.get("correlation", False), bool):
        values["correlation"] = as_names("correlation", values["correlation"])
        if not values["correlation"]:
            raise OptionError("correlation= names no variable: give names, True, or leave it out.")
    if isinstance(values.get("effect_coding"), bool):
        values["effect_coding"] = EFFECT_CODING if values["effect_coding"] else ()
    elif "effect_coding" in values:
        values["effect_coding"] = as_names("effect_coding", values["effect_coding"])
    if values.get("start") is not None:
        values["start"] = read_starts(values["start"])
    if "skipped" in values:
        values["skipped"] = read_skipped(values["skipped"])
    arguments = values.pop("rotation_args", None)
    if arguments is not None or "rotation" in values:
        values["rotation"] = read_rotations(values.get("rotation"), arguments)
    read_arguments(values, values.get("missing") in CASEWISE and not levels)
    check_product_options(values)
    check_response_options(values)
    _fill_recipe(values, levels)
    options = Options().changed(defaults=defaults, **values)
    _check(options)
    check_search(options)
    check_statistics(options, levels)
    check_baseline(options, levels)
    options = with_mimicked_formulas(options, set(given), levels)
    options = with_formulas(options, levels)
    if levels:
        check_level_options(options)
    return options


def _hint(name: str) -> str:
    """The option that is meant, where one is near enough; else where they are listed."""
    plain = name.replace(".", "_").replace("-", "_").lower()
    squeezed = {one.replace("_", ""): one for one in _KNOWN}
    if plain.replace("_", "") in squeezed:
        return f"; did you mean {squeezed[plain.replace('_', '')]!r}?"
    return nearest(plain, _KNOWN, cutoff=0.75) or "; docs/options.md lists them all."


def _check_kinds(values: Mapping[str, Any]) -> None:
    """Refuse values of another type than options have; which text is meant is checked later."""
    for name, value in values.items():
        kind = _kinds().get(name)
        if kind is not None and not kind.holds(value):
            raise OptionError(f"{name}= is {kind.phrase}, not {value!r:.60}.")


@lru_cache(maxsize=1)
def _kinds() -> dict[str, Kind]:
    """The kind of each option that has no reader of its own."""
    hints = get_type_hints(FitOptions)
    kinds = {}
    for name, hint in hints.items():
        if name in _READ_APART:
            continue
        is_word = any(get_origin(one) is Literal for one in (hint, *get_args(hint)))
        kinds[name] = kind_of(str if is_word else hint)
    return kinds


def _check_without_effect(options: Options) -> None:
    """What is asked for must do something beside what else is asked for."""
    data, how = options.data, options.estimation
    for idle, name, needed in (
        (
            how.se_delta_second_order and how.se == "none",
            "se_delta_second_order",
            "standard errors (se=)",
        ),
        (
            data.sampling_weights_normalization != "group" and data.sampling_weights is None,
            "sampling_weights_normalization",
            "sampling_weights=",
        ),
        (data.empty_categories != "refuse" and not data.ordered, "empty_categories", "ordered="),
        (
            how.observed_information != "hessian" and how.information != "observed",
            "observed_information",
            "information='observed'",
        ),
    ):
        if idle:
            raise OptionError(f"{name}= is without effect: give {needed} too, or leave it out.")


def _check_ordered(options: Options) -> None:
    """What goes with ordinal items."""
    if options.estimation.link is not None:
        check_full_information(options)
        return
    name, missing, se = options.estimation.estimator, options.data.missing, options.estimation.se
    least_squares = isinstance(name, str) and ESTIMATORS.get(name, Recipe("ML")).discrepancy in (
        "DWLS",
        "WLS",
        "ULS",
        "PML",
    )
    if not least_squares:
        raise OptionError(
            f"estimator={name!r} does not know ordinal items (ordered=): take 'WLSMV', the "
            "default, 'ULSMV', 'WLS', or full information by 'ML'."
        )
    if options.model.auxiliary:
        raise OptionError("auxiliary= serves full information of continuous items: leave it out.")
    unfit = [test for test in options.estimation.test if test not in ORDINAL_TESTS]
    if unfit:
        raise OptionError(
            f"test={unfit[0]!r} is not defined for ordinal items: it can be "
            f"{', '.join(map(repr, ORDINAL_TESTS))}."
        )
    pairwise = name == "PML"
    if missing in PAIRWISE_LIKELIHOOD and not pairwise:
        raise OptionError(
            f"missing={missing!r} is for estimator='PML'; with {name!r} take 'pairwise', "
            "which needs answers missing completely at random."
        )
    if missing in CASEWISE:
        raise OptionError(
            f"missing={missing!r} is for continuous items and estimator='ML'; with {name!r} of "
            "ordinal items take 'pairwise', which uses every pair of answers, or 'listwise'."
        )
    if options.data.frequency_weights or (pairwise and options.data.sampling_weights):
        which = "frequency_weights" if options.data.frequency_weights else "sampling_weights"
        raise OptionError(
            f"{which}= is without effect on estimator={name!r} of ordinal items: leave it out"
            + (", or repeat the rows." if options.data.frequency_weights else ", or take 'WLSMV'.")
        )
    allowed = ("robust_huber_white", "none") if pairwise else ("robust_sem", "standard", "none")
    if se not in allowed:
        raise OptionError(f"se={se!r} is not available with ordinal items: leave it out.")


def _bounds(given: object) -> str:
    """Bounds by their name."""
    if isinstance(given, bool):
        return "wide" if given else "none"
    if str(given).startswith("wide_zerovar"):
        raise OptionError(
            f"bounds={given!r} of lavaan's is not known here: take 'wide', or 'pos_var', which "
            "keeps variances at 0 or above."
        )
    return str(given)


def _ridge(given: bool | float) -> float:
    """What is added to variances: a number, or lavaan's where only that it be added is said."""
    if isinstance(given, bool):
        return _RIDGE if given else 0.0
    if not 0.0 <= given < float("inf"):
        raise OptionError(f"ridge= is True, False or a number from 0, not {given!r}.")
    return float(given)


def _check_design(options: Options) -> None:
    """What strata and finite populations do not go with."""
    data, how = options.data, options.estimation
    choose("lonely_strata", data.lonely_strata, ("refuse", "adjust", "certainty"))
    if data.strata is None and data.lonely_strata != "refuse":
        raise OptionError("lonely_strata= is without effect: give strata= too.")
    if data.strata is None and data.fpc is None:
        return
    name = "strata" if data.strata is not None else "fpc"
    if data.frequency_weights:
        raise OptionError(f"{name}= takes rows as units: leave frequency_weights= out.")
    if how.se in FEW_CLUSTERS:
        raise OptionError(f"{name}= is not known to se={how.se!r}: leave one of them out.")


def _check_changed_moments(options: Options) -> None:
    """What standardising or adding to variances does not go with."""
    data = options.data
    for name, value in (("std_ov", data.std_ov), ("ridge", data.ridge)):
        if value and data.ordered:
            raise OptionError(f"{name}= is for continuous variables: leave it out, or ordered=.")
    if data.ridge and data.missing != "listwise":
        raise OptionError(
            f"ridge= changes a covariance matrix, and missing={data.missing!r} is a likelihood of "
            "rows: leave one of them out."
        )
    if not data.ordered and not (options.model.auto_th and options.model.auto_delta):
        name = "auto_delta" if options.model.auto_th else "auto_th"
        raise OptionError(f"{name}= is for ordinal items: name them in ordered=.")


def _check_fixed_composites(options: Options) -> None:
    """What takes no account of the sampling of items' covariances must rest on normality alone."""
    asked = options.estimation
    plain = asked.estimator == "ML" and set(asked.test) <= {"standard", "none"}
    if not (plain and asked.se in ("standard", "none") and options.data.missing == "listwise"):
        raise OptionError(
            "composites_cov='fixed' takes the covariances of composites' items as known, which "
            "only maximum likelihood of complete rows with uncorrected errors and tests can: leave "
            "it out."
        )


def _check_marker_criterion(options: Options) -> None:
    """Another marker needs a marker."""
    model = options.model
    if not 0.0 <= model.bad_marker_crit < 1.0:
        raise OptionError(
            "bad_marker_crit= is a correlation from 0, which switches nothing, to below 1, not "
            f"{model.bad_marker_crit!r}."
        )
    for name, without in (
        ("std_lv", model.std_lv),
        ("effect_coding", "loadings" in model.effect_coding),
        ("auto_fix_first", model.auto_fix_first is False),
    ):
        if model.bad_marker_crit and without:
            raise OptionError(
                f"bad_marker_crit= is without effect beside {name}=, where no indicator gives its "
                "factor a unit: leave one of them out."
            )


def _check_means_and_units(options: ModelOptions) -> None:
    """Options about where a factor's mean and unit come from exclude each other."""
    if not options.marker_int_zero:
        return
    for name, value in (("std_lv", options.std_lv), ("effect_coding", options.effect_coding)):
        if value:
            raise OptionError(
                f"marker_int_zero= takes means and units from the first item, {name}= does not: "
                "leave one of them out."
            )


def _fill_recipe(values: dict[str, Any], levels: bool) -> None:
    """Put in what the estimator, missing answers, clusters and weights imply together."""
    ordered = bool(values.get("ordered"))
    if ordered and levels:
        values.setdefault("parameterization", "theta")
    if ordered:
        values.setdefault("estimator", "WLSMV")
        values.setdefault("max_iterations", _ORDINAL_ITERATIONS)
    by_rows = is_full_information(values)
    if by_rows:
        values.setdefault("link", DEFAULT_LINK)
        values.setdefault("parameterization", "theta")
    estimator = values.get("estimator", "ML")
    recipe = ESTIMATORS.get(estimator, Recipe("")) if isinstance(estimator, str) else Recipe("")
    missing = values.get("missing", "listwise")
    design = ("strata", "fpc", "sampling_weights")
    names = design if levels else ("cluster", *design)
    dependent = [name for name in names if name in values]
    if dependent:
        recipe = _design_based(recipe)
        if values.get("se") == "standard":
            raise OptionError(
                f"se='standard' takes rows as independent and equally drawn: leave se= out, or "
                f"{dependent[0]}=."
            )
    if missing in ("two_stage", "robust_two_stage"):
        recipe = Recipe(recipe.discrepancy, missing, "satorra_bentler", "observed")
    if by_rows:
        recipe = recipe._replace(test="standard", information="observed")
    asked = values.get("se")
    if asked == "robust":
        one = "robust_huber_white" if recipe.information == "observed" else "robust_sem"
        asked = recipe.se if recipe.is_robust else one
    values["se"] = asked or recipe.se
    values["test"] = _tests(values.get("test"), recipe)
    if missing in CASEWISE and values.get("mean_structure") is False:
        raise OptionError(f"missing={missing!r} needs means in the model; drop mean_structure.")
    if missing in CASEWISE or "cluster" in values:
        values.setdefault("mean_structure", True)
    if "auxiliary" in values:
        _check_auxiliary(values, missing)
    if recipe.discrepancy not in ("", "ML", "PML"):
        if values.get("information", "expected") != "expected":
            raise OptionError(
                f"information={values['information']!r} is without effect on estimator="
                f"{estimator!r}: least squares has expected information only. Leave it out."
            )
        values.setdefault("likelihood", "normal" if estimator == "DLS" else "wishart")
        if not ordered or values.get("conditional_x") is False:
            values.setdefault("fixed_x", False)
    if values["se"] in FEW_CLUSTERS and "cluster" not in values:
        raise OptionError(f"se={values['se']!r} needs clusters: name their column with cluster=.")
    by_case = levels or missing in CASEWISE or values["se"] in ("robust_huber_white", *FEW_CLUSTERS)
    values.setdefault("information", "observed" if by_case else recipe.information)


def _design_based(recipe: Recipe) -> Recipe:
    """A recipe whose errors and test honour clusters and weights: the sandwich of its kind."""
    if recipe.is_robust or not recipe.discrepancy:
        return recipe
    if recipe.discrepancy == "ML":
        return ESTIMATORS["MLR"]
    return recipe._replace(se="robust_sem", test="satorra_bentler")


def _check_auxiliary(values: dict[str, Any], missing: str) -> None:
    """Auxiliary variables help with missing answers only, and make predictors random."""
    if missing == "listwise":
        raise OptionError("auxiliary= serves missing answers: give missing='fiml' with it.")
    if values.get("fixed_x"):
        raise OptionError("auxiliary variables covary with predictors: leave fixed_x out.")
    values["fixed_x"] = False


def _tests(given: object, recipe: Recipe) -> tuple[str, ...]:
    """The tests of fit asked for, the standard one first."""
    if given is None:
        names: tuple[str, ...] = (recipe.test,)
    else:
        names = as_names("test", given)
    for name in names:
        _refuse_drawn("test", name, "bollen_stine")
        choose("test", name, (*TESTS, "bollen_stine"))
    if "none" in names:
        return ()
    return tuple(dict.fromkeys(("standard", *names)))


def _refuse_drawn(option: str, value: str, drawn: str) -> None:
    """Refuse what `Model.fit` draws replicates for, where something else was called."""
    if value == drawn:
        raise NotEstimatedError(
            f"{option}={value!r} draws replicates of one fit: give it to Model.fit or ts.sem, or "
            "take ts.bootstrap(fit)."
        )


def _check(options: Options) -> None:
    choose("defaults", options.model.defaults, DEFAULTS)
    choose("likelihood", options.data.likelihood, ("normal", "wishart"))
    choose("missing", options.data.missing, MISSING)
    _refuse_drawn("se", options.estimation.se, "bootstrap")
    if options.estimation.se == "bollen_stine":
        raise OptionError("se='bollen_stine' is a test: give test='bollen_stine'.")
    choose("se", options.estimation.se, (*STANDARD_ERRORS, "bootstrap"))
    kinds = ("expected", "observed", "first_order")
    choose("information", options.estimation.information, kinds)
    choose("omega_information", options.estimation.omega_information or kinds[0], kinds)
    choose("observed_information", options.estimation.observed_information, ("hessian", "h1"))
    for name in ("h1_information", "h1_information_meat", "omega_h1_information"):
        asked = getattr(options.estimation, name) or "structured"
        choose(name, asked, ("structured", "unstructured"))
    check_moment_options(options)
    choose(
        "sampling_weights_normalization",
        options.data.sampling_weights_normalization,
        ("total", "group", "none"),
    )
    choose("bounds", options.model.bounds, BOUNDS)
    choose("composites_cov", options.model.composites_cov, ("fixed", "free"))
    if options.model.composites_cov == "fixed":
        _check_fixed_composites(options)
    _check_means_and_units(options.model)
    _check_marker_criterion(options)
    for name in options.model.effect_coding:
        choose("effect_coding", name, EFFECT_CODING)
    for name in options.model.group_equal:
        choose("group_equal", name, PARAMETER_SETS)
    choose("empty_categories", options.data.empty_categories, ("refuse", "collapse"))
    if options.model.parameterization is not None:
        choose("parameterization", options.model.parameterization, ("delta", "theta"))
    if options.data.ordered:
        _check_ordered(options)
    elif "thresholds" in options.model.group_equal:
        raise OptionError("group_equal='thresholds' needs ordinal items: name them in ordered=.")
    elif options.model.conditional_x or options.model.parameterization:
        name = "conditional_x" if options.model.conditional_x else "parameterization"
        raise OptionError(f"{name}= goes with ordinal items: name them in ordered=.")
    elif options.estimation.estimator == "PML":
        raise OptionError("estimator='PML' is for ordinal items: name them in ordered=.")
    elif options.data.missing in ("pairwise", *PAIRWISE_LIKELIHOOD):
        raise OptionError(f"missing={options.data.missing!r} is for ordinal items; take 'fiml'.")
    _check_without_effect(options)
    _check_changed_moments(options)
    _check_design(options)
    for name in _SWITCHES:
        if getattr(options.model, name) not in (True, False, None):
            raise OptionError(
                f"{name} is True, False or None, not {getattr(options.model, name)!r}."
            )
