"""Structural equation modelling for survey research, with numbers that agree with lavaan's."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__
from .data import SampleMoments, covariance_from_text
from .drawing import Table, words_of
from .errors import TpnSemError, TpnSemWarning
from .exploration import MissingData, mardia, missing_data
from .fit import Fit, compare
from .groups import GroupInference, group_inference
from .groups.invariance import InvarianceLadder, PartialSearch, invariance
from .model import Model, cfa, growth, sem
from .resampling import (
    Bootstrap,
    Cutoffs,
    FitPropensity,
    Permutation,
    bootstrap,
    cutoffs,
    fit_propensity,
    permutation,
    simulate,
)
from .resampling.power import Power, power

if TYPE_CHECKING:
    from . import datasets, plots, triangle
    from .articles import cite, paper_table
    from .cross_validation import CrossValidation, SplitHalf, cross_validate, split_half
    from .exploration.number_of_factors import NumberOfFactors, number_of_factors
    from .exploratory_factors import ExploratoryFactors, FactorNumbers, efa
    from .graded_responses import ItemResponse, item_response
    from .groups.alignment import Alignment, alignment
    from .groups.approximate import ApproximateInvariance, approximate_invariance
    from .groups.differences import GroupDifferences, group_differences
    from .groups.effect_sizes import EffectSizes, effect_sizes
    from .groups.moderation import ModeratedFit, moderated
    from .local_tests import LocalFit, local_fit
    from .measurement_quality import Validity, item_analysis, reliability, validity
    from .method_variance import CommonMethod, common_method
    from .mixed_methods import Interviews, JointDisplay, joint_display, read_interviews
    from .multiple_imputation import ImputedFit, PooledTest, fit_imputed
    from .multiverse import SpecificationCurve, specification_curve
    from .product_effects import Interaction, interaction
    from .sensitivity import (
        CarelessSensitivity,
        ForwardSearch,
        Influence,
        RobustTwoStage,
        forward_search,
        influence,
        robust_two_stage,
        sensitivity_to_careless,
        unmeasured_confounding,
    )
    from .stated_hypotheses import Hypotheses, hypotheses, read_hypotheses
    from .stepwise import (
        StructuralAfterMeasurement,
        TwoStageLeastSquares,
        structural_after_measurement,
        two_stage_least_squares,
    )
    from .survey import (
        Codebook,
        Description,
        Instrument,
        SurveyCheck,
        check,
        codebook,
        describe,
        prepare,
        read_survey,
    )

_LOADED_WHEN_USED = {
    "datasets": "",
    "plots": "",
    "triangle": "",
    "cite": "articles",
    "paper_table": "articles",
    "Alignment": "groups.alignment",
    "alignment": "groups.alignment",
    "ApproximateInvariance": "groups.approximate",
    "approximate_invariance": "groups.approximate",
    "EffectSizes": "groups.effect_sizes",
    "effect_sizes": "groups.effect_sizes",
    "GroupDifferences": "groups.differences",
    "group_differences": "groups.differences",
    "ModeratedFit": "groups.moderation",
    "moderated": "groups.moderation",
    **dict.fromkeys(("NumberOfFactors", "number_of_factors"), "exploration.number_of_factors"),
    **dict.fromkeys(("ExploratoryFactors", "FactorNumbers", "efa"), "exploratory_factors"),
    **dict.fromkeys(("ItemResponse", "item_response"), "graded_responses"),
    **dict.fromkeys(("CommonMethod", "common_method"), "method_variance"),
    **dict.fromkeys(
        ("CrossValidation", "SplitHalf", "cross_validate", "split_half"), "cross_validation"
    ),
    **dict.fromkeys(("Hypotheses", "hypotheses", "read_hypotheses"), "stated_hypotheses"),
    **dict.fromkeys(("Interaction", "interaction"), "product_effects"),
    **dict.fromkeys(("LocalFit", "local_fit"), "local_tests"),
    **dict.fromkeys(("ImputedFit", "PooledTest", "fit_imputed"), "multiple_imputation"),
    **dict.fromkeys(("SpecificationCurve", "specification_curve"), "multiverse"),
    **dict.fromkeys(
        ("Interviews", "JointDisplay", "joint_display", "read_interviews"), "mixed_methods"
    ),
    **dict.fromkeys(
        (
            *("CarelessSensitivity", "ForwardSearch", "Influence", "RobustTwoStage"),
            *("forward_search", "influence", "robust_two_stage", "sensitivity_to_careless"),
            "unmeasured_confounding",
        ),
        "sensitivity",
    ),
    **dict.fromkeys(
        (
            *("StructuralAfterMeasurement", "structural_after_measurement"),
            *("TwoStageLeastSquares", "two_stage_least_squares"),
        ),
        "stepwise",
    ),
    **dict.fromkeys(
        ("Validity", "item_analysis", "reliability", "validity"), "measurement_quality"
    ),
    **dict.fromkeys(
        (
            *("Codebook", "Description", "Instrument", "SurveyCheck", "check", "codebook"),
            *("describe", "prepare", "read_survey"),
        ),
        "survey",
    ),
}

__all__ = [
    "Alignment",
    "ApproximateInvariance",
    "Bootstrap",
    "CarelessSensitivity",
    "Codebook",
    "CommonMethod",
    "CrossValidation",
    "Cutoffs",
    "Description",
    "EffectSizes",
    "ExploratoryFactors",
    "FactorNumbers",
    "Fit",
    "FitPropensity",
    "ForwardSearch",
    "GroupDifferences",
    "GroupInference",
    "Hypotheses",
    "ImputedFit",
    "Influence",
    "Instrument",
    "Interaction",
    "Interviews",
    "InvarianceLadder",
    "ItemResponse",
    "JointDisplay",
    "LocalFit",
    "MissingData",
    "Model",
    "ModeratedFit",
    "NumberOfFactors",
    "PartialSearch",
    "Permutation",
    "PooledTest",
    "Power",
    "RobustTwoStage",
    "SampleMoments",
    "SpecificationCurve",
    "SplitHalf",
    "StructuralAfterMeasurement",
    "SurveyCheck",
    "Table",
    "TpnSemError",
    "TpnSemWarning",
    "TwoStageLeastSquares",
    "Validity",
    "__version__",
    "alignment",
    "approximate_invariance",
    "bootstrap",
    "cfa",
    "check",
    "codebook",
    "common_method",
    "cite",
    "compare",
    "covariance_from_text",
    "cross_validate",
    "cutoffs",
    "datasets",
    "describe",
    "efa",
    "effect_sizes",
    "fit_imputed",
    "fit_propensity",
    "forward_search",
    "group_differences",
    "group_inference",
    "growth",
    "hypotheses",
    "influence",
    "interaction",
    "invariance",
    "item_analysis",
    "item_response",
    "joint_display",
    "local_fit",
    "mardia",
    "missing_data",
    "moderated",
    "number_of_factors",
    "paper_table",
    "permutation",
    "plots",
    "power",
    "prepare",
    "read_interviews",
    "read_hypotheses",
    "read_survey",
    "reliability",
    "robust_two_stage",
    "sem",
    "sensitivity_to_careless",
    "simulate",
    "specification_curve",
    "split_half",
    "structural_after_measurement",
    "triangle",
    "two_stage_least_squares",
    "unmeasured_confounding",
    "validity",
    "words_of",
]


def __getattr__(name: str) -> Any:
    home = _LOADED_WHEN_USED.get(name)
    if home:
        return getattr(import_module(f".{home}", __name__), name)
    if home is not None:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
