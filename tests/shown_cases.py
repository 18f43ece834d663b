"""A small one of every public result, made when a test first asks for it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd

import tpn_sem as ts
from tpn_sem import datasets, triangle

NINE = [f"x{place}" for place in range(1, 10)]
THREE = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; speed =~ x7 + x8 + x9"
PATHS = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; textual ~ a*visual; d := 2*a"
MEDIATED = f"{THREE}; textual ~ a*visual; speed ~ b*textual + visual; ind := a*b"


@cache
def pupils() -> pd.DataFrame:
    return datasets.holzinger_swineford_1939()


@cache
def fit() -> ts.Fit:
    return ts.Model(PATHS).fit(pupils())


@cache
def ladder() -> ts.InvarianceLadder:
    return ts.invariance(ts.Model(THREE), pupils(), group="school", partial=True)


@cache
def grouped() -> ts.Fit:
    return ts.Model(PATHS).fit(pupils(), group="school", group_equal=["loadings", "intercepts"])


def ordinal() -> ts.Fit:
    answers = pupils()[NINE[:6]].apply(lambda column: pd.qcut(column, 3, labels=False))
    return ts.Model("f =~ x1 + x2 + x3 + x4 + x5 + x6").fit(answers, ordered=True)


def imputed() -> ts.ImputedFit:
    return ts.fit_imputed([pupils().head(150), pupils().tail(150)], PATHS)


def product() -> ts.Interaction:
    data = pupils().assign(m=pupils()["x7"] * pupils()["x8"])
    return ts.interaction(ts.Model("x1 ~ x2 + x3 + x2:x3").fit(data))


def displayed() -> ts.JointDisplay:
    teachers = datasets.teachers()
    text = "NPC =~ npc1 + npc2 + npc3; KS =~ ks1 + ks2 + ks3; KS ~ NPC"
    return ts.joint_display(ts.Model(text).fit(teachers), interviews(), lacking="tell", draws=100)


def interviews() -> ts.Interviews:
    return ts.read_interviews(**datasets.interviews())


def instrument() -> ts.Instrument:
    return ts.Instrument({"visual": NINE[:3], "textual": NINE[3:6]}, titles={"visual": "<b>&_%"})


CASES: dict[str, Callable[[], Any]] = {
    "Fit": fit,
    "Fit ordinal": ordinal,
    "Fit grouped": grouped,
    "Table": lambda: ts.paper_table([fit(), grouped()], marks=True),
    "ComparedModels": lambda: ts.compare(fit(), ts.Model(f"{PATHS}; a == 1").fit(pupils())),
    "Citation": lambda: ts.cite(ordinal()),
    "Provenance": lambda: grouped().provenance,
    "FitTest": lambda: fit().test(),
    "HypothesisTest": lambda: fit().wald_test("a == 1"),
    "PooledTest": lambda: imputed().test(),
    "ImputedFit": imputed,
    "OrdinalReport": lambda: ordinal().ordinal,
    "InvarianceLadder": ladder,
    "Exceptions": lambda: next(iter(ladder().searches.values())),
    "Alignment": lambda: ts.alignment(ladder().fits["configural"], starts=2),
    "ApproximateInvariance": lambda: ts.approximate_invariance(PATHS, pupils(), group="school"),
    "GroupDifferences": lambda: ts.group_differences(grouped()),
    "GroupInference": lambda: ts.group_inference(ladder()),
    "EffectSizes": lambda: ts.effect_sizes(grouped()),
    "ModeratedFit": lambda: ts.moderated("f =~ x1 + x2 + x3", pupils(), moderators="ageyr"),
    "ExploratoryFactors": lambda: ts.efa(pupils()[NINE], 2, starts=2),
    "FactorNumbers": lambda: ts.efa(pupils()[NINE], [1, 2], starts=2),
    "NumberOfFactors": lambda: ts.number_of_factors(pupils(), NINE, n_samples=20),
    "MissingData": lambda: ts.missing_data(pupils(), NINE),
    "Bootstrap": lambda: ts.bootstrap(fit(), 5, seed=1),
    "Permutation": lambda: ts.permutation(grouped(), 5, seed=1),
    "Cutoffs": lambda: ts.cutoffs(fit(), 5, misfit=0.05, seed=1),
    "FitPropensity": lambda: ts.fit_propensity({"one": "x1 ~ x2 + x3; x2 ~~ 0*x3"}, 5, seed=1),
    "Power": lambda: ts.power("x1 ~ 0.3*x2; x1 ~~ 1*x1; x2 ~~ 1*x2", "x1 ~ x2", 100),
    "Influence": lambda: ts.influence(fit(), exact=0),
    "StructuralAfterMeasurement": lambda: ts.structural_after_measurement(
        f"{THREE}; textual ~ visual", pupils()
    ),
    "TwoStageLeastSquares": lambda: ts.two_stage_least_squares(
        f"{THREE}; textual ~ visual", pupils()
    ),
    "RobustTwoStage": lambda: ts.robust_two_stage(PATHS, pupils()),
    "ForwardSearch": lambda: ts.forward_search(fit(), start=0.95, n_starts=1, seed=1),
    "CarelessSensitivity": lambda: ts.sensitivity_to_careless(MEDIATED, pupils(), NINE),
    "LocalFit": lambda: ts.local_fit(fit()),
    "Validity": lambda: ts.validity(fit()),
    "ItemResponse": lambda: ts.item_response(ordinal()),
    "Interaction": product,
    "CommonMethod": lambda: ts.common_method(
        f"{THREE}; textual ~ visual", pupils(), starts=1, n_draws=10
    ),
    "SpecificationCurve": lambda: ts.specification_curve(
        PATHS, pupils(), "textual ~ visual", estimators=["ML", "MLR"]
    ),
    "CrossValidation": lambda: ts.cross_validate(
        {"one": PATHS, "two": f"{PATHS}; a == 0"}, pupils(), folds=2, seed=1
    ),
    "SplitHalf": lambda: ts.split_half(pupils(), 2, items=NINE[:6], seed=1),
    "Hypotheses": lambda: ts.hypotheses("H1: KS ~ NPC > 0"),
    "Interviews": interviews,
    "JointDisplay": displayed,
    "Instrument": instrument,
    "Codebook": lambda: ts.codebook(instrument()),
    "SurveyCheck": lambda: ts.check(pupils(), instrument()),
    "Description": lambda: ts.describe(pupils(), instrument()),
    "Variant": lambda: next(iter(triangle.VARIANTS.values())),
}


@cache
def result(name: str) -> Any:
    """The result of that name, its warnings unsaid."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        return CASES[name]()
