"""Data that others published, against the numbers that lavaan prints of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tpn_sem.datasets import (
    holzinger_swineford_1939,
    political_democracy,
)


def independence_chi_square(frame: pd.DataFrame) -> float:
    """Likelihood-ratio chi-square of the model in which no two variables covary."""
    covariance = np.cov(frame.to_numpy().T, bias=True)
    log_determinant = np.linalg.slogdet(covariance)[1]
    return float(len(frame) * (np.log(np.diag(covariance)).sum() - log_determinant))


class TestHolzingerSwineford:
    def test_shape_and_names(self) -> None:
        frame = holzinger_swineford_1939()
        names = ["id", "sex", "ageyr", "agemo", "school", "grade"]
        assert list(frame) == names + [f"x{j}" for j in range(1, 10)]
        assert len(frame) == 301
        assert frame["id"].is_unique
        assert frame["grade"].isna().sum() == 1
        assert frame.drop(columns="grade").notna().all(axis=None)

    def test_schools(self) -> None:
        counts = holzinger_swineford_1939()["school"].value_counts()
        assert counts.to_dict() == {"Pasteur": 156, "Grant-White": 145}

    def test_means_as_lavaan_prints_them(self) -> None:
        means = holzinger_swineford_1939().loc[:, "x1":"x9"].mean()
        published = [4.936, 6.088, 2.250, 3.061, 4.341, 2.186, 4.186, 5.527, 5.374]
        np.testing.assert_allclose(means, published, atol=0.0005)

    def test_baseline_chi_square_as_lavaan_prints_it(self) -> None:
        frame = holzinger_swineford_1939()
        scores = frame.loc[:, "x1":"x9"]
        assert independence_chi_square(scores) == pytest.approx(918.852, abs=0.0005)
        by_school = [independence_chi_square(part) for _, part in scores.groupby(frame["school"])]
        assert sum(by_school) == pytest.approx(957.769, abs=0.0005)

    def test_raw_scores_are_whole_numbers(self) -> None:
        divisors = [6, 4, 8, 3, 4, 7, 23, 20, 36]
        raw = holzinger_swineford_1939().loc[:, "x1":"x9"].to_numpy() * divisors
        # The source has eight significant digits.
        np.testing.assert_allclose(raw, np.round(raw), atol=5e-6)
        np.testing.assert_array_equal(np.round(raw[0]), [20, 31, 3, 7, 23, 9, 78, 115, 229])


class TestPoliticalDemocracy:
    def test_shape_and_names(self) -> None:
        frame = political_democracy()
        assert list(frame) == [f"y{j}" for j in range(1, 9)] + ["x1", "x2", "x3"]
        assert frame.shape == (75, 11)
        assert (frame.dtypes == "float64").all()
        assert frame.notna().all(axis=None)

    def test_means_as_lavaan_prints_them(self) -> None:
        published = [5.465, 4.256, 6.563, 4.453, 5.136, 2.978, 6.196, 4.043, 5.054, 4.792, 3.558]
        np.testing.assert_allclose(political_democracy().mean(), published, atol=0.0005)

    def test_baseline_chi_square_as_lavaan_prints_it(self) -> None:
        assert independence_chi_square(political_democracy()) == pytest.approx(730.654, abs=0.0005)

    def test_ratings_run_from_0_to_10(self) -> None:
        ratings = political_democracy().loc[:, "y1":"y8"]
        assert ratings.min().min() == 0
        assert ratings.max().max() == pytest.approx(10)

    def test_decimals_are_read_to_the_nearest_double(self) -> None:
        assert political_democracy()["x1"].iloc[0] == 4.442651
        assert holzinger_swineford_1939()["x9"].iloc[0] == 6.3611111
