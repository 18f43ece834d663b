"""Local fit: lavaan's residuals and SRMR, verdicts, the heat map, and what is refused."""

from __future__ import annotations

import pickle
import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest
from conftest import quietly, reference_data
from local_fit_cases import ANSWERS, CASES, ITEMS, PUPILS, WITNESS, fitted, local
from scipy.special import stdtr

import tpn_sem as ts
from tpn_sem.errors import NotAvailableError, OptionError
from tpn_sem.local_tests import LocalFit, local_fit
from tpn_sem.local_tests.residual_map import draw_residuals
from tpn_sem.local_tests.srmr_inference import infer_srmr
from tpn_sem.numerics import adjusted_p_values

RESIDUALS = WITNESS["residuals"]
STATISTICS = {
    0: "srmr",
    1: "srmr_se",
    2: "exact_z",
    3: "exact_p",
    4: "usrmr",
    5: "usrmr_se",
    6: "usrmr_lower",
    7: "usrmr_upper",
    9: "close_z",
    10: "close_p",
}
PARTS = {
    "cov": "covariances",
    "cor": "covariances",
    "mean": "means",
    "thresholds": "thresholds",
    "total": "total",
}
# lavaan's unrestricted moments of incomplete rows end earlier than ours
LOOSE = {"fiml_ml": 1e-6, "fiml_mlr": 1e-6}


def own_group(table: pd.DataFrame, name: str, place: int) -> pd.DataFrame:
    return table[table["group"] == fitted(name).estimation.samples.labels[place]]


# Witnesses ---------------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", [name for name in CASES if name in RESIDUALS])
def test_residuals_and_their_tests_are_lavaans(name: str) -> None:
    tolerance, compared = LOOSE.get(name, 1e-7), 0
    for place, witness in enumerate(RESIDUALS[name]["groups"]):
        names = witness["z"]["names"]
        square = {
            key: pd.DataFrame(witness[key]["values"], index=names, columns=names, dtype=float)
            for key in ("residual", "se", "z")
        }
        rows = own_group(local(name).residuals, name, place)
        for row in rows[rows["kind"].isin(("correlation", "variance"))].itertuples():
            wanted = {key: table.loc[row.item_1, row.item_2] for key, table in square.items()}
            assert row.residual == pytest.approx(wanted["residual"], abs=tolerance)
            if np.isfinite(row.z):
                assert row.se == pytest.approx(wanted["se"], abs=tolerance)
                if wanted["z"] == wanted["residual"]:  # lavaan does not divide what is below 1e-4
                    assert abs(row.residual) < 1e-4
                    continue
                assert row.z == pytest.approx(wanted["z"], rel=10 * tolerance, abs=10 * tolerance)
                compared += 1
            else:
                assert row.reason
                assert wanted["residual"] == pytest.approx(0.0, abs=1e-7)
    assert compared >= 25


@pytest.mark.parametrize(("name", "kind"), [("groups_ml", "mean"), ("wlsmv_groups", "threshold")])
def test_means_and_thresholds_are_lavaans(name: str, kind: str) -> None:
    key = {"mean": "mean_z", "threshold": "th_z"}[kind]
    for place, witness in enumerate(RESIDUALS[name]["groups"]):
        wanted = dict(zip(witness[key]["names"], witness[key]["values"], strict=True))
        rows = own_group(local(name).residuals, name, place).query("kind == @kind")
        joints = {"mean": "{}", "threshold": "{}|{}"}
        found = {joints[kind].format(row.item_1, row.item_2): row.z for row in rows.itertuples()}
        assert len(found) >= 9
        for moment, z in found.items():
            assert z == pytest.approx(wanted[moment], abs=1e-5)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", [name for name in CASES if name in RESIDUALS])
def test_srmr_and_its_tests_are_lavaans(name: str) -> None:
    tables = [(place, one["summary"]) for place, one in enumerate(RESIDUALS[name]["groups"])]
    tables = [(own_group(local(name).srmr, name, place), one) for place, one in tables]
    if "combined" in RESIDUALS[name]:
        pooled = local(name).srmr.query("group == 'all groups'")
        tables.append((pooled, RESIDUALS[name]["combined"]))
    compared = 0
    for table, witness in tables:
        for part, values in witness.items():
            row = table.set_index("part").loc[PARTS[part]]
            for place, column in STATISTICS.items():
                if values[place] is None or pd.isna(row[column]):
                    assert row["reason"]
                    continue
                if column.startswith("exact") and row["exact_z"] < 0.0:
                    assert values[2] == 0.0  # lavaan takes z for zero where SRMR is below its mean
                    continue
                tolerance = 10 * LOOSE.get(name, 1e-7)
                assert row[column] == pytest.approx(values[place], rel=tolerance, abs=tolerance)
                compared += 1
    assert compared >= 10


def test_srmr_is_that_of_the_fit_measures() -> None:
    for name in ("ml_means", "fiml_mlr", "wlsmv", "democracy"):
        measures, rows = fitted(name).measures, local(name).srmr.set_index("part")["srmr"]
        assert rows["covariances"] == pytest.approx(measures["srmr_bentler_nomean"], rel=1e-9)
        assert rows.get("total", rows.iloc[-1]) == pytest.approx(measures["srmr_bentler"], rel=1e-9)


def test_mixed_and_conditional_items_count_as_in_the_fit_measures() -> None:
    data = reference_data("ordinal_five")
    text = "A =~ q1 + q2 + q3 + c1\nB =~ q5 + q6 + c2 + c3"
    mixed = quietly(ts.cfa, text, data, ordered=["q1", "q2", "q3", "q5", "q6"])
    given = quietly(ts.sem, f"{ANSWERS}\nA ~ x + z\nB ~ A", data, ordered=ITEMS)
    for fit in (mixed, given):
        rows = local_fit(fit).srmr.set_index("part")["srmr"]
        assert rows["covariances"] == pytest.approx(fit.measures["srmr_bentler_nomean"], rel=1e-9)
        assert rows["total"] == pytest.approx(fit.measures["srmr_bentler"], rel=1e-9)
    found = local_fit(given)
    assert set(found.residuals["kind"]) == {"correlation", "slope"}
    assert found.vanishing.empty
    assert found.equations["reason"].str.contains("conditional_x=False").all()
    assert "conditional_x=False" in found.tetrads["reason"].iloc[0]


def test_unbiased_srmr_is_right_where_residuals_are_drawn() -> None:
    """Drawn residuals: the mean of the unbiased SRMR is the population's, SRMR's is larger."""
    rng = np.random.default_rng(3)
    root = rng.normal(size=(20, 20)) / 60.0
    spread, truth = root @ root.T, rng.normal(size=20) * 0.08
    drawn = truth + rng.normal(size=(4000, 20)) @ root.T
    found = [infer_srmr(one, spread, 20) for one in drawn]
    size = float(np.sqrt((truth**2).mean()))
    unbiased = np.array([one.usrmr for one in found])
    gaps = abs(unbiased.mean() - size), np.mean([one.srmr for one in found]) - size
    assert gaps[0] < gaps[1] / 5.0
    assert np.mean([one.usrmr_se for one in found]) == pytest.approx(unbiased.std(), rel=0.05)
    null = [infer_srmr(one, spread, 20) for one in drawn - truth]
    assert np.mean([one.exact_z for one in null]) == pytest.approx(0.0, abs=0.05)
    assert np.std([one.exact_z for one in null]) == pytest.approx(1.0, abs=0.06)


def test_p_values_are_adjusted_as_in_r() -> None:
    """R's p.adjust(c(.01, .04, .03, .005), "holm") and "BH"."""
    values = np.array([0.01, 0.04, np.nan, 0.03, 0.005])
    holm, fdr = adjusted_p_values(values, "holm"), adjusted_p_values(values, "fdr")
    np.testing.assert_allclose(holm, [0.03, 0.06, np.nan, 0.06, 0.02])
    np.testing.assert_allclose(fdr, [0.02, 0.04, np.nan, 0.04, 0.02])
    np.testing.assert_allclose(adjusted_p_values(values, "none"), values)


def test_clusters_take_students_t() -> None:
    found, fit = local("cluster").residuals.dropna(subset=["z"]), fitted("cluster")
    freedom = fit.estimation.cluster_degrees_of_freedom
    np.testing.assert_allclose(found["p_value"], 2.0 * stdtr(freedom, -found["z"].abs()), rtol=1e-8)


# Verdicts ----------------------------------------------------------------------------------------


def planted(n: int, size: float = 0.2) -> pd.DataFrame:
    """Exact moments of two factors, whose items a3 and a4 share `size` beside their factor."""
    loadings = np.kron(np.eye(2), np.full((4, 1), 0.7))
    covariance = loadings @ np.array([[1.0, 0.4], [0.4, 1.0]]) @ loadings.T
    np.fill_diagonal(covariance, 1.0)
    covariance[2, 3] = covariance[3, 2] = covariance[2, 3] + size
    names = [f"{stem}{place}" for stem in "ab" for place in range(1, 5)]
    return pd.DataFrame(covariance, index=names, columns=names)


TWO = "A =~ a1 + a2 + a3 + a4\nB =~ b1 + b2 + b3 + b4"


def verdicts(n: int, size: float = 0.2, **options: object) -> LocalFit:
    fit = quietly(ts.cfa, TWO, ts.SampleMoments(planted(n, size), n_observations=n))
    return local_fit(fit, **options)


def test_a_verdict_names_what_is_planted() -> None:
    found = verdicts(600)
    rows = found.verdicts.set_index("factor")
    assert rows.loc["A", "verdict"] == "misfit"
    assert {"a3", "a4"} <= set(rows.loc["A", "objected"].split(", "))
    assert "a3 with a4" in rows.loc["A", "sentence"]
    assert "a3 ~~ a4" in rows.loc["A", "sentence"]
    assert rows.loc["B", "objected"] == ""
    first = found.independence.iloc[0]
    assert (first["lhs"], first["op"], first["rhs"]) == ("a3", "~~", "a4")


def test_silence_means_fit_only_where_there_is_power() -> None:
    small, large = verdicts(150, 0.0).verdicts, verdicts(9000, 0.0).verdicts
    assert set(small["verdict"]) == {"cannot tell"}
    assert set(large["verdict"]) == {"no test objects"}
    said = "a residual correlation of .10 between two of its items would be found with a chance of"
    assert small["sentence"].str.contains(said, regex=False).all()
    assert large["sentence"].str.contains(said, regex=False).all()
    assert set(verdicts(400, 0.0, delta=0.5).verdicts["verdict"]) == {"no test objects"}


def test_adjustment_and_level_count() -> None:
    plain, holm = verdicts(600, adjust="none"), verdicts(600)
    fdr = verdicts(600, adjust="fdr")
    for table in ("residuals", "equations", "independence", "vanishing"):
        raw, raised = getattr(plain, table)["p_adjusted"], getattr(holm, table)["p_adjusted"]
        between = getattr(fdr, table)["p_adjusted"]
        assert (raw <= between + 1e-12)[raw.notna()].all()
        assert (between <= raised + 1e-12)[raw.notna()].all()
        assert raw.sum() < raised.sum()
    assert any("not adjusted" in note for note in plain.notes)
    narrow, wide = verdicts(600, level=0.5).srmr, verdicts(600, level=0.99).srmr
    assert narrow["usrmr_lower"].iloc[0] > wide["usrmr_lower"].iloc[0]
    close = verdicts(600, close=0.1).srmr["close_z"].iloc[0]
    assert close < holm.srmr["close_z"].iloc[0]


def test_results_can_be_shown_and_sent() -> None:
    found = local("groups_ml")
    again = pickle.loads(pickle.dumps(found))
    pd.testing.assert_frame_equal(again.residuals, found.residuals)
    text, page = found.to_text(), found._repr_html_()
    for word in ("visual in Pasteur", "Largest residuals", "Equations", "Vanishing tetrads"):
        assert word in text
        assert word in page


# The heat map ------------------------------------------------------------------------------------


def test_the_heat_map_has_a_cell_for_each_pair_and_frames_what_is_significant() -> None:
    found = verdicts(600)
    drawing = found.heat_map()
    root = ElementTree.fromstring(drawing.svg)
    groups = [one for one in root.iter("{http://www.w3.org/2000/svg}g") if one.get("class")]
    assert len(groups) == 28
    framed = [one for one in groups if one.get("class") == "significant"]
    pairs = found.residuals.query("kind == 'correlation'")
    assert len(framed) == int((pairs["p_adjusted"] < 0.05).sum()) > 0
    titles = [one.find("{http://www.w3.org/2000/svg}title").text for one in framed]
    assert any(title.startswith("a3, a4: residual +.0") for title in titles)
    for one in framed:
        assert one.find("{http://www.w3.org/2000/svg}rect").get("stroke")
    assert f"{len(framed)} are significant" in drawing.description


def test_the_heat_map_has_a_panel_for_each_group_and_escapes_names() -> None:
    drawing = local("groups_ml").heat_map()
    assert ">Pasteur<" in drawing.svg
    assert ">Grant-White<" in drawing.svg
    odd = local("ml").residuals.replace("x1", "<&>")
    ElementTree.fromstring(draw_residuals(odd, 0.05).svg)


def test_the_heat_map_says_where_there_is_no_test() -> None:
    data = reference_data("HolzingerSwineford1939")
    found = local_fit(ts.sem("x4 ~ x1 + x2\nx5 ~ x4\nx6 ~ x5 + x3", data))
    assert "whatever the data" in found.heat_map().svg
    assert any("no factors" in note for note in found.notes)
    assert found.verdicts.empty


# What is refused ---------------------------------------------------------------------------------


def test_fits_without_tests_are_refused() -> None:
    data = reference_data("HolzingerSwineford1939")
    with pytest.raises(NotAvailableError, match="no degrees of freedom"):
        local_fit(ts.cfa("f =~ x1 + x2 + x3", data))
    with pytest.raises(NotAvailableError, match="did not converge"):
        local_fit(quietly(ts.cfa, PUPILS, data, max_iterations=1))
    pairs = quietly(ts.cfa, ANSWERS, reference_data("ordinal_five"), ordered=ITEMS, estimator="PML")
    with pytest.raises(NotAvailableError, match="WLSMV"):
        local_fit(pairs)


def test_too_few_rows_for_unrestricted_moments_are_refused() -> None:
    data = reference_data("hs_missing")[["x1", "x2", "x3", "x4"]].head(4)
    fit = quietly(ts.cfa, "f =~ 1*x1 + 1*x2 + 1*x3 + 1*x4", data, missing="fiml")
    assert fit.converged
    with pytest.raises(NotAvailableError, match="too few rows for unrestricted"):
        local_fit(fit)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"adjust": "holms"}, "did you mean 'holm'"),
        ({"level": 1.0}, "confidence level"),
        ({"delta": 0.0}, "delta must be between"),
        ({"close": -1.0}, "close must be between"),
        ({"levl": 0.9}, "did you mean 'level'"),
        ({"adjust": 3}, "adjust= is a text"),
    ],
)
def test_options_are_checked(options: dict[str, object], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        local_fit(fitted("ml"), **options)


def test_improper_solutions_are_said() -> None:
    names = ["x1", "x2", "x3", "x4"]
    covariance = pd.DataFrame(np.full((4, 4), 0.4) + 0.6 * np.eye(4), index=names, columns=names)
    covariance.loc["x1", "x2":"x3"] = covariance.loc["x2":"x3", "x1"] = 0.7
    moments = ts.SampleMoments(covariance, n_observations=200)
    fit = quietly(ts.cfa, "f =~ x1 + x2 + x3 + x4", moments)
    assert not fit.admissible
    assert "improper" in local_fit(fit).notes[0]
    assert not any("improper" in note for note in local("ml").notes)


def test_few_clusters_say_what_they_cannot() -> None:
    data = reference_data("hs_clustered")
    few = local_fit(quietly(ts.cfa, PUPILS, data.assign(few=data["classroom"] % 7), cluster="few"))
    assert "too many for 7 independent units" in few.tetrads["reason"].iloc[0]
    assert few.equations["reason"].str.contains("too few independent units").all()
    assert any("7 clusters are few" in note for note in few.notes)
    assert few.residuals["z"].notna().all()


def test_pairs_never_seen_together_have_no_test() -> None:
    data = reference_data("HolzingerSwineford1939").copy()
    half = np.arange(len(data)) % 2 == 0
    data.loc[half, "x1"] = np.nan
    data.loc[~half, "x2"] = np.nan
    found = local_fit(quietly(ts.cfa, PUPILS, data, missing="fiml", estimator="MLR"))
    row = found.residuals.query("item_1 == 'x1' and item_2 == 'x2'").iloc[0]
    assert np.isnan(row["z"])
    assert row["reason"] == "no row has both variables"
    assert np.isnan(found.tetrads["chisq"].iloc[0])
    assert "never answered together" in found.tetrads["reason"].iloc[0]


def test_sampling_weights_and_two_stages_have_tests() -> None:
    data = reference_data("hs_clustered")
    weighted = local_fit(
        quietly(ts.cfa, PUPILS, data, cluster="classroom", sampling_weights="weight")
    )
    staged = local_fit(
        quietly(ts.cfa, PUPILS, reference_data("hs_missing"), missing="robust_two_stage")
    )
    for found in (weighted, staged):
        assert found.residuals.query("kind == 'correlation'")["z"].notna().all()
        assert np.isfinite(found.srmr["usrmr"].iloc[0])
