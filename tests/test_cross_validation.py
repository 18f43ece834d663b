"""Cross-validation: lavaan's held-out likelihoods, verdicts, invariances, and what is refused."""

from __future__ import annotations

import json
import pickle
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, assert_same_numbers, quietly, reference_data
from scipy.special import stdtrit

import tpn_sem as ts
from tpn_sem.cross_validation import CrossValidation, cross_validate, held_out_deviances
from tpn_sem.cross_validation.held_out_deviances import _FoldTask
from tpn_sem.cross_validation.held_out_units import HeldOutUnits
from tpn_sem.cross_validation.predictive_comparison import (
    BETTER,
    CANNOT_TELL,
    EQUIVALENT,
    comparisons,
    sentences,
    unit_mean,
)
from tpn_sem.cross_validation.row_deviances import normal_deviances
from tpn_sem.cross_validation.training_samples import SampleReader
from tpn_sem.errors import ConvergenceWarning, DataError, ModelError, NotAvailableError, OptionError
from tpn_sem.estimation import Estimation

WITNESS = json.loads((REFERENCE / "cross_validation.json").read_text(encoding="utf-8"))
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ONE = "g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9"
PATHS = f"{THREE}\ntextual ~ visual\nspeed ~ visual + textual"
CAUSES = f"{THREE}\nvisual ~ ageyr + sex\ntextual ~ ageyr + sex\nspeed ~ ageyr + sex"
NO_CAUSE = f"{THREE}\nvisual ~ ageyr + 0*sex\ntextual ~ ageyr + 0*sex\nspeed ~ ageyr + 0*sex"
TWO_ANSWERS = "A =~ q1 + q2 + q3 + q4\nB =~ q5 + q6 + q7 + q8"
ONE_ANSWER = "G =~ q1 + q2 + q3 + q4 + q5 + q6 + q7 + q8"
ITEMS = [f"q{place}" for place in range(1, 9)]
PUPILS, GAPS = "HolzingerSwineford1939", "hs_missing"
EQUAL = {"group": "school", "group_equal": ("loadings", "intercepts")}

Case = tuple[str, str, int, dict[str, Any]]
CONTINUOUS: dict[str, Case] = {
    "three": (THREE, PUPILS, 5, {}),
    "one": (ONE, PUPILS, 5, {}),
    "causes": (CAUSES, PUPILS, 3, {}),
    "no_cause": (NO_CAUSE, PUPILS, 3, {}),
    "groups_three": (THREE, PUPILS, 4, EQUAL),
    "groups_one": (ONE, PUPILS, 4, EQUAL),
    "gaps_three": (THREE, GAPS, 4, {"missing": "fiml"}),
    "gaps_one": (ONE, GAPS, 4, {"missing": "fiml"}),
}
ORDINAL: dict[str, Case] = {
    "two": (TWO_ANSWERS, "ordinal_five", 3, {"ordered": ITEMS}),
    "one": (ONE_ANSWER, "ordinal_five", 3, {"ordered": ITEMS}),
    "holes": (
        TWO_ANSWERS,
        "ordinal_five_missing",
        2,
        {"ordered": ITEMS, "missing": "pairwise"},
    ),
}


def dealt(data: pd.DataFrame, k: int) -> pd.DataFrame:
    """The folds of the reference script."""
    return data.assign(fold=np.arange(len(data)) % k)


def run(case: Case) -> CrossValidation:
    text, data, k, options = case
    found = quietly(cross_validate, text, dealt(reference_data(data), k), folds="fold", **options)
    assert isinstance(found, CrossValidation)
    return found


@cache
def pupils() -> CrossValidation:
    models = {"three": THREE, "one": ONE, "paths": PATHS}
    found = cross_validate(models, reference_data(PUPILS), folds=3, repeats=2)
    assert isinstance(found, CrossValidation)
    return found


# Witnesses ---------------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(CONTINUOUS))
def test_deviances_and_indices_are_those_from_lavaans_moments(name: str) -> None:
    witness, folds = WITNESS["continuous"][name], run(CONTINUOUS[name]).folds
    assert list(folds["n_rows"]) == witness["n"]
    total = (folds["deviance"] * folds["n_rows"]).to_numpy()
    np.testing.assert_allclose(total, witness["deviance"], rtol=1e-7)
    if witness["cvi"][0] is not None:
        np.testing.assert_allclose(folds["cvi"], witness["cvi"], rtol=1e-6)
    else:
        assert np.isfinite(folds["cvi"]).all()


@pytest.mark.parametrize("name", list(ORDINAL))
def test_deviances_of_pairs_are_those_from_lavaans_moments(name: str) -> None:
    witness, folds = WITNESS["ordinal"][name], run(ORDINAL[name]).folds
    assert list(folds["n_rows"]) == witness["n"]
    total = (folds["deviance"] * folds["n_rows"]).to_numpy()
    np.testing.assert_allclose(total, witness["deviance"], rtol=1e-6)
    assert folds["cvi"].isna().all()
    assert folds["cvi_reason"].str.contains("pairs").all()


@pytest.mark.parametrize(
    ("name", "text", "data", "options"),
    [
        ("three", THREE, PUPILS, {}),
        ("one", ONE, PUPILS, {}),
        ("groups", THREE, PUPILS, {"group": "school"}),
        ("gaps", THREE, GAPS, {"missing": "fiml"}),
    ],
)
def test_expected_index_is_lavaans(
    name: str, text: str, data: str, options: dict[str, Any]
) -> None:
    witness = WITNESS["expected"][name]
    found = quietly(cross_validate, text, reference_data(data), folds=2, **options)
    row = found.single_sample.iloc[0]
    for ours, theirs in (
        ("ecvi", "ecvi"),
        ("ecvi_lower", "lower"),
        ("ecvi_upper", "upper"),
        ("aic", "aic"),
        ("bic", "bic"),
    ):
        assert row[ours] == pytest.approx(witness[theirs], rel=1e-7)


def test_normal_deviances_by_hand() -> None:
    rows = np.random.default_rng(4).normal(size=(60, 3))
    covariance = np.cov(rows[:30].T, ddof=0)
    found = normal_deviances(rows[30:], rows[:30].mean(axis=0), covariance)
    gap = rows[30:] - rows[:30].mean(axis=0)
    squared = (gap @ np.linalg.inv(covariance) * gap).sum(axis=1)
    wanted = 3 * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1] + squared
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_error_over_rows_is_that_of_a_mean_and_over_schools_that_of_a_ratio() -> None:
    values = np.array([1.0, 4.0, -2.0, 3.0, 0.0, np.nan])
    everyone = HeldOutUnits(np.arange(6), tuple(range(6)), "row")
    mean, error, df = unit_mean(values, np.ones(6), everyone)
    assert (mean, df) == (pytest.approx(1.2), 4)
    assert error == pytest.approx(np.nanstd(values, ddof=1) / np.sqrt(5))
    schools = HeldOutUnits(np.array([0, 0, 1, 1, 2, 2]), ("a", "b", "c"), "school")
    mean, error, df = unit_mean(values, np.ones(6), schools)
    left = np.array([5.0 - 2 * 1.2, 1.0 - 2 * 1.2, 0.0 - 1.2])
    assert (mean, df) == (pytest.approx(1.2), 2)
    assert error == pytest.approx(np.sqrt(3 / 2 * (left @ left)) / 5)


# What is said ------------------------------------------------------------------------------------


def test_the_model_that_is_right_predicts_better_and_equivalent_ones_cannot_be_told() -> None:
    found = pupils()
    said = found.comparisons.set_index(["first", "second"])["verdict"]
    assert said["three", "one"] == BETTER
    between = said.get(("three", "paths"), said.get(("paths", "three")))
    assert between == EQUIVALENT
    table = found.table
    assert table.loc["paths", "deviance"] == pytest.approx(table.loc["three", "deviance"], rel=1e-8)
    assert table.loc["one", "verdict"] == "predicts worse"
    assert table.loc["one", "times_best"] == 0.0
    assert table.loc["paths", "times_best"] == table.loc["three", "times_best"] == 1.0
    assert any("cannot be told apart by any data" in one for one in found.verdicts)
    assert "predicts better than one" in repr(found)
    assert "cannot be told" in found._repr_html_()


def test_no_winner_where_the_interval_has_zero() -> None:
    values = np.array([1.0, 4.0, -2.0, 3.0, 0.5, 2.0])
    fit = ts.cfa(THREE, reference_data(PUPILS)).estimation
    other = ts.cfa(ONE, reference_data(PUPILS)).estimation
    models, units = {"a": fit, "b": other}, HeldOutUnits(np.arange(6), tuple(range(6)), "row")
    columns = {"a": values, "b": np.zeros(6)}
    for level, verdict in ((0.80, BETTER), (0.95, CANNOT_TELL)):
        row = comparisons(columns, models, np.ones(6), units, level).iloc[0]
        assert (row["first"], row["second"]) == ("b", "a")
        assert row["difference"] == pytest.approx(-values.mean())
        assert row["verdict"] == verdict
        assert (row["ci_upper"] < 0.0) == (verdict == BETTER)
        half = stdtrit(5, 0.5 + level / 2) * values.std(ddof=1) / np.sqrt(6)
        assert row["ci_upper"] - row["difference"] == pytest.approx(half)
    said = sentences(comparisons(columns, models, np.ones(6), units, 0.95), ["b", "a"])
    assert said == ["can't tell whether b predicts better than a."]


def test_a_model_that_fails_is_named_and_not_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = _FoldTask._fitted

    def sometimes(task: _FoldTask, model: int, training: SampleReader) -> Estimation:
        if model == 1 and training.chosen[0]:
            raise NotAvailableError("did not converge")
        return fitted(task, model, training)

    monkeypatch.setattr(_FoldTask, "_fitted", sometimes)
    data, models = dealt(reference_data(PUPILS), 3), {"three": THREE, "lost": ONE}
    with pytest.warns(ConvergenceWarning, match="2 of 6 fits without a fold failed"):
        found = cross_validate(models, data, folds="fold")
    assert found.table.loc["lost", "n_failed"] == 2
    assert found.table.loc["lost", "reason"] == "2 folds: did not converge"
    assert np.isnan(found.table.loc["lost", "deviance"])
    assert np.isfinite(found.table.loc["three", "deviance"])
    assert found.comparisons.empty
    assert any("is not ranked" in note for note in found.notes)


def test_models_are_compared_in_the_folds_that_all_have(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = _FoldTask._fitted

    def sometimes(task: _FoldTask, model: int, training: SampleReader) -> Estimation:
        if model == 1 and not training.chosen[0]:
            raise NotAvailableError("did not converge")
        return fitted(task, model, training)

    monkeypatch.setattr(_FoldTask, "_fitted", sometimes)
    data, models = dealt(reference_data(PUPILS), 3), {"three": THREE, "one": ONE}
    with pytest.warns(ConvergenceWarning, match="1 of 6"):
        found = cross_validate(models, data, folds="fold")
    assert found.rows[data["fold"] == 0].isna().all(axis=None)
    means = found.rows[data["fold"] > 0].mean()
    assert means["three"] == pytest.approx(found.table.loc["three", "deviance"])
    assert means["one"] == pytest.approx(found.table.loc["one", "deviance"])
    assert any("2 of 3 folds that all have" in note for note in found.notes)


def test_folds_in_which_a_category_vanishes_are_named_and_left_out_of_the_comparison() -> None:
    data = dealt(reference_data("ordinal_five"), 4)
    rare = np.flatnonzero(data["q1"] == 1)
    data.loc[rare, "q1"] = 2
    data.loc[data["fold"].to_numpy() == 0, "q1"] = data.loc[data["fold"] == 0, "q1"].replace({5: 1})
    models = {"two": TWO_ANSWERS, "one": ONE_ANSWER}
    with pytest.warns(ts.TpnSemWarning):
        found = cross_validate(models, data, folds="fold", ordered=ITEMS)
    failed = found.folds[found.folds["reason"] != ""]
    assert set(failed["fold"]) == {1}
    assert failed["reason"].str.contains("q1").all()
    assert not failed["compared"].any()
    assert found.rows.loc[data["fold"] == 0].isna().all(axis=None)
    assert found.rows.loc[data["fold"] != 0].notna().all(axis=None)


def test_folds_in_which_a_group_vanishes_are_named() -> None:
    data = dealt(reference_data(PUPILS), 4)
    data["fold"] = data["fold"].where(data["school"] == "Pasteur", 9)
    found = quietly(cross_validate, THREE, data, folds="fold", group="school")
    reasons = found.folds["reason"].tolist()
    assert reasons[:4] == [""] * 4
    assert reasons[4] == "0 rows of group 'Grant-White' are too few for 9 variables"


# Invariances -------------------------------------------------------------------------------------


def test_order_of_rows_and_of_models_changes_nothing() -> None:
    data = dealt(reference_data(PUPILS), 4)
    models = {"three": THREE, "one": ONE}
    one = cross_validate(models, data, folds="fold")
    shuffled = data.sample(frac=1.0, random_state=3)
    other = cross_validate(dict(reversed(models.items())), shuffled, folds="fold")
    columns = ["deviance", "difference", "se", "cvi", "times_best"]
    pd.testing.assert_frame_equal(one.table[columns], other.table[columns], rtol=1e-7, atol=1e-9)
    pd.testing.assert_frame_equal(
        one.rows, other.rows.loc[one.rows.index, one.rows.columns], rtol=1e-6, atol=1e-7
    )


def test_order_of_items_in_the_text_changes_nothing() -> None:
    data = dealt(reference_data(PUPILS), 4)
    turned = "speed =~ x9 + x8 + x7\ntextual =~ x6 + x5 + x4\nvisual =~ x3 + x2 + x1"
    found = cross_validate({"three": THREE, "turned": turned}, data, folds="fold")
    np.testing.assert_allclose(found.rows["three"], found.rows["turned"], rtol=1e-7)
    assert found.comparisons["verdict"].iloc[0] == EQUIVALENT


def test_the_seed_gives_the_same_numbers() -> None:
    data, models = reference_data(PUPILS), {"three": THREE, "one": ONE}
    one, two, other = (cross_validate(models, data, folds=3, seed=seed) for seed in (5, 5, 6))
    assert_same_numbers(one.rows, two.rows)
    assert not np.allclose(one.rows["three"], other.rows["three"], rtol=1e-8)
    assert_same_numbers(one.rows, pickle.loads(pickle.dumps(one)).rows)


@pytest.mark.slow
def test_workers_give_the_same_numbers() -> None:
    data, models = reference_data(PUPILS), {"three": THREE, "one": ONE}
    one = cross_validate(models, data, folds=3, seed=5)
    assert_same_numbers(one.rows, cross_validate(models, data, folds=3, seed=5, workers=2).rows)


def test_leaving_out_each_school_holds_out_whole_schools() -> None:
    data = reference_data("hs_clustered")
    column = next(name for name in ("classroom", "cluster", "school") if name in data)
    found = quietly(cross_validate, THREE, data, folds="leave_one_out", by=column)
    counts = data[column].value_counts()
    assert sorted(found.folds["n_rows"]) == sorted(counts)
    assert found.units == column
    whole = quietly(ts.sem, THREE, data[data[column] != data[column].iloc[0]])
    own = data[data[column] == data[column].iloc[0]]
    names = list(whole.implied.index)
    sample = whole.estimation.samples.groups[0]
    by_hand = normal_deviances(
        own[names].to_numpy(float), sample.centre, whole.implied[names].to_numpy()
    )
    np.testing.assert_allclose(found.rows.loc[own.index, "model"], by_hand, rtol=1e-7)


def test_a_division_spreads_groups_and_keeps_clusters_together() -> None:
    data = ts.datasets.teachers()
    text = "NPC =~ npc1 + npc2 + npc3 + npc4 + npc5"
    found = quietly(
        cross_validate, text, data, folds=5, group="location", cluster="school", missing="fiml"
    )
    assert found.units == "school"
    assert (found.folds["reason"] == "").all()
    assert found.folds["n_rows"].sum() == found.rows["model"].notna().sum() == len(data)


def test_another_survey_is_judged_by_the_estimates_of_the_first() -> None:
    data = reference_data(PUPILS)
    first, second = data[data["school"] == "Pasteur"], data[data["school"] != "Pasteur"]
    found = cross_validate({"three": THREE, "one": ONE}, first, holdout=second)
    joint = dealt(data, 2).assign(fold=(data["school"] == "Pasteur").astype(int))
    folds = cross_validate({"three": THREE, "one": ONE}, joint, folds="fold")
    for name in ("three", "one"):
        own = folds.folds[(folds.folds["model"] == name) & (folds.folds["fold"] == 1)]
        other = found.folds[found.folds["model"] == name]
        assert other["deviance"].iloc[0] == pytest.approx(own["deviance"].iloc[0], rel=1e-8)
        assert other["cvi"].iloc[0] == pytest.approx(own["cvi"].iloc[0], rel=1e-7)
    assert found.rows.index.equals(second.index)


def test_the_core_gives_rows_of_a_list_of_estimations() -> None:
    data = reference_data(PUPILS)
    fits = {"three": ts.cfa(THREE, data), "one": ts.cfa(ONE, data)}
    division = (np.arange(len(data)) % 4)[None]
    found = held_out_deviances({name: fit.estimation for name, fit in fits.items()}, division)
    assert found.names == ("three", "one")
    rows = found.row_deviances(0, found.has.all(axis=1))
    again = cross_validate(THREE, data.assign(fold=division[0]), folds="fold").rows["model"]
    np.testing.assert_allclose(rows, again, rtol=1e-8)


# What is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"folds": 1}, OptionError, "leaves nothing to fit"),
        ({"folds": 302}, OptionError, "301 rows"),
        ({"folds": 3, "by": "school"}, OptionError, "2 schools"),
        ({"by": "skool"}, DataError, "did you mean 'school'"),
        ({"folds": "no_such"}, DataError, "no_such"),
        ({"folds": "leave_one_out", "repeats": 2}, OptionError, "no effect"),
        ({"folds": "leave_one_out", "seed": 2}, OptionError, "seed=2 has no effect"),
        ({"folds": "grade", "by": "school"}, OptionError, "splits school"),
        ({"folds": 3, "estimater": "ML"}, OptionError, "did you mean 'estimator'"),
        ({"repeats": 0}, OptionError, "repeats"),
        ({"level": 1.0}, OptionError, "level"),
    ],
)
def test_folds_that_cannot_be_had(
    options: dict[str, Any], error: type[Exception], words: str
) -> None:
    data = reference_data(PUPILS).fillna({"grade": 7})
    with pytest.raises(error, match=words):
        cross_validate(THREE, data, **options)


def test_folds_as_a_series_with_another_index_and_with_gaps() -> None:
    data = reference_data(PUPILS)
    folds = pd.Series(np.arange(len(data)) % 3)
    with pytest.raises(OptionError, match="another index"):
        cross_validate(THREE, data.set_index("id"), folds=folds)
    with pytest.raises(DataError, match="missing"):
        cross_validate(THREE, data, folds=folds.where(folds > 0))
    with pytest.raises(DataError, match="one fold"):
        cross_validate(THREE, data, folds=folds * 0)
    with pytest.raises(DataError, match="missing entries"):
        cross_validate(THREE, data.assign(place=folds.where(folds > 0)), by="place")
    with pytest.raises(DataError, match="all rows are of one"):
        cross_validate(THREE, data.assign(place=1), by="place")


def test_models_of_other_variables_are_never_ranked() -> None:
    with pytest.raises(ModelError, match="x9"):
        cross_validate({"a": THREE, "b": THREE.replace(" + x9", "")}, reference_data(PUPILS))
    with pytest.raises(OptionError, match="empty"):
        cross_validate({}, reference_data(PUPILS))


def test_moments_and_mixed_answers_are_refused() -> None:
    data = reference_data(PUPILS)
    moments = ts.SampleMoments(data[[f"x{i}" for i in range(1, 10)]].cov(), n_observations=301)
    with pytest.raises(NotAvailableError, match="rows"):
        cross_validate(THREE, moments)
    mixed = f"{TWO_ANSWERS}\nA ~ x"
    with pytest.raises(NotAvailableError, match="ordinal items beside numbers"):
        quietly(cross_validate, mixed, reference_data("ordinal_five"), ordered=ITEMS)


def test_holdout_that_does_not_serve() -> None:
    data = reference_data(PUPILS)
    with pytest.raises(OptionError, match="folds= has no effect"):
        cross_validate(THREE, data, holdout=data, folds=2)
    with pytest.raises(OptionError, match="seed= has no effect"):
        cross_validate(THREE, data, holdout=data, seed=1)
    with pytest.raises(OptionError, match="repeats= has no effect"):
        cross_validate(THREE, data, holdout=data, repeats=2)
    with pytest.raises(DataError, match="x9"):
        cross_validate(THREE, data, holdout=data.drop(columns="x9"))
    with pytest.raises(DataError, match="no row that can be used"):
        cross_validate(THREE, data, holdout=data.assign(x1=np.nan))


def test_a_model_that_converges_nowhere_is_an_error() -> None:
    with pytest.raises(NotAvailableError, match="no fold can be compared"):
        quietly(cross_validate, THREE, reference_data(PUPILS), folds=2, max_iterations=1)
