"""Pairwise likelihood of ordinal items."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from compare import NEW, OLD, VERSIONS
from conftest import quietly, reference_data

import tpn_sem as ts
from tpn_sem.errors import OptionError
from tpn_sem.moments.ordinal import Layout, pairwise_answers

MODEL = "f1 =~ q1 + q2 + q3; f2 =~ q6 + q7 + q8"
ITEMS = ["q1", "q2", "q3", "q6", "q7", "q8"]
FIVE, HOLES = reference_data("ordinal_five"), reference_data("ordinal_five_missing")
LAVAAN = {
    version: json.loads((folder / "pairwise.json").read_text())
    for version, folder in VERSIONS.items()
}


def fit(data: object = FIVE, text: str = MODEL, **options: object) -> ts.Fit:
    return quietly(ts.sem, text, data, **{"ordered": True, "estimator": "PML", **options})


CASES: dict[str, tuple[object, dict[str, object]]] = {
    "listwise": (FIVE, {}),
    "pairwise": (HOLES, {"missing": "pairwise"}),
    "available_cases": (HOLES, {"missing": "available_cases"}),
    "groups": (FIVE, {"group": "location"}),
}


@cache
def fitted(name: str) -> ts.Fit:
    data, options = CASES[name]
    return fit(data, **options)


def paired(name: str, version: str) -> list[tuple[float, float, float, float]]:
    """Our estimate and error, then lavaan's, of each parameter."""
    found = fitted(name)
    labels = found.group_labels or [""]
    table = found.estimates.set_index(["lhs", "op", "rhs", "group"])
    rows = []
    for record in LAVAAN[version][name]["estimates"]:
        place = (*(record[key] for key in ("lhs", "op", "rhs")), labels[record["group"] - 1])
        ours = table.loc[place]
        rows.append((ours["estimate"], ours["se"], record["est"], record["se"]))
    return rows


@pytest.mark.sampled(3)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", CASES)
def test_estimates_and_chi_square_agree_with_lavaan(name: str, version: str) -> None:
    ours, _, theirs, _ = np.array(paired(name, version)).T
    assert ours == pytest.approx(theirs, abs=1e-5)  # lavaan stops there
    expected = LAVAAN[version][name]["tests"][0]["stat"]
    assert fitted(name).measures["chisq"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "version"),
    [("listwise", OLD), ("pairwise", OLD), *((name, NEW) for name in CASES)],
)
def test_standard_errors_and_adjusted_test_agree_with_lavaan(name: str, version: str) -> None:
    """0.6 has other errors in groups and with available cases."""
    _, ours, _, theirs = np.array(paired(name, version)).T
    assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-9)
    expected = LAVAAN[version][name]["tests"][1]
    assert fitted(name).test().p_value == pytest.approx(expected["pvalue"], abs=0.02)


def test_groups_without_equalities_are_groups_fitted_apart() -> None:
    together = fitted("groups")
    for label in together.group_labels:
        alone = fit(FIVE[FIVE["location"] == label]).estimates
        part = together.estimates.query(f"group == '{label}'")
        assert np.allclose(part["estimate"], alone["estimate"], atol=1e-6)
        assert np.allclose(part["se"], alone["se"], atol=1e-6)


def test_alone_answers_say_no_more_of_a_threshold_than_there_are_answers() -> None:
    """The bound that lavaan 0.6's standard errors of available cases fall below."""
    table = fitted("available_cases").estimates.set_index(["lhs", "op", "rhs"])
    n = HOLES["q1"].notna().sum()
    below = (HOLES["q1"].dropna() <= 1).mean()
    cut = table.loc[("q1", "|", "t1"), "estimate"]
    density = np.exp(-0.5 * cut**2) / np.sqrt(2 * np.pi)
    bound = np.sqrt(below * (1 - below) / n) / density
    assert table.loc[("q1", "|", "t1"), "se"] == pytest.approx(bound, rel=0.03)


@pytest.mark.parametrize("available", [False, True])
def test_derivatives(available: bool) -> None:
    layout = Layout((5, 5, 5))
    answers = pairwise_answers(HOLES[ITEMS[:3]].to_numpy(float) - 1, layout, available)
    at = np.array([-0.9, -0.2, 0.4, 1.1, -0.7, 0.0, 0.5, 1.2, -1.0, 0.1, 0.6, 1.3, 0.5, 0.4, 0.3])
    gradient = answers.gradient(at)
    width = 1e-6
    numerical = [
        (answers.log_likelihood(at + step) - answers.log_likelihood(at - step)) / (2 * width)
        for step in width * np.eye(len(at))
    ]
    assert gradient == pytest.approx(numerical, abs=1e-7)
    rows = answers.row_scores(at, slice(0, len(HOLES)))
    assert rows.mean(axis=0) == pytest.approx(gradient, abs=1e-12)
    best = answers.maximise(at)
    assert np.abs(answers.gradient(best)).max() < 1e-6


@pytest.mark.slow
def test_clusters_change_errors_but_not_estimates() -> None:
    clustered = fit(HOLES, missing="available_cases", cluster="school", group="location")
    plain = fit(HOLES, missing="available_cases", group="location")
    assert np.allclose(clustered.coef, plain.coef)
    assert not np.allclose(clustered.vcov, plain.vcov, rtol=0.01)
    assert any("only if answers are missing completely at random" in n for n in clustered.notes)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"ordered": None}, "estimator='PML' is for ordinal items"),
        ({"text": f"{MODEL}; f1 ~ x"}, "models of ordinal items only"),
        ({"ordered": ITEMS[:5]}, "models of ordinal items only"),
        ({"missing": "available_cases", "estimator": "WLSMV"}, "missing='available_cases'"),
        ({"se": "standard"}, "se='standard' is not available"),
        ({"sampling_weights": "weight"}, "sampling_weights= is without effect"),
        ({"frequency_weights": "weight"}, "frequency_weights= is without effect"),
        ({"estimator": "WLSMV", "frequency_weights": "weight"}, "or repeat the rows"),
    ],
)
def test_what_it_cannot_do_is_refused(options: dict, says: str) -> None:
    with pytest.raises(OptionError) as caught:
        fit(**options)
    assert says in str(caught.value)
