"""The options of a fit in three parts: how data are read, the model, the estimation.

Names, values and defaults are lavaan's.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, TypedDict, TypeVar

from ..rotation import Turning

Names = str | Sequence[str]


@dataclass(frozen=True)
class DataOptions:
    """How rows or moments become observed data.

    `likelihood` stands here since it decides the divisor of sample covariances, as those of
    `gamma` do that of fourth-order moments, `nodes` since
    statistics of ordinal items at two levels are integrals over clusters.
    """

    missing: str = "listwise"
    skipped: tuple[tuple[str, tuple[float, ...] | str], ...] = ()
    ordered: tuple[str, ...] | bool | None = None
    empty_categories: str = "refuse"
    group: str | None = None
    group_label: tuple[str, ...] = ()
    cluster: str | None = None
    strata: str | None = None
    fpc: str | float | None = None
    lonely_strata: str = "refuse"
    sampling_weights: str | None = None
    sampling_weights_normalization: str = "group"
    frequency_weights: str | None = None
    likelihood: str = "normal"
    gamma_n_minus_one: bool = False
    gamma_unbiased: bool = False
    gamma_wls_mplus: bool = False
    zero_add: tuple[float, float] | None = None
    zero_keep_margins: bool | None = None
    std_ov: bool = False
    ridge: float = 0.0
    em_h1_args: tuple[tuple[str, Any], ...] = ()
    nodes: int | None = None

    @property
    def divides_by_n_less_1(self) -> bool:
        """Whether sample covariances have the divisor n - 1 rather than n."""
        return self.likelihood == "wishart"


@dataclass(frozen=True)
class ModelOptions:
    """Which parameters a model has beside those that its text writes.

    `None` stands for lavaan's default for the case.
    """

    defaults: str = "sem"
    auxiliary: tuple[str, ...] = ()
    group_equal: tuple[str, ...] = ()
    group_partial: tuple[str, ...] = ()
    parameterization: str | None = None
    conditional_x: bool | None = None
    mean_structure: bool | None = None
    std_lv: bool = False
    effect_coding: tuple[str, ...] = ()
    orthogonal: bool = False
    orthogonal_x: bool = False
    orthogonal_y: bool = False
    marker_int_zero: bool = False
    fixed_x: bool | None = None
    auto_var: bool | None = None
    auto_cov_y: bool | None = None
    auto_cov_lv_x: bool | None = None
    auto_cov_x: bool = False
    auto_th: bool = True
    auto_delta: bool = True
    auto_fix_first: bool | None = None
    bad_marker_crit: float = 0.0
    auto_fix_single: bool | None = None
    int_ov_free: bool | None = None
    int_lv_free: bool | None = None
    bounds: str = "none"
    rotation: tuple[tuple[str, Turning], ...] = ()
    composites_cov: str = "free"
    correlation: tuple[str, ...] | bool = False
    products: str | None = None
    product_pairs: str | None = None
    mimic: str | None = None

    @property
    def automatic(self) -> bool:
        """Whether parameters are added that the model text does not write."""
        return self.defaults != "none"

    def of_independence(self) -> ModelOptions:
        """Options of a model whose text says all that its variables share, for the same data."""
        return replace(
            self,
            group_equal=(),
            group_partial=(),
            auto_cov_y=False,
            auto_cov_x=False,
            auto_th=True,
            marker_int_zero=False,
        )

    def switch(self, name: str, default: bool) -> bool:
        """The value of a switch, or `default` where the user left it open."""
        value = getattr(self, name)
        return default if value is None else bool(value)


@dataclass(frozen=True)
class EstimationOptions:
    """How parameters are estimated, with which standard errors and tests."""

    estimator: Any = "ML"
    estimator_args: tuple[tuple[str, Any], ...] = ()
    gn_args: tuple[tuple[str, Any], ...] = ()
    se: str = "standard"
    test: tuple[str, ...] = ("standard",)
    standard_test: str = "standard"
    scaled_test: str = "standard"
    baseline_type: str = "independence"
    baseline_fixed_x_free_cov: bool = True
    baseline_conditional_x_free_slopes: bool = True
    information: str = "expected"
    observed_information: str = "hessian"
    h1_information: str = "structured"
    h1_information_meat: str | None = None
    omega_information: str | None = None
    omega_h1_information: str | None = None
    se_delta_second_order: bool = False
    information_expected_mplus: bool = False
    gamma_vcov_mplus: bool = False
    gls_v11_mplus: bool = False
    rmsea_scaled_mplus: bool = False
    start: tuple[tuple[str, float], ...] = ()
    max_iterations: int = 500
    link: str | None = None
    do_fit: bool = True
    rstarts: int = 0
    optim_attempts: int = 4
    optim_dx_tol: float | None = None
    optim_partrace: bool = False
    optim_gradient: str = "analytic"
    optim_init_nelder_mead: bool = False

    def of_another_model(self) -> EstimationOptions:
        """The same without what is meant for one model: its starts, and how it is searched for."""
        how = EstimationOptions()
        searched = [name for name in vars(how) if name.startswith("optim_")]
        names = ("start", "rstarts", "do_fit", *searched)
        return replace(self, **{name: getattr(how, name) for name in names})

    def of_tests(self) -> EstimationOptions:
        """The same with the information that corrected tests rest on, where it is another."""
        return replace(
            self,
            information=self.omega_information or self.information,
            h1_information=self.omega_h1_information or self.h1_information,
            omega_information=None,
            omega_h1_information=None,
        )

    @property
    def is_robust(self) -> bool:
        """Whether standard errors hold without normality."""
        return self.se not in ("standard", "none", "first_order")

    @property
    def uses_scores(self) -> bool:
        """Whether standard errors are a sandwich of casewise or clusters' scores."""
        return self.se in ("robust_huber_white", "cluster_cr2", "cluster_cr3")


@dataclass(frozen=True)
class Options:
    """All options of a fit."""

    data: DataOptions = field(default_factory=DataOptions)
    model: ModelOptions = field(default_factory=ModelOptions)
    estimation: EstimationOptions = field(default_factory=EstimationOptions)

    def changed(self, **values: Any) -> Options:
        """The same options with some values changed, each in the part that has it."""
        parts = {
            part: {name: values[name] for name in names if name in values}
            for part, names in OPTION_NAMES.items()
        }
        return Options(**{part: replace(getattr(self, part), **own) for part, own in parts.items()})


OPTION_NAMES: dict[str, tuple[str, ...]] = {
    "data": tuple(item.name for item in fields(DataOptions)),
    "model": tuple(item.name for item in fields(ModelOptions)),
    "estimation": tuple(item.name for item in fields(EstimationOptions)),
}


class FitOptions(TypedDict, total=False):
    """What `Model.fit`, `sem`, `cfa` and `growth` take by keyword; see docs/options.md."""

    # data
    missing: Literal[
        "listwise",
        "fiml",
        "ml",
        "fiml_x",
        "two_stage",
        "robust_two_stage",
        "pairwise",
        "available_cases",
        "doubly_robust",
    ]
    skipped: float | Iterable[float] | Mapping[str, float | Iterable[float] | str] | None
    ordered: str | Iterable[str] | bool
    empty_categories: Literal["refuse", "collapse"]
    group: str | None
    group_label: Names
    cluster: str | None
    strata: str | None
    fpc: str | float | None
    lonely_strata: Literal["refuse", "adjust", "certainty"]
    sampling_weights: str | None
    sampling_weights_normalization: Literal["total", "group", "none"]
    replicate_weights: Names
    replicate_type: Literal["JK1", "JKn", "BRR", "Fay", "bootstrap", "SDR"]
    replicate_scales: Sequence[float]
    fay: float
    frequency_weights: str | None
    likelihood: Literal["normal", "wishart"]
    gamma_n_minus_one: bool
    gamma_unbiased: bool
    gamma_wls_mplus: bool
    zero_add: Sequence[float] | None
    zero_keep_margins: bool | None
    std_ov: bool
    ridge: bool | float
    em_h1_args: Mapping[str, Any] | None
    # model
    constraints: Names
    auxiliary: Names
    group_equal: Names
    group_partial: Names
    parameterization: Literal["delta", "theta"] | None
    conditional_x: bool | None
    mean_structure: bool | None
    std_lv: bool
    effect_coding: bool | Names
    orthogonal: bool
    orthogonal_x: bool
    orthogonal_y: bool
    marker_int_zero: bool
    fixed_x: bool | None
    auto_var: bool | None
    auto_cov_y: bool | None
    auto_cov_lv_x: bool | None
    auto_cov_x: bool
    auto_th: bool
    auto_delta: bool
    auto_fix_first: bool | None
    bad_marker_crit: float
    auto_fix_single: bool | None
    int_ov_free: bool | None
    int_lv_free: bool | None
    bounds: bool | Literal["none", "pos_var", "pos_ov_var", "pos_lv_var", "standard", "wide"]
    rotation: Any
    rotation_args: Mapping[str, Any] | None
    composites_cov: Literal["fixed", "free"]
    correlation: bool | Names
    products: Literal["lms", "qml", "double_mean_centred", "residual_centred", "two_step"] | None
    product_pairs: Literal["all", "matched"] | None
    mimic: Literal["lavaan", "Mplus", "EQS"] | None
    # estimation
    estimator: Any
    estimator_args: Mapping[str, Any] | None
    gn_args: Mapping[str, Any] | None
    se: str
    test: Names
    standard_test: str
    scaled_test: str
    baseline_type: Literal["independence", "nested"]
    baseline_fixed_x_free_cov: bool
    baseline_conditional_x_free_slopes: bool
    information: Literal["expected", "observed", "first_order"] | Sequence[str]
    observed_information: Literal["hessian", "h1"]
    h1_information: Literal["structured", "unstructured"] | Sequence[str]
    h1_information_meat: Literal["structured", "unstructured"] | None
    omega_information: Literal["expected", "observed", "first_order"] | None
    omega_h1_information: Literal["structured", "unstructured"] | None
    se_delta_second_order: bool
    information_expected_mplus: bool
    gamma_vcov_mplus: bool
    gls_v11_mplus: bool
    rmsea_scaled_mplus: bool
    bootstrap: int | Mapping[str, Any]
    start: Any
    max_iterations: int
    nodes: int | None
    do_fit: bool
    rstarts: int
    optim_attempts: int
    optim_dx_tol: float | None
    optim_partrace: bool
    optim_gradient: Literal["analytic", "numerical"]
    optim_init_nelder_mead: bool
    link: Literal["probit", "logit"] | None


Call = TypeVar("Call", bound=Callable[..., Any])


def shows_options(function: Call) -> Call:
    """List each of `FitOptions` in the signature that ``help`` shows."""
    shown = inspect.signature(function)
    own = [one for one in shown.parameters.values() if one.kind is not one.VAR_KEYWORD]
    options = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind.__forward_arg__
        )
        for name, kind in FitOptions.__annotations__.items()
    ]
    function.__signature__ = shown.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
    return function
