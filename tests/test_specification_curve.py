"""Specification curves: estimates are those of plain fits; the rest follows in closed form."""

from __future__ import annotations

import json
import warnings
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, assert_same_numbers, quietly, reference_data

import tpn_sem as ts
from tpn_sem.language import parse, without_variables
from tpn_sem.multiverse.asked_paths import read_paths
from tpn_sem.multiverse.curve_decomposition import (
    REST,
    eta_squared,
    is_balanced,
    variance_components,
)
from tpn_sem.multiverse.curve_fits import CurveTask
from tpn_sem.multiverse.curve_summary import describe_curve, dominant_sign
from tpn_sem.multiverse.curve_test import FlippedCurve

VISUAL = "visual =~ x1 + x2 + x3"
REST_OF_IT = "textual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
FULL = f"{VISUAL}\n{REST_OF_IT}\ntextual ~ visual\nspeed ~ visual + textual"
SHORT = f"{VISUAL}\n{REST_OF_IT}\ntextual ~ visual\nspeed ~ textual"
NUMBERS = ["estimate", "se", "p_value", "ci_lower", "ci_upper"]
COMPUTED = [*NUMBERS, "n", "state", "reason"]


@cache
def pupils() -> pd.DataFrame:
    """Pupils with gaps, and with clusters and answers in three classes."""
    data = reference_data("HolzingerSwineford1939").copy()
    data["class"] = data["agemo"].astype(str) + data["school"].str[0]
    data["gender"] = np.where(data["sex"] == 1, "boy", "girl")
    gaps = np.random.default_rng(1).random((len(data), 3)) < 0.05
    return data.assign(**data[["x2", "x5", "x8"]].mask(gaps))


@cache
def graded() -> pd.DataFrame:
    """The same in three classes of answers, without gaps."""
    data = reference_data("HolzingerSwineford1939")
    return data.assign(
        **{
            f"x{i}": pd.qcut(data[f"x{i}"], 3, labels=False, duplicates="drop")
            for i in range(1, 10)
        }
    )


def curve(*arguments: Any, **options: Any) -> ts.SpecificationCurve:
    return quietly(ts.specification_curve, *arguments, **options)


@cache
def whole() -> ts.SpecificationCurve:
    """Two models, gaps, items, covariates, subsets: 2 x 2 x 3 x 2 x 2 specifications."""
    return curve(
        {"full": FULL, "short": SHORT},
        pupils(),
        ["speed ~ textual", "visual -> speed"],
        missing=["listwise", "fiml"],
        leave_out_items=["x3", ["x1", "x5"]],
        controls=[["ageyr", "gender"]],
        subsets={"older": lambda frame: frame["ageyr"] > 12},
        cluster="class",
        permutations=49,
        seed=3,
    )


# Each specification is a plain fit ---------------------------------------------------------------


def by_hand(levels: pd.Series) -> ts.Fit:
    """The specification of a row, put together without the library's choices."""
    text = FULL if levels["model"] == "full" else SHORT
    for item in levels["items_left_out"].replace("none", "").split(" + "):
        if item:
            text = text.replace(f"{item} + ", "").replace(f" + {item}", "")
    data = pupils()
    if levels["controls"] != "none":
        data = data.assign(girl=(data["gender"] == "girl") * 1.0)
        text += "\nvisual + textual + speed ~ ageyr + boy"
        data = data.assign(boy=1.0 - data["girl"])
    if levels["subset"] == "older":
        data = data[data["ageyr"] > 12]
    return quietly(ts.sem, text, data, missing=levels["missing"], cluster="class", se="cluster_cr2")


@pytest.mark.slow
def test_each_specification_is_the_plain_fit_with_its_choices() -> None:
    table = whole().table
    assert len(table) == 2 * 2 * 3 * 2 * 2 * 2
    first = table[table["path"] == "textual → speed"]
    assert (first["state"] == "fitted").all()
    for _, row in first.iterrows():
        fit = by_hand(row)
        plain = fit.standardized().query("lhs == 'speed' and op == '~' and rhs == 'textual'")
        np.testing.assert_allclose(
            row[NUMBERS].astype(float), plain[NUMBERS].iloc[0].astype(float), rtol=1e-6
        )
        assert row["n"] == fit.n_observations


@pytest.mark.slow
def test_the_curve_gives_the_fit_behind_a_row() -> None:
    row = whole().table.iloc[14]
    again = quietly(whole().fit, int(row["specification"]))
    np.testing.assert_allclose(again.coef, by_hand(row).coef, rtol=1e-6, atol=1e-8)


@pytest.mark.slow
def test_a_path_that_a_model_has_not_is_listed_with_the_reason() -> None:
    table = whole().table
    short = table[(table["path"] == "visual → speed") & (table["model"] == "short")]
    assert (short["state"] == "not asked").all()
    assert (short["reason"] == "the model has no path visual → speed").all()
    assert short["estimate"].isna().all()
    assert whole().summary.loc["visual → speed", "not_asked"] == len(short) == 24


def test_indirect_and_total_effects_are_those_of_the_fit() -> None:
    paths = ["visual -> textual -> speed", "indirect: visual -> speed", "total: visual → speed"]
    found = curve(FULL, pupils(), paths, standardized=False).table.set_index("path")
    effects = (
        quietly(ts.sem, FULL, pupils()).effects().query("`from` == 'visual' and to == 'speed'")
    )
    kinds = effects.set_index("kind")
    assert list(found.index) == [
        "visual → textual → speed",
        "indirect: visual → speed",
        "total: visual → speed",
    ]
    for name, kind in zip(found.index, ("indirect", "total indirect", "total"), strict=True):
        np.testing.assert_allclose(
            found.loc[name, NUMBERS].astype(float),
            kinds.loc[kind, NUMBERS].astype(float),
            rtol=1e-6,
        )


def test_ordinal_and_other_estimators() -> None:
    found = curve(
        FULL,
        graded(),
        "textual -> speed",
        estimators=["ordinal", "MLR", "continuous"],
        standardized=False,
        leave_out_items="x1",
    ).table
    options = {
        "ordinal": {"ordered": [f"x{i}" for i in range(1, 10)]},
        "MLR": {"estimator": "MLR"},
        "continuous": {},
    }
    for name, own in options.items():
        plain = quietly(ts.sem, FULL, graded(), **own).estimates
        row = plain.query("lhs == 'speed' and rhs == 'textual'").iloc[0]
        mine = found[(found["estimator"] == name) & (found["items_left_out"] == "none")].iloc[0]
        np.testing.assert_allclose(
            mine[NUMBERS].astype(float), row[NUMBERS].astype(float), rtol=1e-6
        )
    text = FULL.replace("x1 + ", "")
    own = {"ordered": [f"x{i}" for i in range(2, 10)]}
    plain = quietly(ts.sem, text, graded(), **own).estimates
    row = plain.query("lhs == 'speed' and rhs == 'textual'").iloc[0]
    mine = found[(found["estimator"] == "ordinal") & (found["items_left_out"] == "x1")].iloc[0]
    assert mine["estimate"] == pytest.approx(row["estimate"], rel=1e-6)


def test_own_estimators_and_the_items_that_are_ordinal() -> None:
    found = curve(
        FULL,
        graded(),
        "textual -> speed",
        estimators={"some ordinal": {"ordered": True, "estimator": "ULSMV"}},
        ordered=["x1", "x4"],
    )
    plain = quietly(ts.sem, FULL, graded(), ordered=["x1", "x4"], estimator="ULSMV")
    row = plain.standardized().query("lhs == 'speed' and rhs == 'textual'").iloc[0]
    assert found.table["estimate"].iloc[0] == pytest.approx(row["estimate"], rel=1e-6)


def test_full_information_of_ordinal_items_is_not_asked() -> None:
    found = curve(
        FULL,
        graded(),
        "textual -> speed",
        estimators=["continuous", "ordinal"],
        missing=["listwise", "fiml"],
    )
    states = found.table.set_index(["estimator", "missing"])
    assert states.loc[("ordinal", "fiml"), "state"] == "not asked"
    assert "missing='fiml' is for continuous items" in states.loc[("ordinal", "fiml"), "reason"]
    assert (states["state"] == "fitted").sum() == 3
    with pytest.raises(ts.TpnSemError, match="was not asked: missing='fiml'"):
        found.fit(4)


def test_groups_have_their_own_paths_and_partial_invariance_is_a_choice() -> None:
    partial = {"group_equal": ["loadings", "intercepts"], "group_partial": ["x3 ~ 1", "x7 ~ 1"]}
    found = curve(
        FULL,
        pupils(),
        "textual -> speed",
        group="school",
        invariance={"metric": {"group_equal": "loadings"}, "partial": partial},
        permutations=9,
        seed=1,
    )
    assert found.paths == ("textual → speed (Pasteur)", "textual → speed (Grant-White)")
    for name, own in {"metric": {"group_equal": "loadings"}, "partial": partial}.items():
        plain = quietly(ts.sem, FULL, pupils(), group="school", **own).standardized()
        rows = plain.query("lhs == 'speed' and rhs == 'textual'")
        mine = found.table[found.table["invariance"] == name]
        np.testing.assert_allclose(mine["estimate"], rows["estimate"], rtol=1e-6)
    assert found.joint_test is not None
    assert len(found.joint_test) == 8
    steps = curve(FULL, pupils(), "textual -> speed", group="school", invariance=["metric"])
    np.testing.assert_allclose(steps.table["estimate"], found.table["estimate"][:2], rtol=1e-6)


def test_careless_answers_are_those_of_the_check() -> None:
    data = ts.datasets.teachers()
    instrument = ts.triangle.bundled_instrument(data)
    flags = ts.sensitivity_to_careless(
        quietly(ts.cfa, instrument.measure("NPC"), data), data, instrument
    ).rows
    found = curve(
        {"additive": ts.triangle.VARIANTS["additive"]},
        data,
        "KSSE -> KR",
        instrument=instrument,
        careless=["two or more", "straight-lining"],
        missing="fiml",
    ).table.set_index("careless_left_out")
    kept = data[~flags["two or more"].to_numpy()]
    model = ts.triangle.VARIANTS["additive"].model(instrument)
    plain = quietly(model.fit, kept, missing="fiml").standardized()
    row = plain.query("lhs == 'KR' and rhs == 'KSSE'").iloc[0]
    assert found.loc["two or more", "estimate"] == pytest.approx(row["estimate"], rel=1e-6)
    assert found.loc["none", "n"] - found.loc["two or more", "n"] == flags["two or more"].sum()
    if not flags["straight-lining"].any():
        assert found.loc["straight-lining", "state"] == "not asked"


def test_a_variant_without_its_constructs_is_not_asked() -> None:
    data = ts.datasets.teachers()
    instrument = ts.triangle.Instrument(
        {name: [f"{name.lower()}{i}" for i in range(1, 6)] for name in ("NPC", "KSSE", "KR")}
    )
    three = f"{chr(10).join(instrument.measure(n) for n in instrument.items)}\nKR ~ KSSE + NPC"
    found = curve(
        {"three": three, "additive": ts.triangle.VARIANTS["additive"]},
        data,
        "KSSE -> KR",
        instrument=instrument,
    ).table.set_index("model")
    assert found.loc["three", "state"] == "fitted"
    assert found.loc["additive", "state"] == "not asked"
    assert "no items for KS" in found.loc["additive", "reason"]


@pytest.mark.parametrize("options", [{}, {"group": "school"}, {"orthogonal": True}])
def test_exogenous_factors_covary_with_covariates_as_without(options: dict[str, Any]) -> None:
    text = f"{VISUAL}\n{REST_OF_IT}\nspeed ~ visual + textual"
    found = curve(text, pupils(), "textual -> speed", controls=["ageyr"], **options).table
    by_hand = f"{text}\nvisual + textual + speed ~ ageyr"
    if not options.get("orthogonal"):
        by_hand += "\nvisual ~~ textual"
    plain = quietly(ts.sem, by_hand, pupils(), **options).standardized()
    rows = plain.query("lhs == 'speed' and op == '~' and rhs == 'textual'")
    mine = found[found["controls"] == "ageyr"]
    for name in NUMBERS:
        np.testing.assert_allclose(mine[name], rows[name], rtol=1e-6)


def test_own_choices_change_data_or_options() -> None:
    found = curve(
        FULL,
        pupils(),
        "textual -> speed",
        choices={
            "age": {"all": {}, "young": lambda frame: frame[frame["ageyr"] < 14]},
            "likelihood": {"normal": {}, "wishart": {"likelihood": "wishart"}},
        },
        standardized=False,
    ).table.set_index(["age", "likelihood"])
    plain = quietly(ts.sem, FULL, pupils().query("ageyr < 14"), likelihood="wishart").estimates
    row = plain.query("lhs == 'speed' and rhs == 'textual'").iloc[0]
    mine = found.loc[("young", "wishart")]
    np.testing.assert_allclose(mine[NUMBERS].astype(float), row[NUMBERS].astype(float), rtol=1e-6)


def test_a_column_of_subsets_stands_for_its_classes() -> None:
    found = curve(FULL, pupils(), "textual -> speed", subsets="school").table.set_index("subset")
    assert list(found.index) == ["all", "Grant-White", "Pasteur"]
    one = quietly(ts.sem, FULL, pupils().query("school == 'Pasteur'")).standardized()
    row = one.query("lhs == 'speed' and rhs == 'textual'").iloc[0]
    assert found.loc["Pasteur", "estimate"] == pytest.approx(row["estimate"], rel=1e-6)


def test_items_that_leave_too_few_or_are_not_there_are_not_asked() -> None:
    found = curve(
        {"all": FULL, "without x9": FULL.replace(" + x9", "")},
        pupils(),
        "textual -> speed",
        leave_out_items=["x9", ["x1", "x2"]],
    ).table.set_index(["model", "items_left_out"])
    assert found.loc[("without x9", "x9"), "reason"] == "the model has no item x9"
    assert found.loc[("all", "x1 + x2"), "reason"] == "visual would have 1 item left"
    assert found.loc[("all", "x9"), "estimate"] == found.loc[("without x9", "none"), "estimate"]


@pytest.mark.slow
def test_improper_solutions_do_not_count_and_are_said() -> None:
    with pytest.warns(ts.TpnSemWarning) as caught:
        found = ts.specification_curve(
            FULL, graded(), "textual -> speed", leave_out_items=[["x2", "x8"], "x9", "x2"]
        )
    assert "do not count" in str(caught[-1].message)
    states = found.table["state"]
    assert states[0] == "fitted"
    assert (states == "improper").any()
    assert found.summary["counted"].iloc[0] == (states == "fitted").sum()
    assert found.table.loc[states == "improper", "reason"].str.contains("variance").all()
    assert "improper" in found.sentences[0]
    assert found.plot().svg.count("<circle") == (states == "fitted").sum() + 3


def test_what_cannot_be_fitted_is_refused_with_the_reason() -> None:
    found = curve(
        {"fits": FULL, "not identified": f"{FULL}\nvisual ~ speed"},
        pupils(),
        "textual -> speed",
    ).table.set_index("model")
    assert found.loc["not identified", "state"] == "refused"
    assert found.loc["not identified", "reason"]


def test_text_without_items_keeps_modifiers_blocks_and_definitions() -> None:
    text = "f =~ 1*x1 + a*x2 + start(.5)*x3 + x4\nx3 ~~ x4\nx2 ~ c(0, NA)*1\nb := 2*a\na > 0"
    assert without_variables(parse(text), ["x4"]).splitlines() == [
        "f =~ 1.0*x1",
        "f =~ a*x2",
        "f =~ start(0.5)*x3",
        "x2 ~ c(0.0, NA)*1",
        "b := 2*a",
        "a > 0",
    ]


# The summary, in closed form ---------------------------------------------------------------------


def test_the_summary_of_known_numbers() -> None:
    found = describe_curve(np.array([-1.0, 1.0, 2.0, 4.0]), np.array([0.01, 0.2, 0.04, 0.001]))
    assert found == {
        "median": 1.5,
        "mad": 1.4826 * 1.5,
        "min": -1.0,
        "max": 4.0,
        "q25": 0.5,
        "q75": 2.5,
        "iqr": 2.0,
        "dominant": "positive",
        "share_dominant": 0.75,
        "share_significant": 0.5,
    }
    assert describe_curve(np.array([]), np.array([]))["dominant"] == "none"


def test_the_dominant_sign() -> None:
    stack = np.array([[1.0, -2.0, -3.0], [1.0, 2.0, -9.0], [-3.0, 1.0, 0.0]])
    assert dominant_sign(stack).tolist() == [-1.0, 1.0, 1.0]
    assert dominant_sign(np.array([-3.0, 1.0])) == -1.0  # as many have either: the median's


@pytest.mark.slow
def test_the_summary_is_of_what_counts() -> None:
    table, summary = whole().table, whole().summary
    good = table[(table["path"] == "visual → speed") & (table["state"] == "fitted")]
    row = summary.loc["visual → speed"]
    assert row["median"] == np.median(good["estimate"])
    assert row["counted"] == len(good)
    assert row["share_significant"] == ((good["p_value"] < 0.05) & (good["estimate"] > 0)).mean()


# The decomposition, in closed form ---------------------------------------------------------------


def two_way() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    rng = np.random.default_rng(5)
    a, b = np.repeat(np.arange(4), 6), np.tile(np.arange(6), 4)
    y = np.array([0.0, 0.4, 0.5, 1.2])[a] + np.array([0.0, 0.3, 0.1, 0.9, 0.2, 0.6])[b]
    return y + 0.1 * rng.normal(size=24), {"a": a, "b": b}


def test_shares_of_a_balanced_design_are_those_of_its_means() -> None:
    y, members = two_way()
    found = eta_squared(y, members)
    total = ((y - y.mean()) ** 2).sum()
    for name, own in members.items():
        means = pd.Series(y).groupby(own).transform("mean")
        assert found[name] == pytest.approx(((means - y.mean()) ** 2).sum() / total, rel=1e-10)
    assert sum(found.values()) == pytest.approx(1.0, rel=1e-10)
    assert is_balanced(members)
    assert not is_balanced({name: own[1:] for name, own in members.items()})


def test_variance_components_of_a_balanced_design_are_those_of_its_mean_squares() -> None:
    """REML is the analysis of variance where that has no negative estimate."""
    y, members = two_way()
    shares = eta_squared(y, members)
    total = ((y - y.mean()) ** 2).sum()
    of_a, of_b = total * shares["a"] / 3, total * shares["b"] / 5
    rest = total * shares[REST] / 15
    found = variance_components(y, members)
    assert found["a"] == pytest.approx((of_a - rest) / 6, rel=1e-5)
    assert found["b"] == pytest.approx((of_b - rest) / 4, rel=1e-5)
    assert found[REST] == pytest.approx(rest, rel=1e-5)


@pytest.mark.parametrize("design", ["balanced", "unbalanced"])
def test_summaries_and_shares_are_those_of_r(design: str) -> None:
    frozen = json.loads((REFERENCE / "specification_curve.json").read_text())[design]
    table = pd.DataFrame(frozen["data"])
    y = table["estimate"].to_numpy()
    members = {name: table[name].to_numpy() - 1 for name in ("model", "items", "missing")}
    found = describe_curve(y, np.ones(len(y)))
    assert found["median"] == pytest.approx(frozen["median"], rel=1e-10)
    assert found["mad"] == pytest.approx(frozen["mad"], rel=1e-10)
    assert [found["q25"], found["q75"]] == pytest.approx(frozen["quartiles"], rel=1e-10)
    shares = eta_squared(y, members)
    variances = variance_components(y, members)
    assert is_balanced(members) == (design == "balanced")
    for name in members:
        assert shares[name] == pytest.approx(frozen["eta_squared"][name], rel=1e-9)
        # lme4 stops early: its own balanced numbers miss the mean squares by 4e-4
        assert variances[name] == pytest.approx(frozen["variances"][name], rel=5e-4)
    assert variances[REST] == pytest.approx(frozen["variances"]["Residual"], rel=5e-5)


def test_a_choice_that_does_nothing_has_no_variance() -> None:
    y, members = two_way()
    nothing = np.tile(np.arange(2), 12)
    y = y - pd.Series(y).groupby(nothing).transform("mean").to_numpy()
    found = variance_components(y, {"a": members["a"], "nothing": nothing})
    assert found["nothing"] == pytest.approx(0.0, abs=1e-8)


def test_unbalanced_shares_are_what_a_choice_has_beyond_the_others() -> None:
    y, members = two_way()
    y, members = y[3:], {name: own[3:] for name, own in members.items()}
    design = pd.get_dummies(pd.DataFrame(members).astype(str), dtype=float)
    rests = {}
    for left_out in ("a", "b", ""):
        kept = [name for name in design if not left_out or not name.startswith(left_out)]
        x = np.column_stack([np.ones(len(y)), design[kept]])
        rests[left_out] = ((y - x @ np.linalg.pinv(x) @ y) ** 2).sum()
    total = ((y - y.mean()) ** 2).sum()
    assert eta_squared(y, members)["a"] == pytest.approx((rests["a"] - rests[""]) / total, rel=1e-9)


@pytest.mark.slow
def test_the_table_of_the_decomposition() -> None:
    parts = whole().decomposition
    own = parts[parts["path"] == "textual → speed"].set_index("choice")
    assert list(own.index) == [
        *("model", "missing", "items_left_out", "controls", "subset"),
        REST,
    ]
    assert own["balanced"].all()
    assert own["eta_squared"].sum() == pytest.approx(1.0)
    assert own["share"].sum() == pytest.approx(1.0)
    other = parts[parts["path"] == "visual → speed"]["choice"]
    assert "model" not in set(other)  # one level has the path
    alone = curve(FULL, pupils(), "textual -> speed")
    assert alone.decomposition.empty


# The joint test ----------------------------------------------------------------------------------


def test_contributions_to_a_regression_are_its_known_influence() -> None:
    """Of y ~ x: the row's share of the slope plus (x - mean) times the residual over the spread."""
    data = reference_data("HolzingerSwineford1939")
    found = curve("x1 ~ x2", data, "x2 -> x1", standardized=False, permutations=1, seed=1)
    task = CurveTask(found.specifications, (0,), read_paths("x2 -> x1"), False, True)
    own = quietly(task.outcome, 0).contributions
    x = data["x2"].to_numpy() - data["x2"].mean()
    y = data["x1"].to_numpy() - data["x1"].mean()
    slope = (x @ y) / (x @ x)
    expected = slope / len(x) + x * (y - slope * x) / (x @ x)
    np.testing.assert_allclose(own.values["x2 → x1"], expected, rtol=1e-6, atol=1e-12)


def test_contributions_add_up_to_the_estimates() -> None:
    found = whole()
    task = CurveTask(
        found.specifications,
        (0, 5),
        read_paths(["speed ~ textual", "visual -> textual -> speed"]),
        True,
        True,
    )
    for number in (0, 5):
        outcome = quietly(task.outcome, number)
        for name, numbers in outcome.numbers.items():
            own = outcome.contributions.values[name]
            assert own.sum() == pytest.approx(numbers["estimate"], rel=1e-6)
        assert set(outcome.contributions.units) <= set(pupils()["class"])


def test_without_flips_the_statistics_are_those_of_the_table() -> None:
    found = whole()
    assert found.joint_test is not None
    test = found.joint_test.set_index(["path", "statistic"])["observed"]
    for path, row in found.summary.iterrows():
        good = found.table[(found.table["path"] == path) & (found.table["state"] == "fitted")]
        assert test[path, "median"] == pytest.approx(row["median"], rel=1e-6)
        assert test[path, "share_dominant"] == row["share_dominant"]
        assert test[path, "share_significant"] == row["share_significant"]
        z = (good["estimate"] / good["se"]).mean()
        assert test[path, "mean_z"] == pytest.approx(z, rel=1e-6)


def test_flips_by_hand() -> None:
    parts = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.5], [2.0, 0.0]])
    flipped = FlippedCurve(parts, np.array([0.5, 1.0]), np.array([2.0, 2.0]))
    found = flipped.statistics(np.array([[1.0, 1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0]]))
    np.testing.assert_allclose(found[0], [(6.5 + 1.5) / 2, 1.0, 0.5, (13.0 + 1.5) / 2])

    def spread(own: np.ndarray) -> float:
        return float(own.std(ddof=1) * np.sqrt(len(own)))

    signs = np.array([1.0, -1.0, 1.0, -1.0])
    one = signs @ parts  # -3.5, 3.5
    z_1 = one[0] / 0.5 * spread(parts[:, 0]) / spread(signs * parts[:, 0])
    z_2 = one[1] / 1.0 * spread(parts[:3, 1]) / spread(signs[:3] * parts[:3, 1])
    sign = 1.0  # one estimate of each sign, median zero
    significant = np.mean([np.sign(z) == sign and abs(z) > 2.0 for z in (z_1, z_2)])
    np.testing.assert_allclose(found[1], [0.0, 0.5, significant, abs(z_1 + z_2) / 2], atol=1e-12)


def test_p_values_count_the_data_among_the_flips() -> None:
    test = whole().joint_test
    assert test is not None
    assert (test["flips"] == 49).all()
    scaled = test["p_value"] * 50
    np.testing.assert_allclose(scaled, scaled.round(), atol=1e-9)
    assert test["p_value"].min() >= 1 / 50
    assert (test["units"] == pupils()["class"].nunique()).all()


def test_a_true_path_is_found_and_noise_is_not() -> None:
    rng = np.random.default_rng(8)
    data = pd.DataFrame(rng.normal(size=(200, 3)), columns=["a", "b", "y"])
    data["y"] += 0.4 * data["a"]
    found = curve(
        {"both": "y ~ a + b", "a": "y ~ a", "b": "y ~ b"},
        data,
        ["a -> y", "b -> y"],
        permutations=199,
        seed=2,
    )
    assert found.joint_test is not None
    p = found.joint_test.set_index(["path", "statistic"])["p_value"]
    assert p["a → y", "median"] == 1 / 200
    assert p["b → y", "median"] > 0.1
    assert found.unit == "row"


def test_the_same_seed_gives_the_same_test_and_another_does_not() -> None:
    arguments = (FULL, pupils(), "textual -> speed")
    first = curve(*arguments, cluster="class", permutations=999, seed=4).joint_test
    assert_same_numbers(
        first, curve(*arguments, cluster="class", permutations=999, seed=4).joint_test
    )
    other = curve(*arguments, cluster="class", permutations=999, seed=5).joint_test
    assert not first["p_value"].equals(other["p_value"])


def test_flips_know_neither_units_nor_what_is_not_used() -> None:
    data = pupils()
    varied = data.assign(x1=data["x1"] * 1e6, x5=data["x5"] * 1e-6, unused=range(len(data)))
    for cluster in (None, "class"):
        other = varied.assign(**{"class": "c" + varied["class"].astype(str).str[::-1]})
        one, two = (
            curve(FULL, frame, "textual -> speed", cluster=cluster, permutations=99, seed=4)
            for frame in (data, other)
        )
        np.testing.assert_allclose(one.joint_test["p_value"], two.joint_test["p_value"], rtol=1e-12)


# Invariances -------------------------------------------------------------------------------------

ASKED: dict[str, Any] = {
    "missing": ["listwise", "fiml"],
    "leave_out_items": ["x9", "x3"],
    "permutations": 99,
    "seed": 6,
}


@pytest.mark.slow
@pytest.mark.parametrize("cluster", [None, "class"])
def test_the_order_of_rows_does_not_matter(cluster: str | None) -> None:
    first = curve(FULL, pupils(), "textual -> speed", cluster=cluster, **ASKED)
    shuffled = pupils().sample(frac=1.0, random_state=1)
    other = curve(
        FULL, shuffled.reset_index(drop=True), "textual -> speed", cluster=cluster, **ASKED
    )
    close = {"check_exact": False, "rtol": 1e-6, "atol": 1e-8}
    pd.testing.assert_frame_equal(first.table, other.table, **close)
    pd.testing.assert_frame_equal(first.joint_test, other.joint_test, **close)
    pd.testing.assert_frame_equal(first.summary, other.summary, **close)


def test_the_order_of_choices_does_not_matter() -> None:
    first = curve(
        {"a": FULL, "b": SHORT}, pupils(), ["textual -> speed", "visual -> speed"], **ASKED
    )
    turned = {**ASKED, "missing": ["fiml", "listwise"], "leave_out_items": ["x3", "x9"]}
    other = curve(
        {"b": SHORT, "a": FULL}, pupils(), ["visual -> speed", "textual -> speed"], **turned
    )
    keys = ["model", "missing", "items_left_out", "path"]
    for table in (first.table, other.table):
        assert table["specification"].is_monotonic_increasing
    pd.testing.assert_frame_equal(
        first.table.set_index(keys).sort_index().drop(columns="specification"),
        other.table.set_index(keys).sort_index().drop(columns="specification"),
    )
    pd.testing.assert_frame_equal(first.summary, other.summary.loc[first.summary.index])
    keys = ["path", "statistic"]
    assert_same_numbers(
        first.joint_test.set_index(keys).sort_index(), other.joint_test.set_index(keys).sort_index()
    )


@pytest.mark.slow
def test_the_number_of_workers_does_not_matter() -> None:
    first = curve(FULL, pupils(), "textual -> speed", **ASKED)
    other = curve(FULL, pupils(), "textual -> speed", workers=2, **ASKED)
    assert_same_numbers(first.table, other.table)
    assert_same_numbers(first.joint_test, other.joint_test)


def test_progress_says_how_many_fits_come(capsys: pytest.CaptureFixture[str]) -> None:
    curve(FULL, pupils(), "textual -> speed", missing=["listwise", "pairwise"], progress=True)
    assert "1 fits of 2 specifications" in capsys.readouterr().err


def test_an_interrupted_curve_keeps_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    whole_outcome = CurveTask.outcome

    def outcome(self: CurveTask, number: int) -> object:
        if number == 2:
            raise KeyboardInterrupt
        return whole_outcome(self, number)

    monkeypatch.setattr(CurveTask, "outcome", outcome)
    with pytest.warns(ts.TpnSemWarning, match="stopped after 2 of 3 fits"):
        found = ts.specification_curve(
            FULL, graded(), "textual -> speed", leave_out_items=["x3", "x6"]
        )
    assert found.table["state"].tolist() == ["fitted", "fitted", "not asked"]
    assert "the user interrupted" in found.table["reason"].iloc[2]


def test_specifications_without_contributions_are_left_out_of_the_test_and_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing(*arguments: object) -> None:
        raise ts.TpnSemError("there is none")

    monkeypatch.setattr("tpn_sem.multiverse.curve_fits.units_in_estimates", nothing)
    found = curve(FULL, graded(), "textual -> speed", permutations=9, seed=1)
    assert found.joint_test is not None
    assert found.joint_test.empty
    assert "1 specifications have no contributions" in str(found)


# What users see ----------------------------------------------------------------------------------


def test_the_drawing_has_every_estimate_and_every_choice() -> None:
    found = whole()
    svg = found.plot("textual → speed").svg
    assert svg.count("<circle") == 48 + 3  # and the key
    for words in ("Items left out", "x1 + x5", "ageyr + gender", "older", "textual → speed"):
        assert words in svg
    assert ">visual → speed<" not in svg
    assert "estimator" not in svg.replace("standardised estimate", "")  # it has one level
    values = found.table.query("path == 'textual → speed'")["estimate"]
    assert f"<title>{values.max():.3f} [" in svg
    assert found.figure.svg.count("<circle") == 48 + 24 + 3
    assert "<svg" in found._repr_html_()
    assert "Joint test" in found._repr_html_()


def test_the_drawing_escapes_what_users_name() -> None:
    found = curve({"<b>": FULL, "x" * 60: SHORT}, pupils(), "textual -> speed", standardized=False)
    svg = found.figure.svg
    assert "<b>" not in svg
    assert "&lt;b&gt;" in svg
    assert f"{'x' * 33}…" in svg
    assert ">estimate<" in svg


def test_sentences_and_notes() -> None:
    found = whole()
    said = str(found)
    assert "visual → speed: 24 of 48 specifications count (24 not asked)." in said
    assert "49 flips of" in said
    assert "Note: specifications are not independent" in said
    uneven = curve(
        FULL,
        graded(),
        "textual -> speed",
        estimators=["MLR", "ordinal"],
        missing=["fiml", "pairwise"],
    )
    assert uneven.decomposition.empty or not uneven.decomposition["balanced"].all()
    never = curve(FULL, pupils(), "textual -> speed", missing=["listwise", "pairwise"])
    assert "missing 'pairwise' is never asked" in str(never)


def test_a_curve_without_estimates_of_a_path_says_so() -> None:
    found = curve(SHORT, pupils(), ["textual -> speed", "visual -> speed"])
    with pytest.raises(ts.TpnSemError, match="no specification of visual → speed counts"):
        found.plot("visual → speed")
    assert found.summary.loc["visual → speed", "dominant"] == "none"
    assert found.figure.svg.count("<circle") == 1 + 3


# Errors ------------------------------------------------------------------------------------------

MANY = {f"m{i}": FULL for i in range(101)}
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"models": {}}, "models= is empty"),
    ({"models": {"a": ts.triangle.VARIANTS["additive"]}}, "give instrument="),
    (
        {
            "models": {"a": ts.triangle.VARIANTS["additive"]},
            "instrument": ts.Instrument({"f": ["x1", "x2"]}),
        },
        "none can be made",
    ),
    ({"paths": []}, "paths= is empty"),
    ({"paths": "textual"}, "is no path"),
    ({"paths": "a ~ b ~ c"}, "is no path"),
    ({"paths": "a -> a"}, "is no path"),
    ({"paths": "totl: visual -> speed"}, "did you mean 'total'"),
    ({"paths": "total: visual -> textual -> speed"}, "has a word and variables between"),
    ({"paths": "visal -> speed"}, "did you mean 'visual'"),
    ({"paths": "speed -> visual"}, "no specification has an estimate"),
    ({"estimators": "ordnal"}, "did you mean 'ordinal'"),
    ({"estimators": []}, "estimators= is empty"),
    ({"estimators": {"a": {"estimatr": "ML"}}}, "did you mean 'estimator'"),
    ({"estimators": {"a": {"cluster": "class"}}}, "is the same for all specifications"),
    (
        {"estimators": {"a": {"missing": "fiml"}}, "missing": "listwise"},
        "'a' has missing=, which would be without effect",
    ),
    ({"ordered": True}, "ordered= is without effect"),
    ({"missing": "fimll"}, "did you mean 'fiml'"),
    ({"missing": []}, "missing= is empty"),
    ({"missing": "pairwise"}, "none of the 1 specifications can be asked"),
    ({"leave_out_items": ["x99"]}, "no model has the item 'x99'"),
    ({"leave_out_items": [[]]}, "an entry is empty"),
    ({"leave_out_items": ["x9", ["x9"]]}, "'x9' is named twice"),
    ({"careless": "two or mor"}, "did you mean 'two or more'"),
    ({"careless": "any", "instrument": ["x1", "x2", "x3"]}, "eight or more"),
    ({"models": "x1 ~ x2", "paths": "x2 -> x1", "careless": "any"}, "no items whose answers"),
    ({"controls": ["x1"]}, "is an item"),
    ({"controls": ["agey"]}, "did you mean 'ageyr'"),
    ({"controls": ["constant"]}, "has one value"),
    ({"controls": ["label"]}, "labels, each of which"),
    ({"controls": {"none at all": []}}, "an entry is empty"),
    ({"subsets": "label"}, "classes; name those"),
    ({"subsets": {"a": [True, False]}}, "true or false for each of the 301 rows"),
    ({"subsets": {"a": "ageyr"}}, "true or false for each row"),
    ({"subsets": {"a": np.ones(301, dtype=bool)}}, "has all rows"),
    ({"subsets": {"a": np.zeros(301, dtype=bool)}}, "has no row"),
    ({"subsets": {"all": np.arange(301) > 9}}, "rename that subset"),
    ({"subsets": {"a": lambda frame: frame["nope"]}}, "subsets= raised KeyError"),
    ({"invariance": "metric"}, "give group= too"),
    ({"invariance": "metrc", "group": "school"}, "did you mean 'metric'"),
    ({"invariance": [], "group": "school"}, "invariance= is empty"),
    ({"invariance": {"a": {"group_equl": "loadings"}}, "group": "school"}, "group_equal"),
    ({"choices": {"state": {"a": {}}}}, "is the name of another column"),
    ({"choices": {"model": {"a": {}}}}, "is the name of another column"),
    ({"choices": {"a": {}}}, "has no levels"),
    ({"choices": {"a": {"b": {"estimatr": "ML"}}}}, "did you mean 'estimator'"),
    ({"choices": {"a": {"b": {"std_lv": True}, "c": lambda frame: frame}}}, "make two choices"),
    ({"choices": {"a": {"b": lambda frame: 3}}}, "gives a DataFrame"),
    ({"choices": {"a": {"b": lambda frame: frame.set_axis(frame.index + 1)}}}, "keeps its label"),
    ({"choices": {"a": {"b": lambda frame: frame["nope"]}}}, "raised KeyError"),
    ({"instrument": ["x1"]}, "instrument= is without effect"),
    ({"cluster": "clas"}, "did you mean 'class'"),
    ({"estimator": "MLR"}, "give estimators="),
    ({"group_equal": "loadings"}, "give invariance="),
    ({"se": "none"}, "leaves no intervals"),
    ({"std_lvv": True}, "did you mean 'std_lv'"),
    ({"permutations": -1}, "permutations must be between"),
    ({"seed": 1}, "seed= is without effect"),
    ({"seed": -1, "permutations": 9}, "whole number from 0"),
    ({"workers": 0}, "workers=0"),
    ({"standardized": "yes"}, "standardized= is True"),
    ({"data": ts.SampleMoments(np.eye(2), None, 10, names=["a", "b"])}, "needs rows of data"),
    (
        {"models": MANY, "choices": {"a": {str(i): {} for i in range(200)}}},
        "20200 specifications are asked for",
    ),
]


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("changes", "said"), WRONG, ids=[said for _, said in WRONG])
def test_bad_input_is_refused_with_advice(changes: dict[str, Any], said: str) -> None:
    labels = [f"l{i % 30}" for i in range(301)]
    asked: dict[str, Any] = {
        "models": FULL,
        "data": pupils().assign(constant=1, label=labels),
        "paths": "textual -> speed",
        **changes,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        with pytest.raises(ts.TpnSemError) as error:
            ts.specification_curve(**asked)
    assert said in str(error.value)


def test_a_wrong_number_or_path_of_a_curve_is_refused() -> None:
    with pytest.raises(ts.TpnSemError, match="there are 1 to 48"):
        whole().fit(49)
    with pytest.raises(ts.TpnSemError, match="did you mean 'textual → speed'"):
        whole().plot("textual -> speed")
