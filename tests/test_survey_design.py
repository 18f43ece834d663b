"""Strata, finite populations and replicate weights: the errors of the survey package for R."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem.errors import DataError, NotAvailableError, NotEstimatedError, OptionError

REFERENCE = Path(__file__).parent / "reference"
CASES: dict[str, Any] = json.loads((REFERENCE / "survey_design.json").read_text())["cases"]
DATA = pd.read_csv(REFERENCE / "data" / "survey_design.csv")
WEIGHTS = pd.read_csv(REFERENCE / "data" / "survey_replicates.csv").drop(
    columns=["school", "weight"]
)
LONELY = DATA.assign(region=DATA["region"].mask(DATA["school"] == 1, "alone"))
NAMES = {"(Intercept)": "y ~ 1", "x": "y ~ x", "z": "y ~ z"}
DESIGNS = [name for name in CASES if "options" in CASES[name]]
REPLICATES = [name for name in CASES if "options" not in CASES[name]]
STRATA = {"strata": "region", "cluster": "school", "sampling_weights": "weight"}


def fitted(data: pd.DataFrame = DATA, **options: Any) -> ts.Fit:
    return ts.sem("y ~ x + z", data, mean_structure=True, fixed_x=False, **options)


def check(fit: ts.Fit, case: dict[str, Any]) -> None:
    for theirs, ours in NAMES.items():
        row = fit.estimates.loc[ours]
        assert row["estimate"] == pytest.approx(case["coef"][theirs], rel=1e-7)
        assert row["se"] == pytest.approx(case["se"][theirs], rel=1e-6)


@pytest.mark.filterwarnings("ignore::tpn_sem.TpnSemWarning")
@pytest.mark.parametrize("name", DESIGNS)
def test_errors_are_those_of_survey(name: str) -> None:
    case = CASES[name]
    fit = fitted(LONELY if name == "lonely" else DATA, **case["options"])
    check(fit, case)
    assert fit.estimates.loc["x ~ 1", "se"] == pytest.approx(case["means_se"]["x"], rel=1e-6)
    assert "Strata" in fit.summary()


@pytest.mark.sampled(3)
@pytest.mark.filterwarnings("ignore::tpn_sem.TpnSemWarning")
@pytest.mark.parametrize("name", REPLICATES)
def test_errors_of_replicates_are_those_of_survey(name: str) -> None:
    case = CASES[name]
    columns = [f"{name}{k + 1}" for k in range(case["replicates"])]
    options: dict[str, Any] = {"fay": 0.3} if name == "Fay" else {}
    if name in ("JKn", "bootstrap"):
        scales = np.broadcast_to(np.asarray(case["rscales"], dtype=float), len(columns))
        options["replicate_scales"] = list(scales * float(case["scale"]))
    fit = fitted(
        DATA.join(WEIGHTS),
        sampling_weights="weight",
        replicate_weights=columns,
        replicate_type=name,
        **options,
    )
    check(fit, case)
    assert any(f"{len(columns)} replicate weights ({name})" in note for note in fit.notes)


@pytest.mark.filterwarnings("ignore::tpn_sem.TpnSemWarning")
def test_one_stratum_of_an_endless_population_is_no_design() -> None:
    plain = fitted(cluster="school", sampling_weights="weight")
    one = fitted(DATA.assign(region="all"), **STRATA)
    np.testing.assert_allclose(one.vcov, plain.vcov, rtol=1e-9)
    whole = fitted(DATA.assign(size=24.0), cluster="school", sampling_weights="weight", fpc="size")
    assert np.abs(whole.vcov.to_numpy()).max() < 1e-12  # everybody was asked


@pytest.mark.filterwarnings("ignore::tpn_sem.TpnSemWarning")
def test_factors_groups_and_tests_know_strata() -> None:
    frame = DATA.assign(
        a=DATA["y"] + DATA["m"],
        b=DATA["y"] - DATA["z"],
        c=DATA["y"] + DATA["x"],
        half=DATA["school"] % 2,
    )
    text = "f =~ a + b + c + m"
    with_strata = ts.cfa(text, frame, **STRATA)
    without = ts.cfa(text, frame, cluster="school", sampling_weights="weight")
    assert with_strata.measures["chisq_scaled"] != pytest.approx(without.measures["chisq_scaled"])
    assert with_strata.estimation.cluster_degrees_of_freedom == 24 - 3
    grouped = ts.cfa(text, frame, group="half", **STRATA)
    assert np.isfinite(np.diag(grouped.vcov)).all()


@pytest.mark.filterwarnings("ignore::tpn_sem.TpnSemWarning")
def test_lonely_strata_are_said() -> None:
    with pytest.raises(DataError, match=r"strata with one unit \(alone\)"):
        fitted(LONELY, **STRATA)
    for how, word in (("adjust", "about the mean"), ("certainty", "not at all")):
        notes = fitted(LONELY, lonely_strata=how, **STRATA).notes
        assert any(word in note for note in notes)


@pytest.mark.sampled(3)
@pytest.mark.filterwarnings("ignore::tpn_sem.TpnSemWarning")
@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"strata": "nothing"}, DataError, "nothing"),
        ({"strata": "x", "cluster": "school"}, DataError, "lies in two strata"),
        ({"strata": "region", "fpc": "x"}, DataError, "fpc= "),
        ({"strata": "region", "cluster": "school", "fpc": 3}, DataError, "more than fpc="),
        ({"strata": "region", "frequency_weights": "school"}, OptionError, "frequency_weights="),
        (
            {"strata": "region", "cluster": "school", "se": "cluster_cr2"},
            OptionError,
            "cluster_cr2",
        ),
        ({"strata": "region", "se": "standard"}, OptionError, "se='standard'"),
        ({"lonely_strata": "adjust"}, OptionError, "without effect"),
        ({"strata": "region", "lonely_strata": "drop"}, OptionError, "lonely_strata"),
        ({"strata": "region", "se": "bootstrap"}, NotAvailableError, "strata"),
        ({"replicate_weights": ["x", "z"]}, OptionError, "sampling_weights="),
        ({"fay": 0.5}, OptionError, "replicate_weights="),
        (
            {"replicate_weights": ["x", "z"], "sampling_weights": "weight"},
            OptionError,
            "need replicate_type=",
        ),
        (
            {
                "replicate_weights": ["weight", "weight"],
                "sampling_weights": "weight",
                "replicate_type": "Fay",
            },
            OptionError,
            "fay=",
        ),
        (
            {
                "replicate_weights": ["weight", "weight"],
                "sampling_weights": "weight",
                "replicate_type": "JKn",
            },
            OptionError,
            "replicate_scales=",
        ),
    ],
)
def test_bad_designs_are_refused(options: dict, kind: type, says: str) -> None:
    with pytest.raises(kind, match=says):
        fitted(**options)


def test_levels_have_no_strata_yet() -> None:
    with pytest.raises(NotEstimatedError, match="strata"):
        ts.sem("level: 1\ny ~ x\nlevel: 2\ny ~~ y", DATA, cluster="school", strata="region")
