"""Permutation tests: against refits by hand, semTools, and what must hold under chance."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers, quietly
from scipy import stats

import tpn_sem as ts
from tpn_sem.estimation import Estimation
from tpn_sem.redraws import PermutedScores, permuted_groups
from tpn_sem.resampling import permuted_scores
from tpn_sem.results import scaled_contrasts

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ONE = "visual =~ x1 + x2 + x3 + x4"
PUPILS = ts.datasets.holzinger_swineford_1939().assign(
    classroom=lambda frame: frame["school"].astype(str) + (np.arange(len(frame)) % 7).astype(str)
)
GAPS = PUPILS.assign(x2=PUPILS["x2"].mask(np.arange(len(PUPILS)) % 5 == 0))
GRADES = PUPILS.assign(**{f"x{k}": pd.qcut(PUPILS[f"x{k}"], 3, labels=False) for k in range(1, 5)})
PERMUTATIONS = 500
SEMTOOLS = json.loads(
    (Path(__file__).parent / "reference" / "permutation.json").read_text(encoding="utf-8")
)


@cache
def ladder() -> ts.InvarianceLadder:
    return ts.invariance(THREE, PUPILS, group="school")


@cache
def permuted() -> ts.Permutation:
    return ts.permutation(ladder(), PERMUTATIONS, seed=3)


def first() -> Estimation:
    return ladder().fits["configural"].estimation


def permuted_scores_of(climbed: ts.InvarianceLadder) -> PermutedScores:
    found = {name: fit.estimation for name, fit in climbed.fits.items()}
    contrasts = {name: scaled_contrasts(one) for name, one in found.items()}
    return permuted_scores(found, contrasts, permuted_groups(first(), None, None))


@pytest.mark.slow
@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("data", "options"),
    [
        (PUPILS, {}),
        (PUPILS, {"cluster": "classroom", "estimator": "MLR"}),
        (GAPS, {"missing": "fiml"}),
        (GRADES, {"ordered": True, "estimator": "WLSMV"}),
        (PUPILS.assign(w=1 + np.arange(301) % 3), {"sampling_weights": "w"}),
        (PUPILS.assign(w=1 + np.arange(301) % 3), {"frequency_weights": "w"}),
    ],
    ids=["rows", "clusters", "fiml", "ordinal", "sampling weights", "frequency weights"],
)
def test_each_permutation_is_a_fit_of_the_data_with_groups_dealt_anew(
    data: pd.DataFrame, options: dict
) -> None:
    equal = "thresholds" if "ordered" in options else "loadings"

    def both(frame: pd.DataFrame) -> list[ts.Fit]:
        return [
            quietly(ts.cfa, ONE, frame, group="school", group_equal=sets, **options)
            for sets in ((), (equal,))
        ]

    fits = both(data)
    found = quietly(ts.permutation, fits, 3, seed=5)
    assert found.n_failed == 0
    draws = permuted_groups(fits[0].estimation, None, None)
    members = np.concatenate([s.rows.places for s in fits[0].estimation.samples.groups])
    labels = np.array(fits[0].group_labels)
    if found.unit == "cluster":
        assert found.n_units == data["classroom"].nunique()
    streams = np.random.SeedSequence(5).spawn(3)
    chunks = [(np.random.default_rng(streams[0]), 3)]
    if "missing" in options or "ordered" in options:  # one after the other
        chunks = [(np.random.default_rng(stream), 1) for stream in streams]
    dealt = [
        draws._of_units[draws._order(generator)][draws.units]
        for generator, count in chunks
        for _ in range(count)
    ]
    for row, groups in zip(found.replicates.to_numpy(), dealt, strict=True):
        anew = data.copy()
        places = np.empty(len(data), dtype=object)
        places[members] = labels[groups]
        anew["school"] = places
        anew = pd.concat([anew[anew["school"] == label] for label in labels])
        general, restricted = both(anew)
        expected = [
            fit.measures[name]
            for fit in (general, restricted)
            for name in ("chisq", "cfi", "rmsea", "srmr", "mfi")
        ]
        columns = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        np.testing.assert_allclose(row[columns], expected, rtol=1e-5, atol=1e-7)
        assert row[10] == pytest.approx(expected[5] - expected[0], rel=1e-5, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["metric", "scalar", "strict"])
@pytest.mark.parametrize("measure", ["chisq", "cfi", "rmsea", "srmr"])
def test_the_permutation_distribution_is_semtools(step: str, measure: str) -> None:
    theirs = SEMTOOLS["steps"][step]
    row = permuted().table.loc[(step, f"delta_{measure}")]
    assert row["observed"] == pytest.approx(theirs["observed"][measure], rel=1e-4, abs=2e-6)
    p = theirs["p"][measure]
    both = 1 / PERMUTATIONS + 1 / 1000  # semTools' number is a thousand
    assert abs(row["p_permutation"] - p) < 3.5 * np.sqrt(max(p, 0.002) * (1 - p) * both) + 0.002
    ours = permuted().replicates[step, f"delta_{measure}"]
    low, middle, high = theirs["quantiles"][measure]
    spread = (high - low) / 3.3
    for level, value in ((0.05, low), (0.5, middle), (0.95, high)):
        error = np.sqrt(level * (1 - level) * both) / stats.norm.pdf(stats.norm.ppf(level))
        assert abs(ours.quantile(level) - value) < 3.5 * error * spread


@pytest.mark.slow
def test_p_values_and_critical_values_by_their_definitions() -> None:
    found = permuted()
    column = found.replicates["scalar", "delta_cfi"]
    row = found.table.loc[("scalar", "delta_cfi")]
    assert row["critical"] == pytest.approx(column.quantile(0.05))
    assert row["p_permutation"] == pytest.approx(
        (1 + (column <= row["observed"]).sum()) / (PERMUTATIONS + 1)
    )
    contrast = found.contrasts.loc[("scalar", "textual~1")]
    column = found.replicates["scalar", "textual~1"]
    found_scores = permuted_scores_of(ladder())
    own = found_scores.statistics(permuted_groups(first(), None, None).own)
    names = [f"{step} {name}" for step, name in found.contrasts.index]
    extreme = (column.abs() >= abs(own[names.index("scalar textual~1")]) - 1e-9).sum()
    assert contrast["p_permutation"] == pytest.approx((1 + extreme) / (PERMUTATIONS + 1))
    given = ts.group_differences(ladder().fits["scalar"]).standardized
    mean = given.query("factor == 'textual' and quantity == 'mean difference'")
    for name in ("estimate", "se", "p_value"):
        assert contrast[name] == pytest.approx(mean[name].iloc[0], rel=1e-6)
    naive = found.table.loc[("scalar", "delta_chisq"), "p_value"]
    assert naive == pytest.approx(ladder().table.loc["scalar", "p_diff"])


@pytest.mark.slow
def test_workers_do_not_change_the_numbers() -> None:
    fit = ts.cfa(ONE, PUPILS, group="school")
    one, two = (ts.permutation(fit, 70, seed=4, workers=workers) for workers in (1, 2))
    assert_same_numbers(one.replicates, two.replicates)
    other = ts.permutation(fit, 70, seed=5).replicates
    assert not np.allclose(one.replicates, other, rtol=1e-3)


def test_clusters_change_places_as_wholes_and_strata_hold() -> None:
    fit = quietly(ts.cfa, ONE, PUPILS, group="school", cluster="classroom")
    draws = permuted_groups(fit.estimation, None, None)
    assert draws.unit == "cluster"
    generator = np.random.default_rng(1)
    order = draws._order(generator)
    assert sorted(order) == list(range(14))
    grade = PUPILS["grade"].fillna(7)
    plain = ts.cfa(ONE, PUPILS, group="school")
    within = permuted_groups(plain.estimation, "row", grade)
    members = within._of_units[within._order(generator)]
    rows = np.concatenate([s.rows.places for s in plain.estimation.samples.groups])
    for level in (7, 8):
        inside = grade.to_numpy()[rows] == level
        own = within._of_units[inside]
        assert sorted(members[inside]) == sorted(own)
        assert (members[inside] != own).any()
    crossed = PUPILS.assign(block=np.arange(301) % 9)
    fit = quietly(ts.cfa, ONE, crossed, group="school", cluster="block")
    assert quietly(ts.permutation, fit, 5, seed=1).unit == "row_within_cluster"
    with pytest.raises(ts.TpnSemError, match="in several groups: clusters cannot change places"):
        ts.permutation(fit, 5, unit="cluster")


def test_a_statistic_takes_the_place_of_the_contrasts() -> None:
    fit = ts.cfa(ONE, PUPILS, group="school")

    def gap(fits: dict[str, ts.Fit]) -> float:
        loadings = fits["model"].coef
        return float(np.log(loadings["visual=~x4"] ** 2) - np.log(loadings["visual=~x4.g2"] ** 2))

    found = ts.permutation(fit, 40, seed=1, statistic=gap)
    assert list(found.contrasts.index) == [("statistic", "statistic")]
    assert found.contrasts["estimate"].iloc[0] == pytest.approx(gap({"model": fit}))
    assert 0.0 < found.contrasts["p_permutation"].iloc[0] <= 1.0


@pytest.mark.slow
def test_failed_permutations_are_counted() -> None:
    few = GRADES.copy()
    few["x1"] = np.where(np.isin(np.arange(301), [0, 1, 299, 300]), 2, np.minimum(few["x1"], 1))
    fit = quietly(ts.cfa, ONE, few, group="school", ordered=True)
    with pytest.warns(ts.TpnSemWarning, match="could not be fitted and are left out"):
        found = ts.permutation(fit, 20, seed=1)
    assert 0 < found.n_failed == found.problems.sum() < 20


@pytest.mark.parametrize(
    ("fits", "options", "says"),
    [
        (lambda: ts.cfa(ONE, PUPILS), {}, "fit with group="),
        (list, {}, "not nothing"),
        (lambda: None, {}, "not None: fit a model first"),
        (lambda: ["metric"], {}, "fit a model first"),
        (lambda: [*ladder().fits.values()], {"unit": "school"}, "unit='school' is not known"),
        (lambda: ladder(), {"unit": "cluster"}, "needs fits with cluster="),
        (lambda: ladder(), {"n": 0}, "number of replicates"),
        (
            lambda: [ladder().fits["metric"], ts.cfa(ONE, PUPILS, group="school")],
            {},
            "different observed variables",
        ),
        (
            lambda: [
                ladder().fits["metric"],
                ts.cfa(THREE, PUPILS, group="school", missing="fiml"),
            ],
            {},
            "differ in estimator",
        ),
    ],
)
def test_what_cannot_be(fits: Callable, options: dict, says: str) -> None:
    with pytest.raises(ts.TpnSemError, match=says):
        ts.permutation(fits(), **{"n": 10, **options})
