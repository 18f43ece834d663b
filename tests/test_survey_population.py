"""The population of the survey in large samples and in closed form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from survey_cases import items_of

from tpn_sem.datasets import (
    FACTORS,
    ITEMS,
    VARIANTS,
    TeacherPopulation,
    imply,
    teachers,
)

RURAL_TEACHERS = 196 / 440
LOADINGS = {
    factor: np.array(values)
    for factor, values in {
        "NPC": (0.68, 0.76, 0.80, 0.72, 0.60),
        "KSSE": (0.76, 0.84, 0.82, 0.78, 0.70),
        "KS": (0.74, 0.82, 0.84, 0.76, 0.66),
        "KR": (0.70, 0.78, 0.80, 0.74, 0.62),
    }.items()
}


def factor_covariance(frame: pd.DataFrame, acquiescence_sd: float = 0.18) -> pd.DataFrame:
    """Covariances of the factors, solved from those of continuous items and known loadings."""
    covariance = frame[list(ITEMS)].cov()
    result = pd.DataFrame(np.eye(4), index=list(FACTORS), columns=list(FACTORS))
    for first in FACTORS:
        for second in FACTORS:
            block = covariance.loc[items_of(first), items_of(second)].to_numpy()
            block = block - acquiescence_sd**2
            weights = np.outer(LOADINGS[first], LOADINGS[second])
            off_diagonal = ~np.eye(5, dtype=bool) if first == second else np.ones((5, 5), bool)
            result.loc[first, second] = block[off_diagonal].sum() / weights[off_diagonal].sum()
    return result


@pytest.fixture(scope="module")
def large() -> pd.DataFrame:
    """About 90 000 teachers in 6000 schools; the standard error of a correlation is .003."""
    return teachers(schools=6000, non_invariance=0, missing=0, item_type="continuous")


class TestStructure:
    def test_total_variances_are_1(self, large: pd.DataFrame) -> None:
        np.testing.assert_allclose(large[list(ITEMS)].var(), 1, atol=0.02)
        np.testing.assert_allclose(np.diag(factor_covariance(large)), 1, atol=0.02)

    def test_planted_loadings(self, large: pd.DataFrame) -> None:
        for factor, loadings in LOADINGS.items():
            covariance = large[items_of(factor)].cov().to_numpy()
            implied = np.outer(loadings, loadings) + 0.18**2
            off_diagonal = ~np.eye(5, dtype=bool)
            np.testing.assert_allclose(covariance[off_diagonal], implied[off_diagonal], atol=0.02)

    def test_planted_regressions(self, large: pd.DataFrame) -> None:
        covariance = factor_covariance(large)
        predictors = ["NPC", "KSSE"]
        among = covariance.loc[predictors, predictors]
        sharing = np.linalg.solve(among, covariance.loc[predictors, "KS"])
        np.testing.assert_allclose(sharing, [0.18, 0.48], atol=0.015)
        # Rural has a path to KR and to NPC, so KR's line differs a little from its paths.
        receiving = np.linalg.solve(among, covariance.loc[predictors, "KR"])
        np.testing.assert_allclose(receiving, [0.38, 0.20], atol=0.02)

    @pytest.mark.parametrize(
        ("factor", "cause", "path"),
        [
            ("NPC", "mentoring", 0.20),
            ("NPC", "change", 0.15),
            ("KSSE", "comparison", 0.25),
            ("KS", "f2f", 0.15),
            ("KR", "f2f", 0.10),
            ("KR", "change", 0.15 * (0.38 + 0.20 * 0.35)),
            ("NPC", "comparison", 0.0),
        ],
    )
    def test_planted_context(
        self, large: pd.DataFrame, factor: str, cause: str, path: float
    ) -> None:
        covariances = large[items_of(factor)].apply(lambda item: item.cov(large[cause]))
        estimate = (covariances / LOADINGS[factor]).mean()
        assert estimate == pytest.approx(path, abs=0.015)

    def test_rural_difference(self, large: pd.DataFrame) -> None:
        means = large.groupby("rural")[items_of("NPC")].mean()
        difference = ((means.loc[1] - means.loc[0]) / LOADINGS["NPC"]).mean()
        assert difference == pytest.approx(0.30, abs=0.025)

    def test_covariance_of_npc_and_ksse_by_path_tracing(self) -> None:
        variance_of_rural = RURAL_TEACHERS * (1 - RURAL_TEACHERS)
        traced = 0.35 + 0.30 * variance_of_rural * -0.10
        implied = imply(TeacherPopulation(), RURAL_TEACHERS).factor_covariance
        assert implied[0, 1] == pytest.approx(traced, abs=1e-12)

    @pytest.mark.sampled(3)
    @pytest.mark.parametrize("variant", VARIANTS)
    def test_implied_covariances_are_those_of_a_large_sample(self, variant: str) -> None:
        frame = teachers(
            TeacherPopulation.variant(variant),
            schools=6000,
            non_invariance=0,
            missing=0,
            item_type="continuous",
        )
        implied = imply(TeacherPopulation.variant(variant), frame["rural"].mean())
        np.testing.assert_allclose(factor_covariance(frame), implied.factor_covariance, atol=0.02)

    def test_explained_variance_is_partial(self) -> None:
        implied = imply(TeacherPopulation(), RURAL_TEACHERS)
        assert implied.r_squared("KS") == pytest.approx(0.31, abs=0.015)
        assert implied.r_squared("KR") == pytest.approx(0.23, abs=0.01)

    def test_full_mediation_has_no_direct_effect(self) -> None:
        phi = imply(TeacherPopulation.variant("full mediation"), RURAL_TEACHERS).factor_covariance
        assert phi[0, 2] == pytest.approx(phi[0, 1] * phi[1, 2], abs=1e-12)
        assert phi[0, 3] == pytest.approx(phi[0, 1] * phi[1, 3], abs=1e-12)

    def test_chain_multiplies_along_its_links(self) -> None:
        phi = imply(TeacherPopulation.variant("chain"), RURAL_TEACHERS).factor_covariance
        assert phi[1, 3] == pytest.approx(phi[1, 2] * phi[2, 3], abs=1e-12)
        assert phi[0, 3] == pytest.approx(phi[0, 1] * phi[1, 2] * phi[2, 3], abs=1e-12)

    def test_additive_regressions_are_the_paths(self) -> None:
        phi = imply(TeacherPopulation.variant("additive"), RURAL_TEACHERS).factor_covariance
        np.testing.assert_allclose(np.linalg.solve(phi[:2, :2], phi[:2, 2]), [0.18, 0.48])
        np.testing.assert_allclose(np.linalg.solve(phi[:2, :2], phi[:2, 3]), [0.38, 0.20])

    def test_named_default_is_the_default(self) -> None:
        assert TeacherPopulation.variant("partial mediation") == TeacherPopulation()

    def test_product_moderates(self) -> None:
        population = replace(
            TeacherPopulation(),
            ksse_on_npc=0.60,
            ks_on_product=0.50,
            npc_on_rural=0.0,
            ksse_on_rural=0.0,
        )
        frame = teachers(
            population, schools=6000, non_invariance=0, missing=0, item_type="continuous"
        )
        third_moment = (frame["npc3"] * frame["ksse2"] * frame["ks3"]).mean()
        # Normal variables: E[(N K - c)^2] = 1 + c^2, where c, their covariance, is .60.
        expected = 0.80 * 0.84 * 0.84 * 0.50 * (1 + 0.60**2)
        assert third_moment == pytest.approx(expected, abs=0.03)
        np.testing.assert_allclose(frame[items_of("KS")].var(), 1, atol=0.02)
        np.testing.assert_allclose(frame[items_of("KS")].mean(), 0, atol=0.02)

    def test_disturbance_correlation_of_sharing_and_receiving(self, large: pd.DataFrame) -> None:
        phi = factor_covariance(large)
        sharing = 0.18 * phi["NPC"] + 0.48 * phi["KSSE"]
        receiving = 0.38 * phi["NPC"] + 0.20 * phi["KSSE"]
        # What paths from face-to-face and the product add; what rural adds to KR is below .001.
        left_sharing = 1 - sharing["KS"] - 0.15**2 - 0.08**2 * (1 + 0.34**2)
        left_receiving = 1 - receiving["KR"] - 0.10**2
        covariance = phi.loc["KS", "KR"] - sharing["KR"] - 0.15 * 0.10
        correlation = covariance / np.sqrt(left_sharing * left_receiving)
        assert correlation == pytest.approx(0.35, abs=0.015)


class TestClustering:
    @pytest.mark.parametrize("icc", [0.0, 0.2])
    def test_icc_knob(self, icc: float) -> None:
        frame = teachers(
            schools=3000, rural_share=0, icc=icc, missing=0, non_invariance=0,
            item_type="continuous",
        )  # fmt: skip
        for factor in FACTORS:
            observed = [anova_icc(frame, item) for item in items_of(factor)]
            np.testing.assert_allclose(observed, LOADINGS[factor] ** 2 * icc, atol=0.02)

    def test_documented_icc_of_the_factors(self) -> None:
        implied = imply(TeacherPopulation(), RURAL_TEACHERS)
        between_locations = (
            implied.location_shares @ implied.factor_means**2
        )  # the factors' means are 0
        within = np.array([TeacherPopulation().school_icc[factor] for factor in FACTORS])
        total = within + between_locations
        assert ((total >= 0.05) & (total <= 0.09)).all()

    def test_documented_icc_in_the_data(self) -> None:
        frame = teachers(
            schools=3000, rural_share=0, missing=0, non_invariance=0, item_type="continuous"
        )
        for factor, icc in {"NPC": 0.06, "KSSE": 0.06, "KS": 0.07, "KR": 0.05}.items():
            observed = np.mean([anova_icc(frame, item) for item in items_of(factor)])
            assert observed == pytest.approx(np.mean(LOADINGS[factor] ** 2) * icc, abs=0.006)


def anova_icc(frame: pd.DataFrame, column: str) -> float:
    """Intraclass correlation by analysis of variance, schools of unequal size."""
    schools = frame.groupby("school")[column]
    sizes = schools.size().to_numpy()
    n, k = sizes.sum(), sizes.size
    deviations = schools.mean().to_numpy() - frame[column].mean()
    between = (sizes * deviations**2).sum() / (k - 1)
    within = ((frame[column] - schools.transform("mean")) ** 2).sum() / (n - k)
    average_size = (n - (sizes**2).sum() / n) / (k - 1)
    variance = (between - within) / average_size
    return float(variance / (variance + within))


class TestNonInvariance:
    @pytest.mark.parametrize("amount", [0.0, 1.0, 2.0])
    def test_planted_shifts(self, amount: float) -> None:
        frame = teachers(schools=6000, non_invariance=amount, missing=0, item_type="continuous")
        means = frame.groupby("rural")[list(ITEMS)].mean()
        difference = means.loc[1] - means.loc[0]
        ksse = (difference[items_of("KSSE")[:4]] / LOADINGS["KSSE"][:4]).mean()
        assert difference["ksse5"] - 0.70 * ksse == pytest.approx(-0.40 * amount, abs=0.03)
        others = [item for item in items_of("KR") if item != "kr3"]
        kr = (difference[others] / LOADINGS["KR"][[0, 1, 3, 4]]).mean()
        assert difference["kr3"] - 0.80 * kr == pytest.approx(0.35 * amount, abs=0.03)

    @pytest.mark.parametrize("amount", [0.0, 1.0, 2.0])
    def test_planted_loading(self, amount: float) -> None:
        frame = teachers(schools=6000, non_invariance=amount, missing=0, item_type="continuous")
        ratios = {}
        for rural, part in frame.groupby("rural"):
            covariance = part[["npc1", "npc3", "npc5"]].cov() - 0.18**2
            fifth, third = covariance["npc1"].loc[["npc5", "npc3"]].to_numpy()
            ratios[rural] = fifth / third
        assert ratios[0] == pytest.approx(0.60 / 0.80, abs=0.03)
        assert ratios[1] == pytest.approx((0.60 - 0.20 * amount) / 0.80, abs=0.03)

    def test_only_planted_items_change(self) -> None:
        without = teachers(non_invariance=0, missing=0)
        with_it = teachers(missing=0)
        changed = [item for item in ITEMS if not without[item].equals(with_it[item])]
        assert changed == ["npc5", "ksse5", "kr3"]

    def test_acquiescence_links_unrelated_items(self) -> None:
        population = replace(
            TeacherPopulation(), npc_on_rural=0.0, ksse_on_npc=0.0, ksse_on_rural=0.0
        )
        frame = teachers(
            population, schools=6000, non_invariance=0, missing=0, item_type="continuous"
        )
        block = frame[list(ITEMS)].cov().loc[items_of("NPC"), items_of("KSSE")]
        assert block.to_numpy().mean() == pytest.approx(0.18**2, abs=0.01)
