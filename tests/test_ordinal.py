"""Ordinal items: what is refused, said, changed and scored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import quietly, reference_data
from scipy.optimize import minimize
from scipy.stats import multivariate_normal, norm

import tpn_sem as ts
from tpn_sem.errors import DataError, ModelError, NotAvailableError, OptionError

MODEL = "f1 =~ q1 + q2 + q3; f2 =~ q6 + q7 + q8"
FIVE = reference_data("ordinal_five")
ITEMS = ["q1", "q2", "q3", "q6", "q7", "q8"]


def fit(data: object = FIVE, text: str = MODEL, **options: object) -> ts.Fit:
    return quietly(ts.sem, text, data, **{"ordered": True, **options})


def refused(kind: type[Exception], says: str, *arguments: object, **options: object) -> None:
    with pytest.raises(ts.TpnSemError) as caught:
        fit(*arguments, **options)
    assert type(caught.value) is kind, caught.value
    assert says in str(caught.value), caught.value


# Bad input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"q1": 3}, "ordinal column 'q1' has only the answer 3"),
        ({"q1": FIVE["q1"] + 0.5}, "'q1' has answers that are no whole numbers, such as"),
        ({"q1": np.arange(len(FIVE)) % 40}, "'q1' has 40 different answers"),
        ({"q1": FIVE["q2"]}, "perfectly associated: 'q1' and 'q2'"),
        ({"q1": FIVE["q1"].map(str) + "!"}, "'q1' holds"),
        ({"q1": pd.Categorical(FIVE["q1"])}, "'q1' has categories without an order"),
        ({"q1": np.nan}, "'q1' has no answer"),
    ],
)
def test_columns_that_are_not_ordinal(change: dict, says: str) -> None:
    refused(DataError, says, FIVE.assign(**change))


def test_items_never_answered_together() -> None:
    first = np.arange(len(FIVE)) < 200
    apart = FIVE.assign(q1=FIVE["q1"].where(first), q8=FIVE["q8"].where(~first))
    refused(DataError, "never answered together: 'q1' and 'q8'", apart, missing="pairwise")


def test_wrong_names_and_options() -> None:
    refused(DataError, "ordered= names 'q11', which is no column", ordered=["q11"])
    refused(OptionError, "does not know ordinal items", estimator="MLM")
    refused(OptionError, "missing='fiml' is for continuous items", missing="fiml")
    refused(OptionError, "empty_categories", empty_categories="merge")
    refused(ModelError, "ordered= does not name it", text=f"{MODEL}; q1 | t1", ordered=["q2"])
    refused(ModelError, "has the thresholds t1, t2, t3, t4", text=f"{MODEL}; q1 | t5")
    refused(ModelError, "take 'theta'", text=f"{MODEL}; q1 ~~ NA*q1")
    scale = f"{MODEL}; q1 ~*~ NA*q1"
    refused(ModelError, "drop them", text=scale, parameterization="theta")


def test_sample_moments_have_no_thresholds() -> None:
    moments = ts.SampleMoments(FIVE[ITEMS].cov(), FIVE[ITEMS].mean(), len(FIVE))
    refused(OptionError, "ordered= needs rows of data", moments)


def test_a_category_that_one_group_lacks() -> None:
    data = reference_data("ordinal_five_empty")
    refused(DataError, "in group 'south': 'q3' lacks category 5 of 5", data, group="location")
    joined = fit(data, group="location", empty_categories="collapse")
    assert any("'q3': answer 5 does not occur in every group" in note for note in joined.notes)
    by_hand = data.assign(q3=data["q3"].clip(upper=4), q7=data["q7"].where(data["q7"] != 2, 1))
    pd.testing.assert_series_equal(joined.coef, fit(by_hand, group="location").coef, rtol=1e-9)


# What is said ------------------------------------------------------------------------------------


def test_what_the_numbers_rest_on_is_said() -> None:
    found = fit(reference_data("ordinal_five_missing"), missing="pairwise")
    assert any("only if answers are missing completely at random" in n for n in found.notes)
    text = found.summary()
    assert "Ordinal items               6, 5 categories, delta parameterization" in text
    assert "Missing answers             pair by pair" in text
    assert "q1 | t1" in text


def test_empty_cells_are_counted() -> None:
    rare = FIVE.assign(q1=FIVE["q1"].where(FIVE["q2"] < 5, 1))
    assert any("have an empty cell" in note for note in fit(rare).notes)


def test_correlations_that_are_not_positive_definite_are_said() -> None:
    """Three items whose pairs are seen in different rows only, and contradict each other."""
    rng = np.random.default_rng(3)
    score = rng.normal(size=600)
    noisy = [score + 0.2 * rng.normal(size=600) for _ in range(3)]
    third = np.arange(600) % 3
    noisy[2] = np.where(third == 1, -noisy[2], noisy[2])
    data = pd.DataFrame({f"y{i}": np.digitize(x, [-0.5, 0.5]) for i, x in enumerate(noisy)})
    for place in range(3):
        data.loc[third == place, f"y{place}"] = np.nan
    data["y3"] = np.digitize(score + rng.normal(size=600), [0.0])
    found = fit(data, "f =~ y3 + y0 + y1 + y2", missing="pairwise")
    assert any("are not positive definite (most involved: 'y" in note for note in found.notes)
    assert np.isnan(found.measures.get("cfi_robust", np.nan))


def test_predictors_stay_numbers() -> None:
    found = fit(text=f"{MODEL}; f1 ~ q4", ordered=[*ITEMS, "q4"])
    assert any("'q4': ordered= is without effect" in note for note in found.notes)
    assert "q4|t1" not in found.statistics.index


def test_a_negative_residual_variance_is_said() -> None:
    found = fit(text="f1 =~ 1*q1 + 2*q2 + q3; f1 ~~ 0.4*f1")
    assert not found.admissible
    assert any("negative variance estimates: q2~~q2" in note for note in found.notes)


# Equivalences ------------------------------------------------------------------------------------


def test_both_parameterizations_fit_alike() -> None:
    delta, theta = fit(), fit(parameterization="theta")
    assert delta.measures["chisq"] == pytest.approx(theta.measures["chisq"], rel=1e-8)
    one, other = (found.standardized().query("op == '=~'") for found in (delta, theta))
    assert np.allclose(one[["estimate", "se"]], other[["estimate", "se"]], rtol=1e-5)


def test_labels_of_answers_do_not_matter() -> None:
    turned = FIVE.assign(q2=6 - FIVE["q2"], q6=10 * FIVE["q6"])
    one, other = fit(), fit(turned)
    assert one.measures["chisq"] == pytest.approx(other.measures["chisq"], rel=1e-6)
    assert one.coef["f1=~q2"] == pytest.approx(-other.coef["f1=~q2"], rel=1e-6)
    named = FIVE.assign(q1=pd.Categorical.from_codes(FIVE["q1"] - 1, list("abcde"), ordered=True))
    assert fit(named).measures["chisq"] == pytest.approx(one.measures["chisq"], rel=1e-10)


def test_clusters_of_one_row_are_no_clusters() -> None:
    alone = fit(FIVE.assign(row=np.arange(len(FIVE))), cluster="row")
    n = len(FIVE)
    assert np.allclose(alone.vcov, fit().vcov * (n / (n - 1)), rtol=1e-6, atol=1e-12)


def test_weighted_clusters_are_those_of_a_weighted_share() -> None:
    """A threshold's error: that of a weighted share, clusters summed up, over the density."""
    found = fit(cluster="school", sampling_weights="weight").estimates
    row = found.query("lhs == 'q7' and op == '|' and rhs == 't1'").iloc[0]
    weight = FIVE["weight"] / FIVE["weight"].sum()
    below = FIVE["q7"] == FIVE["q7"].min()
    share = (weight * below).sum()
    sums = (weight * (below - share)).groupby(FIVE["school"]).sum()
    clusters, n = len(sums), len(FIVE)
    variance = (sums**2).sum() * clusters / (clusters - 1) * n / (n - 1)
    assert row["estimate"] == pytest.approx(norm.ppf(share), rel=1e-6)
    assert row["se"] == pytest.approx(variance**0.5 / norm.pdf(norm.ppf(share)), rel=1e-6)


def test_robust_indices_exist_where_thresholds_are_equal() -> None:
    equal = fit(group="location", group_equal=["thresholds", "loadings"]).measures
    assert 0.9 < equal["cfi_robust"] <= 1.0
    assert equal["rmsea_robust"] < 0.1


# Factor scores -----------------------------------------------------------------------------------


def test_scores_are_posterior_modes() -> None:
    """Against a general optimiser that sees the answers' probabilities only."""
    data = reference_data("ordinal_five_missing")
    found = fit(data, missing="pairwise")
    table = found.estimates
    value = table.set_index(["lhs", "op", "rhs"])["estimate"]
    precision = np.linalg.inv(found.estimation.implied[0].all_covariance[6:, 6:])

    def surprise(scores: np.ndarray, answers: pd.Series) -> float:
        total = 0.5 * scores @ precision @ scores
        for name, answer in answers.dropna().items():
            factor = int(name > "q3")
            mean = value[f"f{factor + 1}", "=~", name] * scores[factor]
            cuts = [-np.inf, *(value[name, "|", f"t{k}"] for k in (1, 2, 3, 4)), np.inf]
            k, deviation = int(answer), value[name, "~~", name] ** 0.5
            ends = norm.cdf([(cuts[k - 1] - mean) / deviation, (cuts[k] - mean) / deviation])
            total -= np.log(ends[1] - ends[0])
        return float(total)

    scores = found.factor_scores()
    for row in (0, 7, 100):
        answers = data.loc[row, ITEMS]
        expected = minimize(surprise, np.zeros(2), args=(answers,), tol=1e-12).x
        assert scores.loc[row].to_numpy(float) == pytest.approx(expected, abs=1e-4)


def test_scores_of_the_wrong_kind_are_refused() -> None:
    with pytest.raises(NotAvailableError, match="take 'EBM'"):
        fit().factor_scores("regression")
    with pytest.raises(NotAvailableError, match="do not covary"):
        fit(text=f"{MODEL}; q1 ~~ q2").factor_scores()


# Answers and tables ------------------------------------------------------------------------------


def test_shares_of_answers_are_those_of_the_data_and_of_the_thresholds() -> None:
    found = fit(group="location", group_equal=["thresholds", "loadings"])
    table = found.ordinal.categories
    assert np.allclose(table.groupby(["group", "item"])[["share", "implied"]].sum(), 1.0)
    north = table[(table["group"] == "north") & (table["item"] == "q3")]
    counted = FIVE.loc[FIVE["location"] == "north", "q3"].value_counts().sort_index()
    assert north["count"].tolist() == counted.tolist()
    cuts = found.estimates.query("lhs == 'q3' and op == '|' and group == 'north'")["estimate"]
    assert np.allclose(north["implied"].cumsum()[:-1], norm.cdf(cuts))


def test_tables_of_pairs_agree_with_a_bivariate_normal() -> None:
    found = fit()
    row = found.ordinal.pairs.set_index(["item_1", "item_2"]).loc[("q1", "q7")]
    ends = [
        [-8.0, *found.statistics[[f"{name}|t{k}" for k in (1, 2, 3, 4)]], 8.0]
        for name in ("q1", "q7")
    ]
    normal = multivariate_normal([0, 0], [[1, row["implied"]], [row["implied"], 1]])
    below = np.array([[normal.cdf([a, b]) for b in ends[1]] for a in ends[0]])
    expected = np.diff(np.diff(below, axis=0), axis=1) * len(FIVE)
    table = pd.crosstab(FIVE["q1"], FIVE["q7"]).to_numpy()
    assert row["chi_square"] == pytest.approx(((table - expected) ** 2 / expected).sum(), rel=1e-3)
    assert row["df"] == 24


def test_charts_show_every_item_and_frame_trouble(tmp_path: Path) -> None:
    report = fit(group="location").ordinal
    bars, heat = report.plot(), report.heat_map("south")
    assert all(f">{name}<" in bars.svg and f">{name}<" in heat.svg for name in ITEMS)
    assert bars.svg.count("<rect") > 6 * 2 * 4
    south = report.pairs[report.pairs["group"] == "south"]
    assert heat.svg.count('stroke="#D7191C"') == 2 * int((south["trouble"] != "").sum())
    assert bars.save(tmp_path / "bars.svg").exists()
    with pytest.raises(OptionError, match="south"):
        report.heat_map("east")


def test_no_report_without_ordinal_items_or_given_predictors() -> None:
    with pytest.raises(NotAvailableError, match="ordered="):
        _ = ts.Model(MODEL).fit(FIVE).ordinal
    with pytest.raises(NotAvailableError, match="conditional_x=False"):
        _ = fit(text=f"{MODEL}; f1 ~ x").ordinal


@pytest.mark.parametrize("estimator", ["WLSMV", "PML"])
def test_items_may_have_more_thresholds_than_there_are_variables(estimator: str) -> None:
    found = fit(text="f =~ q1 + q2 + q3", estimator=estimator)
    assert found.measures["chisq"] == pytest.approx(0.0, abs=1e-6)
    assert found.measures["baseline_chisq"] > 100.0


def test_what_has_no_effect_on_residuals_is_refused() -> None:
    """Residual variances follow from the rest under delta, scales under theta."""
    follows = "residual variances of ordinal variables follow from the rest"
    refused(ModelError, follows, text=f"{MODEL}\nq1 ~~ 2*q1")
    fit(text=f"{MODEL}\nq1 ~~ 2*q1", parameterization="theta")
    scales = "scales (~*~) follow from the rest"
    refused(ModelError, scales, text=f"{MODEL}\nq1 ~*~ 2*q1", parameterization="theta")
    fit(text=f"{MODEL}\nq1 ~*~ 2*q1")
    refused(OptionError, "bounds='pos_var' is without effect on ordinal", bounds="pos_var")
    fit(bounds="pos_var", parameterization="theta")
    held = {"group": "location", "group_equal": ["thresholds", "loadings", "residuals"]}
    refused(OptionError, "group_equal='residuals' is without effect on ordinal", **held)
    fit(parameterization="theta", **held)


def test_means_are_there_whatever_mean_structure_says() -> None:
    with_means, without = fit(), fit(mean_structure=False)
    assert without.measures["chisq"] == pytest.approx(with_means.measures["chisq"], rel=1e-12)
