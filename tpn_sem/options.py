"""The options of a fit: their names, values and defaults, which are lavaan's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from .errors import NotEstimatedError, OptionError, choose, nearest

GROUP_EQUAL = (
    "loadings",
    "intercepts",
    "means",
    "residuals",
    "residual_covariances",
    "lv_variances",
    "lv_covariances",
    "regressions",
)
EFFECT_CODING = ("loadings", "intercepts")
DEFAULTS = ("sem", "cfa", "growth", "none")

# Options that lavaan has and that the library reads but cannot honour yet, with the value
# that asks for nothing.
_NOT_YET: dict[str, tuple[object, ...]] = {
    "ordered": (None, False, (), []),
    "cluster": (None,),
    "sampling_weights": (None,),
    "conditional_x": (None, False),
    "missing": (None, "listwise"),
    "parameterization": (None,),
    "rotation": (None,),
    "rotation_args": (None,),
    "se": (None, "standard"),
    "test": (None, "standard"),
}
_NOT_YET_VALUES = {
    "missing": ("listwise", "fiml", "pairwise", "ml", "ml_x", "two_stage", "robust_two_stage"),
    "se": (
        "standard",
        "none",
        "robust",
        "robust_sem",
        "robust_huber_white",
        "robust_cluster",
        "bootstrap",
        "two_stage",
        "robust_two_stage",
    ),
    "test": (
        "standard",
        "none",
        "satorra_bentler",
        "yuan_bentler",
        "yuan_bentler_mplus",
        "mean_var_adjusted",
        "scaled_shifted",
        "bollen_stine",
        "browne_residual_nt",
        "browne_residual_adf",
    ),
    "parameterization": ("delta", "theta"),
}
_NOT_YET_ESTIMATORS = [
    "MLM",
    "MLMV",
    "MLMVS",
    "MLR",
    "MLF",
    "GLS",
    "WLS",
    "ULS",
    "ULSM",
    "ULSMV",
    "DWLS",
    "WLSM",
    "WLSMV",
]


@dataclass(frozen=True)
class Options:
    """How a model is fitted; `None` stands for lavaan's default for the case."""

    estimator: Any = field(default="ML", compare=False)
    likelihood: str = "normal"
    information: str = "expected"
    observed_information: str = "hessian"
    group: str | None = None
    group_equal: tuple[str, ...] = ()
    group_partial: tuple[str, ...] = ()
    group_label: tuple[str, ...] = ()
    mean_structure: bool | None = None
    std_lv: bool = False
    effect_coding: tuple[str, ...] = ()
    orthogonal: bool = False
    fixed_x: bool | None = None
    auto_var: bool | None = None
    auto_cov_y: bool | None = None
    auto_cov_lv_x: bool | None = None
    auto_fix_first: bool | None = None
    auto_fix_single: bool | None = None
    int_ov_free: bool | None = None
    int_lv_free: bool | None = None
    bounds: str = "none"
    start: tuple[tuple[str, float], ...] = ()
    max_iterations: int = 500
    defaults: str = field(default="sem")

    @property
    def automatic(self) -> bool:
        """Whether parameters are added that the model text does not write."""
        return self.defaults != "none"

    def switch(self, name: str, default: bool) -> bool:
        """The value of a switch, or `default` where the user left it open."""
        value = getattr(self, name)
        return default if value is None else bool(value)


_KNOWN = [item.name for item in fields(Options) if item.name != "defaults"]
_SWITCHES = [item.name for item in fields(Options) if str(item.type).startswith("bool")]


def read_options(defaults: str, given: Mapping[str, Any]) -> Options:
    """Check the options that a user gave.

    Raises
    ------
    OptionError
        For an unknown option or value; names the nearest known one.
    NotEstimatedError
        For an option of lavaan's that the library knows but does not estimate yet.
    """
    values = {name: value for name, value in given.items() if value is not None}
    for name in given:
        if name in _NOT_YET:
            _refuse(name, values.pop(name, None))
        elif name not in _KNOWN:
            advice = nearest(name.replace(".", "_"), [*_KNOWN, *_NOT_YET]) or "."
            raise OptionError(f"unknown option {name!r}{advice}")
    iterations = values.get("max_iterations", 1)
    if not isinstance(iterations, int) or isinstance(iterations, bool) or iterations < 1:
        raise OptionError(f"max_iterations is a whole number above 0, not {iterations!r}.")
    if "group" in values and not isinstance(values["group"], (str, int)):
        raise OptionError("group= is the name of one column, such as group='school'.")
    for name in ("group_equal", "group_partial", "group_label"):
        if name in values:
            values[name] = as_names(name, values[name])
    if isinstance(values.get("effect_coding"), bool):
        values["effect_coding"] = EFFECT_CODING if values["effect_coding"] else ()
    elif "effect_coding" in values:
        values["effect_coding"] = as_names("effect_coding", values["effect_coding"])
    if values.get("start") is not None:
        values["start"] = _starts(values["start"])
    options = replace(Options(defaults=defaults), **values)
    _check(options)
    return options


def _starts(given: object) -> tuple[tuple[str, float], ...]:
    if not isinstance(given, Mapping):
        raise OptionError("start= is a dict from parameter names or labels to numbers.")
    try:
        starts = tuple((str(name), float(value)) for name, value in given.items())
    except (TypeError, ValueError) as error:
        raise OptionError(f"start= has a value that is no number: {error}.") from error
    if any(value != value for _, value in starts):
        raise OptionError("start= has a missing value; leave that parameter out.")
    return starts


def as_names(option: str, value: object) -> tuple[str, ...]:
    """One name or several as a tuple."""
    if value is None:
        return ()
    if isinstance(value, (str, int)):
        return (str(value),)
    if isinstance(value, Sequence) and all(isinstance(item, (str, int)) for item in value):
        return tuple(str(item) for item in value)
    raise OptionError(f"{option} takes a name or a list of names, not {value!r}.")


def _refuse(name: str, value: object) -> None:
    if name in _NOT_YET_VALUES and value is not None:
        spelt = value.replace(".", "_") if isinstance(value, str) else value
        choose(name, spelt, _NOT_YET_VALUES[name])
    if any(value is harmless or value == harmless for harmless in _NOT_YET[name]):
        return
    raise NotEstimatedError(
        f"{name}={value!r} is not estimated yet; leave the option out, or see the changelog for "
        "the version that has it."
    )


def _check(options: Options) -> None:
    choose("defaults", options.defaults, DEFAULTS)
    choose("likelihood", options.likelihood, ("normal", "wishart"))
    choose("information", options.information, ("expected", "observed"))
    choose("observed_information", options.observed_information, ("hessian",))
    choose("bounds", options.bounds, ("none", "pos_var"))
    for name in options.effect_coding:
        choose("effect_coding", name, EFFECT_CODING)
    for name in options.group_equal:
        if name == "thresholds":
            raise NotEstimatedError(
                "group_equal='thresholds' needs ordinal items: not estimated yet."
            )
        choose("group_equal", name, GROUP_EQUAL)
    if isinstance(options.estimator, str) and options.estimator in _NOT_YET_ESTIMATORS:
        raise NotEstimatedError(f"estimator={options.estimator!r} is not estimated yet; 'ML' is.")
    for name in _SWITCHES:
        if getattr(options, name) not in (True, False, None):
            raise OptionError(f"{name} is True, False or None, not {getattr(options, name)!r}.")
