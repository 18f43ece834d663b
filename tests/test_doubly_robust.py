"""Pairwise likelihood of ordinal items with answers missing at random."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from conftest import quietly, reference_data
from scipy.stats import multivariate_normal

import tpn_sem as ts
from tpn_sem.errors import DataError, OptionError
from tpn_sem.estimation.standard_errors import moment_matrices as moment_algebra
from tpn_sem.moments.ordinal import (
    ExpectedPairs,
    Layout,
    categorical_moments,
    expect,
    expectation_slopes,
    expected_answers,
    incomplete_rows,
)

MODEL = "f1 =~ q1 + q2 + q3; f2 =~ q6 + q7 + q8"
ITEMS = ["q1", "q2", "q3", "q6", "q7", "q8"]
FIVE, HOLES = reference_data("ordinal_five"), reference_data("ordinal_five_missing")

# Four variables with 3, 2, 4 and 3 categories; a row's missing answer is the number of these.
LAYOUT = Layout((3, 2, 4, 3))
AT = np.array([-0.8, 0.5, 0.3, -1.0, 0.0, 0.9, -0.4, 0.6, 0.5, -0.3, 0.4, 0.1, 0.6, -0.2])
ROWS = np.array([[2, 1, 0, 3], [0, 2, 4, 2], [3, 1, 4, 3], [1, 0, 3, 3], [1, 0, 3, 3]])


def fit(data: object = HOLES, text: str = MODEL, **options: object) -> ts.Fit:
    given = {"ordered": True, "estimator": "PML", "missing": "doubly_robust", **options}
    return quietly(ts.sem, text, data, **given)


@pytest.mark.slow
def test_expected_pairs_are_those_of_the_multivariate_normal_distribution() -> None:
    rows = incomplete_rows(ROWS, LAYOUT, 8192)
    found, edges, correlation = expect(rows, AT), rows.edges(AT), rows.correlation(AT)
    assert rows.repeats.tolist() == [1.0, 2.0, 1.0, 1.0]

    def probability(codes: np.ndarray) -> float:
        places = np.flatnonzero(codes < np.array(LAYOUT.categories))
        at = codes[places]
        return multivariate_normal.cdf(
            edges[places, at + 1],
            cov=correlation[np.ix_(places, places)],
            lower_limit=edges[places, at],
            abseps=1e-7,
            releps=1e-7,
        )

    for number, codes in enumerate(rows.codes):
        whole = probability(codes)
        for first, second in itertools.combinations(range(4), 2):
            table = found.of(first, second)[number]
            if not rows.missing[number, [first, second]].any():
                assert not table.any()
                continue
            for one, two in np.ndindex(table.shape):
                filled = codes.copy()
                given = [
                    place
                    for place, answer in ((first, one), (second, two))
                    if not rows.missing[number, place] and codes[place] != answer
                ]
                filled[[first, second]] = one, two
                expected = 0.0 if given else probability(filled) / whole
                assert table[one, two] == pytest.approx(expected, abs=1e-4)


def all_tables(found: ExpectedPairs) -> np.ndarray:
    """Expected tables, padded to the most categories."""
    tables = np.zeros((6, 4, 4))
    for number, pair in enumerate(zip(*LAYOUT.pairs, strict=True)):
        counts = found.counts(*pair)
        tables[number, : len(counts), : counts.shape[1]] = counts
    return tables


@pytest.mark.slow
def test_slopes_of_expected_pairs() -> None:
    """Both sides have a sampling error, the larger of them 1.3e-3 with 8192 draws."""
    rows, width = incomplete_rows(ROWS, LAYOUT, 8192), 1e-4
    numerical = [
        (all_tables(expect(rows, AT + step)) - all_tables(expect(rows, AT - step))) / (2 * width)
        for step in width * np.eye(LAYOUT.size)
    ]
    found = expectation_slopes(rows, AT)
    assert np.abs(found).max() > 1.0
    assert found == pytest.approx(np.moveaxis(numerical, 0, -1), abs=2e-3)


@pytest.mark.slow
def test_influence_is_what_a_row_changes() -> None:
    values = HOLES[ITEMS[:3]].to_numpy(float) - 1
    values = values[~np.isnan(values).all(axis=1)]
    start = categorical_moments(values, (5, 5, 5)).vector
    answers, statistics = expected_answers(values, Layout((5, 5, 5)), start, 2048)
    bread = answers.weight(statistics) - answers.dependence(statistics)
    influence = answers.row_scores(statistics, slice(None)) @ np.linalg.inv(bread).T
    assert np.abs(influence.mean(axis=0)).max() < 1e-8
    incomplete = np.flatnonzero(np.isnan(values).any(axis=1))[:3]
    for row in (*incomplete, 0):
        kept = np.delete(values, row, axis=0)
        _, without = expected_answers(kept, Layout((5, 5, 5)), statistics, 2048)
        change = len(kept) * (statistics - without)
        error = np.linalg.norm(influence[row] - change) / np.linalg.norm(change)
        assert error < 0.05


def test_standard_errors_of_a_saturated_model_are_those_of_the_unrestricted_thresholds() -> None:
    """By the scores here, by the influence there; without the part for predicting, 44% apart."""
    found = fit(missing_at_random(1500, 5), "f =~ q1 + q6 + q7", std_lv=True)
    spread = moment_algebra.spread(found.estimation)
    unrestricted = np.sqrt(np.diag(spread)[:12] / found.n_observations)
    errors = found.estimates.query("op == '|'")["se"]
    assert errors.to_numpy() == pytest.approx(unrestricted, rel=0.01)


def test_complete_answers_are_those_of_listwise() -> None:
    complete, listwise = fit(FIVE), fit(FIVE, missing="listwise")
    pd.testing.assert_series_equal(complete.coef, listwise.coef, rtol=1e-9, atol=1e-10)
    pd.testing.assert_frame_equal(complete.vcov, listwise.vcov, rtol=1e-8, atol=1e-12)
    pd.testing.assert_series_equal(complete.measures, listwise.measures, rtol=1e-8, atol=1e-10)


def test_the_order_of_the_rows_does_not_matter() -> None:
    shuffled = HOLES.sample(frac=1.0, random_state=4)
    assert np.allclose(fit(shuffled).coef, fit().coef, atol=1e-8)


def missing_at_random(n: int, seed: int) -> pd.DataFrame:
    """Six five-point items of one factor; the last three go missing where the first is low."""
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(n, 1))
    answers = 0.8 * factor + 0.6 * rng.normal(size=(n, 6))
    codes = 1.0 + np.searchsorted([-1.2, -0.5, 0.2, 0.9], answers)
    gone = rng.uniform(size=(n, 3)) < np.where(codes[:, :1] <= 2, 0.8, 0.1)
    codes[:, 3:][gone] = np.nan
    return pd.DataFrame(codes, columns=ITEMS)


@pytest.mark.slow
def test_it_finds_thresholds_and_loadings_where_complete_pairs_do_not() -> None:
    data = missing_at_random(6000, 8)
    text = "f =~ " + " + ".join(ITEMS)
    distance = {}
    for missing in ("pairwise", "available_cases", "doubly_robust"):
        estimates = fit(data, text, std_lv=True, missing=missing).estimates
        cuts = estimates.query("op == '|' and lhs == 'q8'")
        distance[missing] = np.abs(cuts["estimate"] - [-1.2, -0.5, 0.2, 0.9])
        errors = cuts["se"]
        if missing == "doubly_robust":
            assert (distance[missing] < 3.0 * errors).all()
            loadings = estimates.query("op == '=~'")
            assert (np.abs(loadings["estimate"] - 0.8) < 3.0 * loadings["se"]).all()
    assert distance["pairwise"].max() > 0.25
    assert distance["available_cases"].max() > 0.15
    assert (distance["doubly_robust"] < 0.06).all()


@pytest.mark.slow
def test_residuals_are_from_the_same_thresholds() -> None:
    found = fit(missing_at_random(6000, 8), "f =~ " + " + ".join(ITEMS))
    assert np.abs(found.statistics[["q8|t1", "q8|t2"]] - [-1.2, -0.5]).max() < 0.06
    assert found.measures["srmr"] < 0.02


@pytest.mark.slow
def test_groups_without_equalities_are_groups_fitted_apart() -> None:
    together = fit(group="location")
    for label in together.group_labels:
        alone = fit(HOLES[HOLES["location"] == label]).estimates
        part = together.estimates.query(f"group == '{label}'")
        assert np.allclose(part["estimate"], alone["estimate"], atol=1e-6)
        assert np.allclose(part["se"], alone["se"], atol=1e-6)


@pytest.mark.slow
def test_clusters_and_equal_groups_in_one_call() -> None:
    options = {"group": "location", "group_equal": ["thresholds", "loadings"]}
    clustered, plain = fit(cluster="school", **options), fit(**options)
    assert clustered.converged
    assert np.allclose(clustered.coef, plain.coef)
    assert not np.allclose(clustered.vcov, plain.vcov, rtol=0.01)
    assert 0.0 < clustered.test().p_value < 1.0
    single = HOLES.assign(row=np.arange(len(HOLES)))
    by_row = fit(single, cluster="row", **options)
    counts = HOLES["location"].value_counts()
    assert np.allclose(by_row.vcov, plain.vcov, rtol=3.0 / counts.min(), atol=1e-6)


def test_the_result_says_what_it_rests_on() -> None:
    gaps = HOLES.copy()
    gaps.loc[gaps.index[:2], ITEMS] = np.nan
    found = fit(gaps)
    assert "2 of 440 rows were dropped because every answer is missing." in found.notes
    assert any("missing at random, depending on nothing but answers" in one for one in found.notes)
    assert not any("completely at random" in one for one in found.notes)
    assert "doubly robust" in found.summary()
    pd.testing.assert_series_equal(fit(missing="doubly.robust").coef, fit().coef, rtol=1e-9)


def never_together() -> pd.DataFrame:
    apart = HOLES.copy()
    apart.loc[apart.index[::2], "q1"] = np.nan
    apart.loc[apart.index[1::2], "q2"] = np.nan
    return apart


def indefinite() -> pd.DataFrame:
    """Three correlations that no three items have, each of other rows."""
    rng = np.random.default_rng(2)
    parts = []
    for first, second, sign in ((0, 1, 1.0), (1, 2, 1.0), (0, 2, -1.0)):
        z = rng.normal(size=(200, 1))
        answers = np.full((200, 3), np.nan)
        noise = rng.normal(size=(200, 2)) * 0.3
        answers[:, [first, second]] = np.searchsorted([-0.5, 0.5], z * [1.0, sign] + noise)
        parts.append(answers)
    return pd.DataFrame(np.concatenate(parts), columns=["a", "b", "c"])


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"estimator": "WLSMV"}, OptionError, "missing='doubly_robust' is for estimator='PML'"),
        ({"ordered": None, "estimator": "ML"}, OptionError, "'doubly_robust' is for ordinal items"),
        ({"ordered": ITEMS[:5]}, OptionError, "models of ordinal items only"),
        ({"data": never_together()}, DataError, "never answered together: 'q1' and 'q2'"),
        (
            {"data": indefinite(), "text": "f =~ a + b + c"},
            DataError,
            "missing answers cannot be predicted",
        ),
    ],
)
def test_what_it_cannot_do_is_refused(options: dict, error: type, says: str) -> None:
    with pytest.raises(error) as caught:
        fit(**options)
    assert says in str(caught.value)
