"""Laws that hold for any data: what must not matter, does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from hypothesis import given, settings
from hypothesis import strategies as st

import tpn_sem as ts

pytestmark = pytest.mark.sampled(3)

ITEMS = [f"x{place}" for place in range(1, 7)]
TEXT = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f"
CFA = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"
law = settings(max_examples=5, deadline=None, derandomize=True)


@dataclass(frozen=True)
class Survey:
    """Rows of six items of two factors, a group and clusters."""

    seed: int
    n: int
    loading: float
    relation: float

    @property
    def frame(self) -> pd.DataFrame:
        r = np.random.default_rng(self.seed)
        f = r.normal(size=self.n)
        g = self.relation * f + r.normal(size=self.n)
        noise = r.normal(size=(self.n, 6))
        values = np.column_stack([f, f, f, g, g, g]) * self.loading + noise + r.normal(size=6)
        frame = pd.DataFrame(values, columns=ITEMS)
        return frame.assign(
            group=np.where(np.arange(self.n) % 2, "b", "a"), school=np.arange(self.n) % 17
        )

    @property
    def grades(self) -> pd.DataFrame:
        """The same with four categories an item."""
        items = self.frame[ITEMS].apply(lambda item: pd.qcut(item, 4, labels=False))
        return self.frame.assign(**items)

    @property
    def gaps(self) -> pd.DataFrame:
        """The same with a tenth of the answers missing."""
        r = np.random.default_rng(self.seed + 1)
        return self.frame.assign(**self.frame[ITEMS].mask(r.random((self.n, 6)) < 0.1))


SURVEYS = st.builds(
    Survey,
    st.integers(0, 10_000),
    st.integers(120, 400),
    st.floats(0.8, 1.6),
    st.floats(-0.6, 0.6),
)
WAYS = {
    "ML": (False, {}),
    "MLR": (False, {"estimator": "MLR"}),
    "GLS": (False, {"estimator": "GLS"}),
    "ULS": (False, {"estimator": "ULS"}),
    "FIML": (True, {"missing": "fiml"}),
    "WLSMV": (None, {"ordered": True}),
    "clusters": (False, {"cluster": "school"}),
    "groups": (False, {"group": "group", "group_equal": "loadings"}),
}


def fitted(survey: Survey, way: str, frame: pd.DataFrame | None = None, text: str = TEXT) -> ts.Fit:
    """The model by one of the ways."""
    data = data_of(survey, way) if frame is None else frame
    return quietly(ts.sem, text, data, **WAYS[way][1])


def data_of(survey: Survey, way: str) -> pd.DataFrame:
    gaps = WAYS[way][0]
    return survey.grades if gaps is None else survey.gaps if gaps else survey.frame


def same(one: ts.Fit, other: ts.Fit, rel: float = 1e-6, measures: tuple[str, ...] = ()) -> None:
    """Both converged, with the same chi-square, and df, or neither did."""
    assert one.converged == other.converged
    if not one.converged:
        return
    for name in measures or ("chisq", "df", "srmr", "cfi"):
        assert other.measures[name] == pytest.approx(one.measures[name], rel=rel, abs=1e-6), name


def numbers(fit: ts.Fit) -> pd.DataFrame:
    """Estimates and errors of the free parameters, by what they are."""
    table = fit.estimates
    named = table.assign(
        one=[min(a, b) if op == "~~" else a for a, op, b in _keys(table)],
        two=[max(a, b) if op == "~~" else b for a, op, b in _keys(table)],
    )
    return named[named["free"]].set_index(["one", "op", "two", "group"])[["estimate", "se"]]


def _keys(table: pd.DataFrame) -> zip:
    return zip(table["lhs"], table["op"], table["rhs"], strict=True)


def same_numbers(one: ts.Fit, other: ts.Fit, rel: float = 1e-5) -> None:
    """The same free parameters, with the same errors, whatever their order."""
    same(one, other)
    if one.converged:
        first, second = numbers(one), numbers(other)
        assert set(first.index) == set(second.index)
        np.testing.assert_allclose(second.loc[first.index], first, rtol=rel, atol=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@law
@given(survey=SURVEYS, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_is_nothing(way: str, survey: Survey, order: object) -> None:
    data = data_of(survey, way)
    mixed = data.sample(frac=1.0, random_state=survey.seed)[data.columns[::-1]]
    if way == "groups":  # which keep the order in which they appear
        mixed = mixed.sort_values("group", kind="stable")
    same_numbers(fitted(survey, way), fitted(survey, way, mixed))


@pytest.mark.parametrize("way", WAYS)
@law
@given(survey=SURVEYS)
def test_the_order_of_statements_is_nothing(way: str, survey: Survey) -> None:
    turned = "g ~ f\ng =~ x4 + x5 + x6\nf =~ x1 + x2 + x3"
    same_numbers(fitted(survey, way), fitted(survey, way, text=turned))


@pytest.mark.parametrize("way", WAYS)
@law
@given(survey=SURVEYS)
def test_names_are_nothing(way: str, survey: Survey) -> None:
    names = dict(zip(ITEMS, ["ö1", "b.b", "C_3", "школа", "e", "zz"], strict=True))
    text = TEXT
    for old, new in names.items():
        text = text.replace(old, new)
    data = data_of(survey, way).rename(columns=names)
    same(fitted(survey, way), fitted(survey, way, data, text))


@pytest.mark.parametrize("way", [way for way in WAYS if way not in ("WLSMV", "ULS")])
@law
@given(survey=SURVEYS, power=st.integers(-8, 8), item=st.sampled_from(ITEMS))
def test_units_are_nothing(way: str, survey: Survey, power: int, item: str) -> None:
    data = data_of(survey, way)
    scaled = data.assign(**{item: data[item] * 10.0**power})
    same(fitted(survey, way), fitted(survey, way, scaled), rel=1e-5)


@law
@given(survey=SURVEYS)
def test_groups_can_change_places(survey: Survey) -> None:
    swapped = survey.frame.sort_values("group", ascending=False, kind="stable")
    same(fitted(survey, "groups"), fitted(survey, "groups", swapped))


@pytest.mark.parametrize("way", WAYS)
@law
@given(survey=SURVEYS)
def test_a_fixed_zero_changes_nothing(way: str, survey: Survey) -> None:
    same_numbers(fitted(survey, way), fitted(survey, way, text=f"{TEXT}\nx1 ~~ 0*x4"))


@law
@given(survey=SURVEYS)
def test_a_saturated_model_fits_perfectly(survey: Survey) -> None:
    text = "x1 ~ x2 + x3\nx2 ~~ x3"
    for options in ({}, {"missing": "fiml"}, {"estimator": "GLS"}):
        fit = quietly(ts.sem, text, survey.frame, **options)
        assert fit.measures["df"] == 0
        assert fit.measures["chisq"] == pytest.approx(0.0, abs=1e-6)
    coefficients = np.linalg.lstsq(
        np.column_stack([np.ones(survey.n), survey.frame[["x2", "x3"]]]), survey.frame["x1"]
    )[0]
    assert fit.coef["x1~x2"] == pytest.approx(coefficients[1], rel=1e-6)


@law
@given(survey=SURVEYS)
def test_frequency_weights_are_repeated_rows(survey: Survey) -> None:
    times = np.random.default_rng(survey.seed).integers(0, 4, survey.n)
    data = survey.frame
    repeated = data.loc[data.index.repeat(times)].reset_index(drop=True)
    one = quietly(ts.sem, TEXT, repeated)
    other = quietly(ts.sem, TEXT, data.assign(w=times), frequency_weights="w")
    same_numbers(one, other)


@law
@given(survey=SURVEYS)
def test_full_information_of_complete_rows_is_maximum_likelihood(survey: Survey) -> None:
    one = quietly(ts.sem, TEXT, survey.frame, mean_structure=True, information="observed")
    same_numbers(one, quietly(ts.sem, TEXT, survey.frame, missing="fiml"))


@law
@given(survey=SURVEYS, shift=st.integers(-5, 5), step=st.integers(1, 4))
def test_the_codes_of_categories_are_nothing(survey: Survey, shift: int, step: int) -> None:
    data = survey.grades
    recoded = data.assign(**(data[ITEMS] * step + shift))
    same_numbers(fitted(survey, "WLSMV"), fitted(survey, "WLSMV", recoded))


@pytest.mark.parametrize("way", ["ML", "MLR", "GLS", "FIML", "WLSMV"])
@law
@given(survey=SURVEYS)
def test_how_a_factor_gets_its_unit_is_nothing(way: str, survey: Survey) -> None:
    _, options = WAYS[way]
    data = data_of(survey, way)
    marker = quietly(ts.cfa, CFA, data, **options)
    same(marker, quietly(ts.cfa, CFA, data, std_lv=True, **options))
    other = "f =~ x3 + x2 + x1\ng =~ x5 + x4 + x6"
    same(marker, quietly(ts.cfa, other, data, **options))
    if way != "WLSMV":
        coded = quietly(ts.cfa, CFA, data, effect_coding=True, **options)
        same(marker, coded)


@law
@given(survey=SURVEYS)
def test_moments_are_as_good_as_rows(survey: Survey) -> None:
    moments = ts.SampleMoments.from_data(survey.frame[ITEMS])
    same_numbers(quietly(ts.sem, TEXT, survey.frame), quietly(ts.sem, TEXT, moments))


@law
@given(survey=SURVEYS, share=st.floats(0.2, 0.8))
def test_merged_parts_are_the_whole(survey: Survey, share: float) -> None:
    data, cut = survey.frame[ITEMS], int(survey.n * share)
    parts = ts.SampleMoments.from_data(data[:cut]).merge(ts.SampleMoments.from_data(data[cut:]))
    same_numbers(quietly(ts.sem, TEXT, data), quietly(ts.sem, TEXT, parts))


@pytest.mark.parametrize("way", ["ML", "MLR", "FIML", "WLSMV"])
@law
@given(survey=SURVEYS)
def test_groups_without_equalities_are_groups_apart(way: str, survey: Survey) -> None:
    _, options = WAYS[way]
    data = data_of(survey, way)
    together = quietly(ts.sem, TEXT, data, group="group", **options)
    apart = [quietly(ts.sem, TEXT, part, **options) for _, part in data.groupby("group")]
    if together.converged and all(fit.converged for fit in apart):
        total = sum(fit.measures["chisq"] for fit in apart)
        tolerance = 2e-2 if way == "WLSMV" else 1e-6  # whose groups count n - 1 each
        assert together.measures["chisq"] == pytest.approx(total, rel=tolerance)


@law
@given(survey=SURVEYS)
def test_what_clusters_are_called_is_nothing(survey: Survey) -> None:
    named = survey.frame.assign(school=survey.frame["school"].map(lambda s: f"no. {99 - s}"))
    same_numbers(fitted(survey, "clusters"), fitted(survey, "clusters", named))


@pytest.mark.slow
@settings(max_examples=2, deadline=None, derandomize=True)
@given(survey=SURVEYS)
def test_workers_change_no_number(survey: Survey) -> None:
    fit = fitted(survey, "ML")
    one, two = (ts.bootstrap(fit, 40, seed=3, workers=count) for count in (None, 2))
    np.testing.assert_allclose(one.replicates, two.replicates, rtol=1e-9)
