"""Models with exploratory blocks against lavaan, and what rotation may not change.

tests/reference/esem.R made the values: esem.json with lavaan 0.7-2, esem-0.6.json with 0.6-14.
"""

from __future__ import annotations

import itertools
import json
import pickle
import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, reference_data

import tpn_sem as ts
from tpn_sem.errors import (
    IdentificationError,
    ModelError,
    NotAvailableError,
    OptionError,
    TpnSemError,
)
from tpn_sem.estimation.exploratory import equation_slopes
from tpn_sem.estimation.standard_errors import moment_matrices
from tpn_sem.rotation import Geomin

PUPILS = reference_data("HolzingerSwineford1939")
NINE = "x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9"
THREE = f'efa("b")*f1 + efa("b")*f2 + efa("b")*f3 =~ {NINE}'
TEXTS = {
    "three": THREE,
    "covariate": f"{THREE}\nf1 + f2 + f3 ~ ageyr",
    "outcome": """
        efa("a")*f1 + efa("a")*f2 =~ x1 + x2 + x3 + x4 + x5 + x6
        speed =~ x7 + x8 + x9
        speed ~ f1 + f2 + ageyr
        f1 + f2 ~ ageyr""",
}
EXPECTED = np.zeros((9, 3))
for block in range(3):
    EXPECTED[3 * block : 3 * block + 3, block] = np.nan
SCHOOLS = {"group": "school"}
CASES = {
    "geomin": ("three", "geomin", {}, {}),
    "geomin_mlr": ("three", "geomin", {}, {"estimator": "MLR"}),
    "oblimin": ("three", "oblimin", {}, {}),
    "varimax": ("three", "varimax", {}, {}),
    "missing": ("three", "oblimin", {}, {"missing": "fiml"}),
    "covariate": ("covariate", "oblimin", {}, {}),
    "covariate_geomin": ("covariate", "geomin", {}, {}),
    "outcome": ("outcome", "oblimin", {}, {}),
    "configural": ("three", "oblimin", {}, SCHOOLS),
    "loadings_raw": (
        "three",
        "oblimin",
        {"standardized": False},
        {**SCHOOLS, "group_equal": "loadings"},
    ),
    "ordinal": ("three", "oblimin", {}, {"ordered": True}),
    "target": ("three", "target", {"target": EXPECTED}, {}),
}
# Weakly told rotations move by the square root of what lavaan's search leaves.
LOOSE = {
    "geomin": 5e-5,
    "geomin_mlr": 5e-5,
    "covariate_geomin": 5e-5,
    "outcome": 2e-5,
    "loadings_raw": 3e-5,
}
# lavaan differentiates numerically.
ERRORS = {
    "0.7-2": dict.fromkeys(
        ("oblimin", "varimax", "missing", "covariate", "outcome", "target", "loadings_raw"), 1e-3
    ),
    "0.6-14": dict.fromkeys(("oblimin", "varimax", "covariate", "outcome", "target"), 1e-3),
}
VERSIONS = {
    version: json.loads((REFERENCE / name).read_text())["cases"]
    for version, name in (("0.7-2", "esem.json"), ("0.6-14", "esem-0.6.json"))
}


def data(name: str) -> pd.DataFrame:
    """The data of a case."""
    if name == "missing":
        return reference_data("hs_missing")
    if name == "ordinal":
        items = PUPILS[[f"x{place}" for place in range(1, 10)]]
        cuts = items.quantile([0.2, 0.5, 0.8])
        return items.apply(lambda column: np.searchsorted(cuts[column.name], column) + 1)
    return PUPILS


@cache
def fitted(name: str) -> ts.Fit:
    """The fit of a case."""
    text, rotation, arguments, options = CASES[name]
    return quiet(TEXTS[text], data(name), rotation=rotation, rotation_args=arguments, **options)


def quiet(text: str, frame: pd.DataFrame, **options: object) -> ts.Fit:
    """A fit whose warnings are not looked at."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ts.sem(text, frame, **options)


def matched(fit: ts.Fit, known: list[dict]) -> tuple[np.ndarray, np.ndarray]:
    """Estimates and errors beside lavaan's, shape (k, 2) each, factors in the order that fits."""
    table = fit.estimates
    places = {label: place + 1 for place, label in enumerate(dict.fromkeys(table["group"]))}
    own = {}
    for row in table.itertuples():
        for key in ((row.lhs, row.op, row.rhs), (row.rhs, row.op, row.lhs)):
            own.setdefault((*key, places[row.group]), (row.estimate, row.se))
    factors = sorted({row["lhs"] for row in known if row["lhs"] in ("f1", "f2", "f3")})
    best = None
    for order in itertools.permutations(factors):
        names = dict(zip(factors, order, strict=True))
        signs = {
            factor: np.sign(
                sum(
                    row["est"] * own[names[factor], "=~", row["rhs"], 1][0]
                    for row in known
                    if (row["lhs"], row["op"], row["group"]) == (factor, "=~", 1)
                )
            )
            for factor in factors
        }
        pairs, errors = [], []
        for row in known:
            key = [names.get(row[side], row[side]) for side in ("lhs", "rhs")]
            estimate, se = own[key[0], row["op"], key[1], row["group"]]
            sign = signs.get(row["lhs"], 1.0) * signs.get(row["rhs"], 1.0)
            pairs.append((sign * estimate, row["est"]))
            errors.append((se, row.get("se") or np.nan))
        values = np.array(pairs)
        if best is None or np.ptp(values, axis=1).max() < np.ptp(best[0], axis=1).max():
            best = values, np.array(errors)
    assert best is not None
    return best


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", CASES)
def test_estimates_and_fit_are_lavaans(name: str) -> None:
    known = VERSIONS["0.7-2"][name]
    fit = fitted(name)
    values, _ = matched(fit, known["estimates"])
    assert len(values) >= 30
    np.testing.assert_allclose(values[:, 0], values[:, 1], atol=LOOSE.get(name, 1e-5))
    measures = known["measures"]
    assert fit.measures["df"] == measures["df"]
    assert fit.measures["chisq"] == pytest.approx(measures["chisq"], rel=1e-5)
    for index in ("cfi", "rmsea"):
        if name != "missing":
            assert fit.measures[index] == pytest.approx(measures[index], abs=1e-5)


@pytest.mark.parametrize("version", VERSIONS)
def test_standard_errors_are_lavaans_by_the_delta_method(version: str) -> None:
    compared = 0
    for name, tolerance in ERRORS[version].items():
        _, errors = matched(fitted(name), VERSIONS[version][name]["estimates"])
        told = np.isfinite(errors).all(axis=1)
        compared += int(told.sum())
        np.testing.assert_allclose(errors[told, 0], errors[told, 1], atol=tolerance, err_msg=name)
    assert compared >= 150


def test_rotation_changes_neither_fit_nor_implied_moments() -> None:
    fits = [fitted(name) for name in ("geomin", "oblimin", "varimax", "target")]
    for fit in fits[1:]:
        assert fit.measures["chisq"] == pytest.approx(fits[0].measures["chisq"], rel=1e-8)
        np.testing.assert_allclose(fit.implied, fits[0].implied, atol=1e-8)


@pytest.mark.parametrize("name", ["geomin", "varimax", "covariate", "outcome", "configural"])
def test_equations_are_as_many_as_a_rotation_has_freedoms(name: str) -> None:
    """And the tangent of the constraints is where estimates of other samples can move."""
    estimation = fitted(name).estimation
    slopes = equation_slopes(estimation.objective, estimation.parameters)
    rotations = estimation.specification.restrictions.rotations
    assert len(slopes) == sum(one.n_equations for one in rotations)
    assert np.linalg.matrix_rank(slopes) == len(slopes)
    assert estimation.tangent.shape[1] == estimation.n_parameters
    np.testing.assert_allclose(slopes @ estimation.tangent, 0.0, atol=1e-8)


@pytest.mark.parametrize("rotation", ["oblimin", "varimax"])
def test_errors_are_those_of_estimates_of_other_samples(rotation: str) -> None:
    """Estimates of data that moved a little move along the tangent of the rotation's equations."""
    generator = np.random.default_rng(5)
    names = [f"x{place}" for place in range(1, 10)]
    frame = PUPILS[names]
    first = ts.sem(THREE, frame, rotation=rotation)
    weight = generator.normal(size=len(frame))
    moved = []
    for size in (1e-4, -1e-4):
        rows = frame.assign(w=1.0 + size * weight)
        moved.append(ts.sem(THREE, rows, rotation=rotation, sampling_weights="w"))
    change = (moved[0].estimation.parameters - moved[1].estimation.parameters) / 2e-4
    estimation = first.estimation
    slopes = equation_slopes(estimation.objective, estimation.parameters)
    assert np.abs(slopes).max() > 0.1
    np.testing.assert_allclose(slopes @ change, 0.0, atol=1e-4 * np.abs(change).max())


@pytest.mark.parametrize("rotation", ["oblimin", "geomin", "varimax", "infomax"])
def test_a_block_alone_is_an_exploratory_factor_analysis(rotation: str) -> None:
    """Whose errors come from Jennrich's slopes, another way."""
    items = [f"x{place}" for place in range(1, 10)]
    keys = ["lhs", "op", "rhs"]
    one = quiet(THREE, PUPILS, rotation=rotation).standardized().set_index(keys)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = ts.efa(PUPILS, 3, rotation, items=items).estimates.set_index(keys)
    other = other[other.index.isin(one.index)]
    assert len(other) == 30
    for column in ("estimate", "se"):
        np.testing.assert_allclose(one.loc[other.index, column], other[column], atol=1e-6)


def test_two_blocks_turn_apart() -> None:
    text = """
        efa("a")*f1 + efa("a")*f2 =~ x1 + x2 + x3 + x4 + x5 + x6
        efa("c")*s1 =~ x7 + x8 + x9
        s1 ~ f1 + f2"""
    rotation = {"a": "oblimin", "c": "geomin"}
    fit = ts.sem(text, PUPILS, rotation=rotation)
    assert list(fit.rotations) == ["a", "c"]
    assert fit.rotations["a"].name == "quartimin"
    other = ts.sem(text, PUPILS, rotation={"a": Geomin(0.01)})
    assert other.measures["chisq"] == pytest.approx(fit.measures["chisq"], rel=1e-8)
    assert abs(other.coef["s1~f1"] - fit.coef["s1~f1"]) > 1e-3
    assert other.r_squared["s1"] == pytest.approx(fit.r_squared["s1"], rel=1e-6)


def test_groups_rotate_alike_where_loadings_are_equal() -> None:
    fit = quiet(THREE, PUPILS, group="school", group_equal=["loadings", "intercepts"])
    table = fit.estimates
    loadings = table[table["op"] == "=~"].pivot_table(
        index=["lhs", "rhs"], columns="group", values="estimate"
    )
    np.testing.assert_allclose(loadings.iloc[:, 0], loadings.iloc[:, 1])
    assert list(fit.rotations) == ["b"]
    own = (table["op"] == "~~") & (table["lhs"] == table["rhs"]) & table["lhs"].str.startswith("f")
    assert table.loc[own, "free"].tolist() == [False] * 3 + [True] * 3
    apart = quiet(THREE, PUPILS, group="school")
    assert list(apart.rotations) == ["b [Pasteur]", "b [Grant-White]"]


def test_order_of_groups_changes_nothing_but_units() -> None:
    """Loadings are rotated in units of the items over all groups that share them."""
    one = quiet(THREE, PUPILS, group="school", group_equal="loadings", rotation="oblimin")
    turned = PUPILS.iloc[::-1]
    other = quiet(THREE, turned, group="school", group_equal="loadings", rotation="oblimin")
    assert one.group_labels != other.group_labels
    assert other.measures["chisq"] == pytest.approx(one.measures["chisq"], rel=1e-8)


@pytest.mark.slow
def test_ladder_of_invariance() -> None:
    ladder = ts.invariance(THREE, PUPILS, group="school", partial=True)
    steps = ladder.table
    assert steps.loc["configural", "df"] == 24
    assert steps.loc["metric", "df"] == 42
    assert steps.loc["scalar", "df"] == 48
    assert "partial scalar" in steps.index
    assert len(ladder.freed) > 0
    assert "=~" not in str(ladder.freed)


@pytest.mark.slow
def test_ordinal_ladder_is_fitted_from_its_texts() -> None:
    frame = data("ordinal").assign(school=PUPILS["school"].to_numpy())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ladder = ts.invariance(THREE, frame, group="school", ordered=True)
    assert ladder.table.loc["loadings", "df"] == 51
    assert 'efa("b")*f1 =~ ' in ladder.models["loadings"].text


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"rotation": "varimax"},
        SCHOOLS,
        {**SCHOOLS, "group_equal": ["loadings", "intercepts"]},
        {**SCHOOLS, "group_equal": "loadings", "rotation_args": {"orthogonal": True}},
    ],
)
def test_esem_within_cfa_is_the_same_fit(options: dict[str, object]) -> None:
    fit = quiet(THREE, PUPILS, **options)
    data_options = {name: value for name, value in options.items() if name == "group"}
    again = ts.Model(fit.esem_within_cfa(), "none").fit(PUPILS, **data_options)
    assert "efa" not in fit.esem_within_cfa()
    assert again.measures["df"] == fit.measures["df"]
    assert again.measures["chisq"] == pytest.approx(fit.measures["chisq"], rel=1e-7)
    table, other = fit.estimates, again.estimates
    keys = ["lhs", "op", "rhs", "group"]
    both = table.merge(other, on=keys)
    assert len(both) == len(table)
    np.testing.assert_allclose(both["estimate_x"], both["estimate_y"], atol=2e-4)


def test_esem_within_cfa_can_be_extended() -> None:
    fit = quiet(THREE, PUPILS)
    text = fit.esem_within_cfa() + "\nx1 ~~ x2"
    assert ts.Model(text, "none").fit(PUPILS).measures["df"] == fit.measures["df"] - 1


@pytest.mark.slow
def test_bootstrap_keeps_order_and_signs_of_factors() -> None:
    fit = quiet(THREE, PUPILS, rotation="oblimin")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an endless Heywood case in some draws
        drawn = ts.bootstrap(fit, 20, seed=1)
    strong = ["f1=~x3", "f2=~x4", "f3=~x8"]
    assert (drawn.replicates[strong].dropna() > 0.3).all(axis=None)


def test_what_is_said_of_the_rotation() -> None:
    fit = quiet(THREE, PUPILS)
    report = fit.rotations["b"]
    assert report.n_starts == 30
    assert report.n_minima >= 1
    assert "Rotation of block b" in fit.summary()
    assert "geomin(0.001), oblique" in fit.summary()
    if report.n_minima > 1:
        assert any("minima" in note for note in fit.notes)
    assert pickle.loads(pickle.dumps(fit)).coef.to_dict() == fit.coef.to_dict()


def test_fit_goes_on_as_any_other() -> None:
    """Scores, residuals, indices, comparisons and equality tests know nothing of rotation."""
    fit = fitted("oblimin")
    assert fit.factor_scores().shape == (301, 3)
    assert np.abs(fit.residuals().to_numpy()).max() < 0.2
    assert (fit.modification_indices()["mi"] >= 0.0).all()
    simple = ts.cfa("f1 =~ x1 + x2 + x3\nf2 =~ x4 + x5 + x6\nf3 =~ x7 + x8 + x9", PUPILS)
    assert ts.compare(fit, simple)["df_diff"].iloc[-1] == 12
    equal = quiet(THREE, PUPILS, group="school", group_equal="loadings")
    tests = equal.score_tests().set_index("constraint")
    assert (tests["df"].iloc[:-1] == 1).all()
    assert tests.loc["total", "df"] == 18


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ('efa("b")*f1 + efa("b")*f2 =~ x1 + x2', ModelError, "2 factors of 2 items"),
        ('efa("b")*f1 + efa("b")*f2 =~ x1 + x2 + x3', IdentificationError, "not identified"),
        (f"{THREE}\nf1 ~ ageyr", ModelError, "turn together"),
        (f"{THREE}\nf1 + f2 + f3 ~ a*ageyr", ModelError, "would not hold after"),
        (f"{THREE}\nf1 ~~ 0*f2", ModelError, "turn together"),
        (f"{THREE}\nf1 ~ f2", ModelError, "let them covary"),
        (f"{THREE}\nf1 ~~ a*f2\na > 0.9", ModelError, "would not hold after"),
        ('efa("b")*f1 + efa("b")*f2 =~ 1*x1 + x2 + x3 + x4 + x5', ModelError, "cannot be fixed"),
        ('efa("b")*f1 =~ x1 + x2\nefa("b")*f2 =~ x3 + x4', ModelError, "'x1' loads on 'f1' but"),
        (f"{THREE}\nf1 =~ visual", ModelError, "not all its loadings"),
        ('x1 ~~ efa("b")*x2', ModelError, "belongs to loadings"),
        (f"{THREE}\ny =~ x1 + x2\ny ~ f1 + f2", TpnSemError, "turn together"),
    ],
)
def test_models_that_rotation_would_change_are_refused(
    text: str, error: type[TpnSemError], words: str
) -> None:
    with pytest.raises(error, match=words):
        ts.sem(text, PUPILS)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rotation": "promax"}, "second step"),
        ({"rotation": "none"}, "without meaning"),
        ({"rotation": "geomim"}, "did you mean 'geomin'"),
        ({"rotation_args": {"epsilo": 1}}, "did you mean 'epsilon'"),
        ({"rotation": "target"}, "needs rotation_args"),
        ({"rotation": "target", "rotation_args": {"target": np.zeros((4, 3))}}, "4 x 3"),
        ({"rotation": {"c": "geomin"}}, "names the block 'c'"),
        ({"rotation_args": {"starts": 0}}, "starts must be"),
        ({"rotation_args": {"orthogonal": "yes"}}, "True or False"),
        ({"rotation_args": 5}, "is a dict"),
        ({"effect_coding": True}, "would not hold after"),
    ],
)
def test_bad_options_are_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(TpnSemError, match=words):
        ts.sem(THREE, PUPILS, **options)


def test_partial_equality_and_idle_rotation_are_refused() -> None:
    with pytest.raises(ModelError, match="all loadings of a block or none"):
        ts.sem(THREE, PUPILS, group="school", group_equal="loadings", group_partial="f1 =~ x1")
    with pytest.raises(OptionError, match="without effect"):
        ts.sem("f =~ x1 + x2 + x3", PUPILS, rotation="geomin")
    with pytest.raises(NotAvailableError, match="no exploratory block"):
        ts.sem("f =~ x1 + x2 + x3", PUPILS).esem_within_cfa()


# Starts, units, slips -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pair", "chisq"), [("a1~~a2", 12.849), ("a1~~b1", 8.709), ("b3~~b4", 13.275)]
)
def test_residual_covariances_beside_a_block_converge(pair: str, chisq: float) -> None:
    """The chi-squares are lavaan 0.7-2's."""
    generator = np.random.default_rng(0)
    factors = generator.normal(size=(400, 2))
    frame = pd.DataFrame(
        {
            f"{word}{item}": 0.8 * factors[:, place] + 0.6 * generator.normal(size=400)
            for place, word in enumerate("ab")
            for item in range(1, 5)
        }
    )
    text = f'efa("b")*f1 + efa("b")*f2 =~ {" + ".join(frame.columns)}\n{pair}'
    fit = quiet(text, frame)
    assert fit.converged
    assert fit.measures["df"] == 12
    assert fit.measures["chisq"] == pytest.approx(chisq, abs=2e-3)


@pytest.mark.parametrize("unit", [1e-6, 1e6])
@pytest.mark.parametrize("columns", [["x2"], [f"x{place}" for place in range(1, 10)]])
def test_units_of_items_change_nothing(unit: float, columns: list[str]) -> None:
    scaled = PUPILS.assign(**{name: unit * PUPILS[name] for name in columns})
    one = quiet(THREE, PUPILS, rotation="oblimin").standardized()
    other = quiet(THREE, scaled, rotation="oblimin").standardized()
    for column in ("estimate", "se"):
        np.testing.assert_allclose(other[column], one[column], atol=1e-7)


@pytest.mark.slow
def test_notes_of_what_did_not_converge_are_there() -> None:
    fit = quiet(f"{THREE}\nx7 ~~ x8", PUPILS)
    assert not fit.converged
    assert fit.notes
    assert str(fit.summary())


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ('efa("b")*f1 + efa("b")*f1 =~ x1 + x2 + x3 + x4', {}, "stands twice"),
        (THREE, {"rotation_args": {"z": {"order": "items"}}}, "by block"),
        (THREE, {"rotation_args": {"starts": 1.5}}, "whole number"),
        (THREE, {"rotation_args": {"seed": None}}, "whole number"),
    ],
)
def test_slips_are_told(text: str, options: dict[str, object], words: str) -> None:
    with pytest.raises(TpnSemError, match=words):
        ts.sem(text, PUPILS, **options)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("rotation", "theirs", "ours"),
    [
        ("geomin", {"geomin_epsilon": 0.01, "rstarts": 5}, {"epsilon": 0.01, "starts": 5}),
        (
            "geomin",
            {"geomin.epsilon": 0.01, "std.ov": False},
            {"epsilon": 0.01, "standardized": False},
        ),
        (
            "oblimin",
            {"oblimin_gamma": -0.5, "row_weights": "kaiser"},
            {"gamma": -0.5, "kaiser": True},
        ),
        ("varimax", {"orthogonal": True, "row_weights": "none"}, {"kaiser": False}),
        (
            "cf",
            {"cf_gamma": 0.2, "order_lv_by": "sumofsquares"},
            {"kappa": 0.2, "order": "variance"},
        ),
        (
            "pst",
            {"target": np.zeros((9, 3)), "target_mask": np.isfinite(EXPECTED).astype(float)},
            {"target": EXPECTED},
        ),
    ],
)
def test_lavaans_names_of_arguments_are_understood(
    rotation: str, theirs: dict[str, object], ours: dict[str, object]
) -> None:
    one, other = (
        quiet(THREE, PUPILS, rotation=rotation, rotation_args=given) for given in (theirs, ours)
    )
    np.testing.assert_allclose(one.coef, other.coef, atol=1e-7)


def test_lavaans_names_are_checked() -> None:
    with pytest.raises(OptionError, match="kaiser"):
        ts.sem(THREE, PUPILS, rotation_args={"row_weights": "cureton"})
    with pytest.raises(OptionError, match="target_mask"):
        ts.sem(
            THREE, PUPILS, rotation="target", rotation_args={"target": EXPECTED, "target_mask": "x"}
        )


@pytest.mark.parametrize("name", ["geomin", "covariate", "configural", "ordinal"])
def test_what_is_fitted_away_is_so_to_rounding(name: str) -> None:
    """Directions that a rotation leaves free are even, so that nothing of a moment is left over."""
    estimation = fitted(name).estimation
    jacobian = moment_matrices.jacobian(estimation)
    left = moment_matrices.fitted_away(estimation) @ jacobian
    np.testing.assert_allclose(left, 0.0, atol=1e-11 * np.abs(jacobian).max())
    assert np.linalg.cond(jacobian / np.linalg.norm(jacobian, axis=0)) < 1e4
