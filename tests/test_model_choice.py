"""Classes of models that data cannot exclude; nonnest2's numbers stand in reference/."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from functools import cache
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from triangle_cases import INSTRUMENT, SATURATED, survey

import tpn_sem as ts
from tpn_sem.errors import ComparisonWarning
from tpn_sem.model_choice import ComparedModels, ModelChoice
from tpn_sem.model_choice.boundary_tests import Edge, nested_test
from tpn_sem.model_choice.model_weights import selection_frequencies
from tpn_sem.model_choice.telling_size import needed_noncentrality, telling_size
from tpn_sem.numerics import chi_square_tail
from tpn_sem.triangle import VARIANTS

REFERENCE = Path(__file__).parent / "reference"
FROZEN = json.loads((REFERENCE / "model_choice.json").read_text())
ASKED = (
    *("four factors", "additive", "partial mediation", "sharing first", "full mediation"),
    *("same effects", "chain", "two facets", "one apex", "merged pairs", "common method, equal"),
)


def data_of(model: str) -> pd.DataFrame:
    name = "PoliticalDemocracy" if "ind60" in model else "HolzingerSwineford1939"
    return pd.read_csv(REFERENCE / "data" / f"{name}.csv")


@cache
def frozen_fit(name: str) -> ts.Fit:
    text = FROZEN["models"][name]
    return ts.sem(text, data_of(text), mean_structure=True)


def fit_to(data: pd.DataFrame, name: str, **options: object) -> ts.Fit:
    own = options or {"missing": "fiml", "cluster": "school", "se": "none"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        return VARIANTS[name].model(INSTRUMENT).fit(data, **own)


@cache
def variant_fit(name: str) -> ts.Fit:
    return fit_to(survey(missing=1.0), name)


def compare(*fits: object, **options: object) -> ComparedModels:
    """Without the warning of neighbours in the table that are not nested."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ComparisonWarning)
        return ts.compare(*fits, **options)


@cache
def compared() -> ComparedModels:
    return compare(**{name: variant_fit(name) for name in ASKED}, reference="four factors")


# Against nonnest2 --------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "pair", FROZEN["pairs"], ids=lambda pair: f"{pair['first']}-{pair['second']}"
)
def test_pairs_that_are_not_nested_agree_with_nonnest2(pair: dict[str, object]) -> None:
    first, second = str(pair["first"]), str(pair["second"])
    found = compare(**{name: frozen_fit(name) for name in (first, second)})
    test = found.choice.vuong(first, second)
    assert test.variance == pytest.approx(pair["variance"], rel=1e-5)
    # its integral is exact to 1e-6, and may be negative
    assert test.p_indistinguishable == pytest.approx(pair["p_indistinguishable"], abs=1e-5)
    assert test.z == pytest.approx(pair["z"], rel=1e-5)
    assert test.p_first == pytest.approx(pair["p_first"], rel=1e-4, abs=1e-9)
    assert test.p_second == pytest.approx(pair["p_second"], rel=1e-4, abs=1e-9)
    for row in found.other_pairs.itertuples():
        wanted = np.array(pair["bic"])
        wanted = wanted if row.first == first else -wanted[::-1]
        assert (row.bic_lower, row.bic_upper) == pytest.approx(tuple(wanted), rel=1e-5)


# The edge ----------------------------------------------------------------------------------------


def test_one_variance_at_the_edge_is_half_and_half() -> None:
    edge = Edge((1,), np.eye(1))
    wanted = 0.5 * chi_square_tail(2.7, 1)
    assert edge.mixture_tail(2.7, 1) == pytest.approx(wanted, rel=1e-12)
    wanted = 0.5 * (chi_square_tail(4.0, 2) + chi_square_tail(4.0, 3))
    assert edge.mixture_tail(4.0, 3) == pytest.approx(wanted, rel=1e-12)


def test_two_variances_at_the_edge_are_binomial() -> None:
    """Two groups with a variance each: weights 1/4, 1/2, 1/4 (Self & Liang, 1987, case 7)."""
    edge = Edge((1, 1), np.diag([1.0, 4.0]))
    wanted = 0.5 * chi_square_tail(3.0, 1) + 0.25 * chi_square_tail(3.0, 2)
    assert edge.mixture_tail(3.0, 2) == pytest.approx(wanted, rel=1e-12)
    wanted = (chi_square_tail(3.0, 1) + 2 * chi_square_tail(3.0, 2) + chi_square_tail(3.0, 3)) / 4
    assert edge.mixture_tail(3.0, 3) == pytest.approx(wanted, rel=1e-12)
    assert Edge((1, 1), np.eye(2)).mixture_tail(0.0, 2) == 1.0


def test_correlated_variances_at_the_edge_have_the_weights_of_their_angle() -> None:
    rho = 0.6
    edge = Edge((1, 1), np.array([[1.0, rho], [rho, 1.0]]))
    both = 0.25 + np.arcsin(rho) / (2.0 * np.pi)  # both estimates inside: all of the gain
    inside = 0.5 * chi_square_tail(3.0, 1) + both * chi_square_tail(3.0, 2)
    assert edge.mixture_tail(3.0, 2) == pytest.approx(inside, abs=0.02)


def test_a_two_by_two_cone_has_its_known_weights() -> None:
    """Half the angle of a circular cone, 45 degrees, gives them (Shapiro, 1985)."""
    edge = Edge((2,), np.diag([1.0, 0.5, 1.0]))  # in the length of a symmetric matrix
    outer, inner = 0.25 * np.sqrt(2.0), 0.5 - 0.25 * np.sqrt(2.0)
    wanted = outer * (chi_square_tail(3.5, 1) + chi_square_tail(3.5, 2))
    wanted += inner * chi_square_tail(3.5, 3)
    assert edge.mixture_tail(3.5, 3) == pytest.approx(wanted, abs=0.02)


@pytest.mark.parametrize("name", ["one apex", "merged pairs"])
def test_factors_that_are_one_are_at_the_edge_of_two(name: str) -> None:
    found = nested_test(variant_fit(name).estimation, variant_fit("four factors").estimation)
    assert found.edge == "edge"


def test_more_general_measurement_with_a_variance_of_zero_is_at_its_edge() -> None:
    general = variant_fit("common method, equal").estimation
    found = nested_test(variant_fit("four factors").estimation, general)
    plain = chi_square_tail(found.statistic, 1)
    assert (found.edge, found.df) == ("edge", 1)
    assert found.p_value == pytest.approx(0.5 * plain, rel=1e-9)


def test_a_regular_restriction_is_not_at_an_edge() -> None:
    general = variant_fit("four factors").estimation
    found = nested_test(variant_fit("sharing first").estimation, general)
    assert found.edge == ""
    assert found.p_value == pytest.approx(chi_square_tail(found.statistic, 1), rel=1e-9)


@pytest.mark.slow
def test_parameters_that_vanish_leave_no_test() -> None:
    free = variant_fit("common method, free").estimation
    found = nested_test(variant_fit("four factors").estimation, free)
    assert found.edge == "parameters vanish"
    assert np.isnan(found.p_value)


# The set -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_equivalent_models_are_a_class() -> None:
    classes = compared().classes
    assert ("four factors", "additive", "partial mediation") in classes
    assert set(SATURATED) >= {"four factors", "additive", "partial mediation"}


@pytest.mark.slow
def test_the_set_on_the_survey() -> None:
    """Efficacy acts on receiving in the population; whether through sharing cannot be seen."""
    found = compared()
    assert found.confidence_set == ["four factors", "sharing first"]
    verdicts = found.verdicts["verdict"]
    assert verdicts["common method, equal"] == "wider"
    assert verdicts["full mediation"] == "excluded"


@pytest.mark.slow
def test_what_is_nested_in_an_excluded_class_has_no_larger_p_before_adjustment() -> None:
    table = compared().verdicts
    relations = compared().choice.relations
    pairs = [(one, other) for one, other in relations.nested if table.loc[other, "n_tests"] > 0]
    inside = [(one, other) for one, other in pairs if table.loc[other, "verdict"] == "excluded"]
    assert len(inside) >= 3
    raw = table["p_value"] / table["n_tests"]
    for restricted, general in inside:
        assert raw[restricted] <= raw[general] * (1 + 1e-9), restricted


def test_order_decides_nothing_between_models_that_are_not_nested() -> None:
    texts = FROZEN["models"]
    data = data_of("")
    fits = {name: ts.sem(texts[name], data, mean_structure=True) for name in ("path", "turned")}
    one, other = compare(**fits), compare(**dict(reversed(fits.items())))
    assert set(one.confidence_set) == set(other.confidence_set)
    assert one.choice.confidence_set.reference == other.choice.confidence_set.reference
    table = one.verdicts
    judged = table["p_value"].dropna()
    pair = one.other_pairs.iloc[0]
    assert judged.iloc[0] == pytest.approx(2.0 * min(pair["p_first"], pair["p_second"]))


def test_order_of_rows_and_groups_draws_the_same() -> None:
    data = data_of("")
    turned = data.iloc[::-1].reset_index(drop=True)
    frequencies = []
    for frame in (data, turned):
        texts = [FROZEN["models"][name] for name in ("three", "one", "two")]
        fits = [ts.cfa(text, frame, group="school") for text in texts]
        frequencies.append(compare(*fits, seed=3, draws=400).selection)
    pd.testing.assert_frame_equal(*frequencies)


def test_nothing_proper_is_said_and_judges_nothing() -> None:
    moved = "visual =~ x1 + x2 + x3 + x9\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        improper = [ts.cfa(moved, data_of("")), ts.cfa(moved, data_of(""), std_lv=True)]
        found = compare(*improper)
        assert "nothing to choose from" in found.sentences[0]
        for name in ("verdicts", "confidence_set", "nested_pairs"):
            with pytest.raises(ts.TpnSemError, match="no model has a proper solution"):
                getattr(found, name)
        assert found.weights.empty
        proper = ts.cfa(FROZEN["models"]["three"], data_of(""))
        with pytest.raises(ts.TpnSemError, match="the reference 'bad' has no proper solution"):
            compare(bad=improper[0], good=proper, reference="bad").verdicts  # noqa: B018


def test_two_fits_of_one_name_are_refused() -> None:
    one = frozen_fit("three")
    with pytest.raises(ts.TpnSemError, match="two fits are called 'model 1'"):
        compare(one, **{"model 1": frozen_fit("one")})


def test_sentences_say_what_would_tell() -> None:
    said = " ".join(compared().sentences)
    assert "Excluded by 440 rows in 29 clusters (school) at 95%" in said
    assert "sharing first cannot be told from four factors" in said
    assert "would" in said
    assert "equivalent" in said


@pytest.mark.slow
def test_order_and_names_of_models_change_nothing() -> None:
    names = ("four factors", "sharing first", "full mediation", "chain")
    wanted = compare(**{name: variant_fit(name) for name in names}, reference="four factors")
    for order in list(permutations(names))[::5]:
        fits = {name: variant_fit(name) for name in order}
        found = compare(**fits, reference="four factors")
        assert set(found.confidence_set) == set(wanted.confidence_set)
        pd.testing.assert_frame_equal(
            found.verdicts.loc[list(names)], wanted.verdicts.loc[list(names)]
        )
    renamed = compare(**{f"m{k}": variant_fit(name) for k, name in enumerate(names)})
    assert renamed.confidence_set == ["m0", "m1"]


def test_order_of_rows_changes_nothing() -> None:
    data = survey(missing=1.0)
    names = ("four factors", "sharing first", "full mediation")
    turned = data.sample(frac=1.0, random_state=3).reset_index(drop=True)
    fits = {name: fit_to(turned, name) for name in names}
    found = compare(**fits).verdicts
    wanted = compare(**{name: variant_fit(name) for name in names}).verdicts
    assert found["p_value"].to_numpy() == pytest.approx(
        wanted["p_value"].to_numpy(), rel=1e-5, nan_ok=True
    )


def test_an_improper_solution_is_out_and_said() -> None:
    moved = "visual =~ x1 + x2 + x3 + x9\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        heywood = ts.cfa(moved, data_of(moved), mean_structure=True)
    proper = frozen_fit("three")
    assert proper.admissible
    assert not heywood.admissible
    found = compare(heywood=heywood, proper=proper, one=frozen_fit("one"))
    assert "heywood" not in found.verdicts.index
    assert any("without a proper solution: heywood" in said for said in found.sentences)


def test_one_class_compares_nothing() -> None:
    found = compare(a=variant_fit("four factors"), b=variant_fit("additive"))
    assert "nothing is compared" in found.sentences[0]


def test_only_what_excludes_all_others_is_supported() -> None:
    fits = {name: variant_fit(name) for name in ("four factors", "full mediation", "chain")}
    found = compare(**fits)
    assert list(found.verdicts["verdict"]) == ["supported", "excluded", "excluded"]
    assert found.sentences[0].startswith("Supported by 440 rows")


def test_least_squares_have_a_set_and_no_weights() -> None:
    names = ("four factors", "full mediation", "sharing first")
    fits = {name: fit_to(survey(), name, ordered=True) for name in names}
    found = compare(**fits)
    assert found.verdicts["verdict"]["full mediation"] == "excluded"
    for table in (found.weights, found.selection, found.other_pairs):
        assert table.empty


# Sizes, weights, frequencies ---------------------------------------------------------------------


@pytest.mark.parametrize(("df", "wanted"), [(1, 7.849), (2, 9.635), (5, 12.828)])
def test_noncentrality_for_power_as_in_published_tables(df: int, wanted: float) -> None:
    """Power .80 at .05; Saris & Satorra (1993)."""
    assert needed_noncentrality(df, 0.80, 0.05) == pytest.approx(wanted, abs=2e-3)


def test_sizes_that_would_tell_grow_as_the_statistic_shrinks() -> None:
    general = variant_fit("four factors").estimation
    test = nested_test(variant_fit("sharing first").estimation, general)
    seen = telling_size(replace(test, statistic=8.849), 0.80, 0.05)
    assert seen.factor == pytest.approx(1.0, abs=1e-3)
    assert seen.at_least < 1.0
    assert telling_size(replace(test, statistic=0.5), 0.80, 0.05).factor == np.inf


def test_criteria_are_those_of_the_fits_and_weights_sum_to_one() -> None:
    found = compared()
    first = variant_fit("sharing first").measures
    assert found.criteria.loc["sharing first", "bic"] == pytest.approx(first["bic"], rel=1e-9)
    assert found.criteria.loc["sharing first", "aic"] == pytest.approx(first["aic"], rel=1e-9)
    assert found.weights.sum().to_numpy() == pytest.approx(1.0)
    gap = found.criteria["bic"] - found.criteria["bic"].min()
    wanted = np.exp(-gap / 2.0) / np.exp(-gap / 2.0).sum()
    assert found.weights["bic"].to_numpy() == pytest.approx(wanted.to_numpy(), rel=1e-9)


def test_takeuchi_penalty_is_the_number_of_parameters_where_rows_are_normal() -> None:
    text = "f =~ x1 + x2 + x3"
    data = ts.simulate(
        "f =~ .8*x1 + .7*x2 + .6*x3\nf ~~ 1*f\nx1 ~~ .36*x1\nx2 ~~ .51*x2\nx3 ~~ .64*x3",
        20_000,
        seed=4,
    )
    fits = {
        "a": ts.cfa(text, data, mean_structure=True),
        "b": ts.cfa(text + "\nf ~~ 1*f\nf =~ NA*x1", data, mean_structure=True),
    }
    criteria = compare(**fits).criteria
    price = (criteria["takeuchi"] - criteria["aic"]).iloc[0] / 2.0
    assert abs(price) < 0.25  # of 9 parameters


@pytest.mark.slow
def test_frequencies_of_selection_are_those_of_refits() -> None:
    data = survey(missing=1.0)
    names = ("four factors", "sharing first", "full mediation", "one disposition")
    fits = {name: variant_fit(name) for name in names}
    choice = ModelChoice({name: fit.estimation for name, fit in fits.items()})
    ours = selection_frequencies(choice.firsts, choice._evidence, 2000, 1)["bic"]
    generator, schools = np.random.default_rng(5), data["school"].unique()
    chosen = dict.fromkeys(names, 0)
    for _ in range(60):
        drawn = generator.choice(schools, len(schools))
        parts = [data[data["school"] == s].assign(school=f"{k}") for k, s in enumerate(drawn)]
        again = pd.concat(parts, ignore_index=True)
        bic = {name: fit_to(again, name).measures["bic"] for name in names}
        chosen[min(bic, key=bic.__getitem__)] += 1
    for name in names:
        assert ours[name] == pytest.approx(chosen[name] / 60, abs=0.15)


# What is refused ---------------------------------------------------------------------------------


def test_bad_options_are_refused() -> None:
    fits = {name: variant_fit(name) for name in ("four factors", "chain")}
    for option, value in (("level", 1.5), ("power", 0.0), ("draws", 0), ("reference", "chian")):
        with pytest.raises(ts.TpnSemError, match=option):
            compare(**fits, **{option: value})
    text = FROZEN["models"]
    squares = [ts.cfa(text[name], data_of(""), estimator="ULS") for name in ("three", "one")]
    for option in ({"draws": 10}, {"seed": 1}):
        with pytest.raises(ts.TpnSemError, match="frequencies of selection"):
            compare(*squares, **option)
    assert compare(list(fits.values())).shape == compare(*fits.values()).shape


def test_a_reference_that_does_not_fit_is_said() -> None:
    said = compare(**{name: frozen_fit(name) for name in ("three", "one")}).sentences
    assert any(
        "three itself is rejected by the test of exact fit (p < .001)" in one for one in said
    )
    fits = {name: variant_fit(name) for name in ("four factors", "full mediation")}
    assert not any("exact fit" in one for one in compare(**fits).sentences)


# Units -------------------------------------------------------------------------------------------

MERGED = "verbal =~ x1 + x2 + x3 + x4 + x5 + x6\nspeed =~ x7 + x8 + x9"


def in_units(*units: float, clustered: bool = False) -> dict[str, ts.Fit]:
    data = data_of("")
    data["class"] = np.arange(len(data)) // 5
    options = {"cluster": "class"} if clustered else {}
    for place in range(9):
        data[f"x{place + 1}"] *= units[place % len(units)]
    style = " + ".join(f"{units[place % len(units)]}*x{place + 1}" for place in range(9))
    free = FROZEN["models"]["three"]
    texts = {
        "three": free,
        "merged": MERGED,
        "moved": FROZEN["models"]["moved"],
        "path": f"{free}\nspeed ~ textual\ntextual ~ visual",
        "style": f"{free}\nm =~ {style}\nm ~~ 0*visual + 0*textual + 0*speed",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        return {
            name: ts.sem(text, data, mean_structure=True, **options) for name, text in texts.items()
        }


@pytest.mark.sampled(4)
@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("units", [(1e6, 1e-6, 1.0), (1e-6,), (1.0, 1e-6)])
def test_units_of_items_change_no_test_between_models(
    units: tuple[float, ...], clustered: bool
) -> None:
    wanted, found = (
        compare(**in_units(*one, clustered=clustered), seed=1) for one in ((1.0,), units)
    )
    for name in ("nested_pairs", "other_pairs", "weights", "selection"):
        ours, theirs = getattr(found, name), getattr(wanted, name)
        assert list(ours.columns) == list(theirs.columns)
        numbers = ours.select_dtypes("number").columns
        np.testing.assert_allclose(ours[numbers], theirs[numbers], rtol=2e-4, atol=1e-7)
    pd.testing.assert_series_equal(found.nested_pairs["edge"], wanted.nested_pairs["edge"])
    assert (wanted.nested_pairs["edge"] == "edge").any()
