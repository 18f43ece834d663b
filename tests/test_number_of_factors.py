"""How many factors: psych's numbers, published ones, laws, and what is refused."""

from __future__ import annotations

import json
import pickle
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, reference_data

import tpn_sem as ts
from tpn_sem.errors import DataError, NotAvailableError, OptionError
from tpn_sem.exploration.number_of_factors import (
    SHIPPED_RULES,
    ComparisonData,
    FactorEvidence,
    Hull,
    NullData,
    NumberOfFactors,
    RuleAnswer,
    VerySimpleStructure,
    bartlett_sphericity,
    kaiser_meyer_olkin,
    number_of_factors,
)
from tpn_sem.exploration.number_of_factors.comparison_data import rank_sum_tail
from tpn_sem.exploration.number_of_factors.eigenvalue_rules import kaiser_references
from tpn_sem.exploration.number_of_factors.factor_evidence import varimax
from tpn_sem.exploration.number_of_factors.hull import bends_after, hull_places
from tpn_sem.exploration.number_of_factors.item_likelihoods import fit_numbers
from tpn_sem.exploration.number_of_factors.item_margins import latent_correlations, margins_of
from tpn_sem.exploration.number_of_factors.kinds_of_correlation import product_moment
from tpn_sem.exploration.number_of_factors.minimum_average_partial import average_partials
from tpn_sem.exploration.number_of_factors.reduced_correlations import bent, reduced
from tpn_sem.exploration.number_of_factors.rules_verdict import verdict
from tpn_sem.exploration.number_of_factors.sampling_adequacy import grade
from tpn_sem.exploration.number_of_factors.very_simple_structure import simple_fit
from tpn_sem.moments import likelihood_correlations

WITNESS = json.loads((REFERENCE / "number_of_factors.json").read_text(encoding="utf-8"))
QUICK = ["parallel", "map"]


def pupils() -> pd.DataFrame:
    return reference_data("HolzingerSwineford1939")[[f"x{k}" for k in range(1, 10)]]


def answers() -> pd.DataFrame:
    return reference_data("ordinal_five")[[f"q{k}" for k in range(1, 11)]]


@cache
def whole() -> NumberOfFactors:
    return number_of_factors(answers())


def matrix(name: str) -> np.ndarray:
    if name == "harman":
        return np.array(WITNESS["harman"]["correlations"])
    data = pupils() if name == "pupils" else answers()
    return np.corrcoef(data.to_numpy(), rowvar=False)


def rows(name: str) -> int:
    return WITNESS["harman"]["n"] if name == "harman" else len(globals()[name]())


def evidence_of(correlations: np.ndarray, n: int, most: int = 4, **changes: Any) -> FactorEvidence:
    """Evidence of correlations that rows do not matter for, but in parallel analysis."""
    p = len(correlations)
    values = np.random.default_rng(1).normal(size=(n, p))
    given = {"kind": "pearson", "null": NullData(50), **changes}
    names = tuple(f"x{k}" for k in range(p))
    return FactorEvidence(names, values, correlations, n_rows=n, most=most, **given)


def block_correlations(n_factors: int, loading: float = 0.7, each: int = 5) -> np.ndarray:
    loadings = np.kron(np.eye(n_factors), np.full((each, 1), loading))
    found = loadings @ loadings.T
    np.fill_diagonal(found, 1.0)
    return found


def drawn(n_factors: int, n: int = 300, seed: int = 2, each: int = 5) -> pd.DataFrame:
    """Five-point answers."""
    root = np.linalg.cholesky(block_correlations(n_factors, each=each))
    latent = np.random.default_rng(seed).normal(size=(n, len(root))) @ root.T
    codes = 1.0 + np.searchsorted([-1.6, -1.0, -0.3, 0.5], latent)
    return pd.DataFrame(codes, columns=[f"q{k + 1}" for k in range(len(root))])


# Witnesses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pupils", "answers", "harman"])
def test_sampling_adequacy_and_sphericity_are_those_of_psych(name: str) -> None:
    found, witness = matrix(name), WITNESS[name]
    overall, by_item = kaiser_meyer_olkin(found)
    assert overall == pytest.approx(witness["kmo"], abs=1e-11)
    np.testing.assert_allclose(by_item, witness["kmo_items"], atol=1e-11)
    test = bartlett_sphericity(found, rows(name))
    assert test.chisq == pytest.approx(witness["bartlett"]["chisq"], rel=1e-11)
    assert test.df == witness["bartlett"]["df"]
    assert test.p_value == pytest.approx(witness["bartlett"]["p"], rel=1e-6, abs=1e-300)


def test_sampling_adequacy_and_sphericity_are_those_of_factor_analyzer() -> None:
    pytest.importorskip("factor_analyzer")
    from factor_analyzer.factor_analyzer import calculate_bartlett_sphericity, calculate_kmo

    found = number_of_factors(pupils(), rules=QUICK)
    by_item, overall = calculate_kmo(pupils())
    np.testing.assert_allclose(found.sampling_adequacy, by_item, atol=1e-10)
    assert found.kmo == pytest.approx(overall, abs=1e-10)
    assert found.bartlett.chisq == pytest.approx(calculate_bartlett_sphericity(pupils())[0])


@pytest.mark.parametrize("name", ["pupils", "answers", "harman"])
def test_average_partials_are_those_of_psych(name: str) -> None:
    witness = WITNESS[name]["map"]
    found = average_partials(matrix(name), len(witness), 2)
    np.testing.assert_allclose(found[1:], witness, atol=1e-11)


def test_velicers_own_example() -> None:
    """Eight physical variables: .0664 with two components (Velicer, 1976)."""
    found = SHIPPED_RULES["map"].rule(evidence_of(matrix("harman"), 305))
    assert isinstance(found, RuleAnswer)
    assert found.n_factors == 2
    assert round(found.trace[2], 4) == 0.0664


def test_fourth_powers_are_those_of_partial_correlations_by_regression() -> None:
    """Correlations of what regression on the first component leaves of each item."""
    values = pupils().to_numpy()
    units = (values - values.mean(axis=0)) / values.std(axis=0)
    _, vectors = np.linalg.eigh(np.corrcoef(units, rowvar=False))
    component = units @ vectors[:, -1:]
    left = units - component @ np.linalg.lstsq(component, units, rcond=None)[0]
    partial = np.corrcoef(left, rowvar=False)[~np.eye(9, dtype=bool)]
    found = average_partials(matrix("pupils"), 3, 4)
    assert found[1] == pytest.approx((partial**4).mean(), abs=1e-12)


@pytest.mark.parametrize("name", ["pupils", "answers", "harman"])
def test_very_simple_structure_is_that_of_psych(name: str) -> None:
    """With three factors psych's extraction and rotation stop earlier."""
    for fit in fit_numbers(matrix(name), range(1, 4)):
        for complexity in range(1, min(fit.n_factors, 2) + 1):
            witness = WITNESS[name][f"vss_{complexity}"][fit.n_factors - 1]
            found = simple_fit(matrix(name), varimax(fit.loadings), complexity)
            assert found == pytest.approx(witness, abs=2e-4 if fit.n_factors < 3 else 1e-3)


def test_reduced_correlations_hold_the_squared_multiple_ones_of_psych() -> None:
    np.testing.assert_allclose(
        np.diag(reduced(matrix("pupils"))), WITNESS["pupils"]["smc"], atol=1e-11
    )


@pytest.mark.sampled(3)
@pytest.mark.parametrize("null", ["permuted", "normal"])
@pytest.mark.parametrize("name", ["pupils", "answers"])
def test_parallel_analysis_is_that_of_psych(name: str, null: str) -> None:
    """Both are drawn at random, here 1000 times as there."""
    data, witness = globals()[name](), WITNESS["parallel"][name]
    found = number_of_factors(data, rules=QUICK, n_samples=1000, null=null).eigenvalues
    np.testing.assert_allclose(found["eigenvalue"], witness["components"], atol=1e-10)
    np.testing.assert_allclose(found["reduced"], witness["factors"], atol=1e-10)
    for column in ("mean", "reduced_mean"):
        np.testing.assert_allclose(found[column], witness[null][column], atol=0.007)
    for column in ("reference", "reduced_reference"):
        np.testing.assert_allclose(found[column], witness[null][column], atol=0.02)


def test_polychoric_parallel_analysis_is_that_of_psych() -> None:
    found = number_of_factors(answers(), correlations="polychoric", rules=QUICK, n_samples=100)
    witness = WITNESS["polychoric"]
    np.testing.assert_allclose(found.eigenvalues["eigenvalue"], witness["components"], atol=1e-4)
    np.testing.assert_allclose(found.eigenvalues["mean"], witness["mean"], atol=0.02)


def test_likelihood_criteria_are_those_of_efa() -> None:
    fits = ts.efa(pupils(), [1, 2, 3], rotation="none", estimator="ML")
    for fit in fit_numbers(matrix("pupils"), range(1, 4)):
        measures = fits[fit.n_factors].measures
        assert fit.chi_square(301) == pytest.approx(measures["chisq"], rel=1e-6)
        assert fit.df == measures["df"]
        assert fit.rmsea_lower(301) == pytest.approx(measures["rmsea_ci_lower"], abs=1e-5)
    steps = np.diff([fit.bic(301) for fit in fit_numbers(matrix("pupils"), (1, 2, 3))])
    bics = np.diff([fits[number].measures["bic"] for number in (1, 2, 3)])
    np.testing.assert_allclose(steps, bics, atol=1e-3)


# Rules in theory ---------------------------------------------------------------------------------


def test_empirical_kaiser_in_the_population() -> None:
    """First reference: (1 + sqrt(p/n))^2; the second after a first eigenvalue of 1 + (p - 1) r."""
    values = np.array([1.0 + 9 * 0.4, *[0.6] * 9])
    found = kaiser_references(values, 250.0)
    assert found[0] == pytest.approx((1.0 + 0.2) ** 2)
    assert found[1:].tolist() == [1.0] * 9
    assert kaiser_references(np.ones(10), 250.0).tolist() == pytest.approx([1.44] * 10)


@pytest.mark.parametrize("n_factors", [1, 2, 3])
def test_rules_find_the_factors_of_the_population(n_factors: int) -> None:
    found = block_correlations(n_factors)
    evidence = evidence_of(found, 1000, most=5 if n_factors > 1 else 1)
    rules = [one for one in SHIPPED_RULES if one not in ("comparison_data", "hull_caf")]
    for name in rules:
        if n_factors == 1 and name == "hull":
            continue
        answer = SHIPPED_RULES[name].rule(evidence)
        assert isinstance(answer, RuleAnswer)
        expected = 2 if (name, n_factors) == ("vss_2", 1) else n_factors
        if not name.startswith("vss"):
            assert answer.n_factors == expected, name


def test_the_hull_drops_what_is_below_a_line_and_what_is_no_better() -> None:
    df = np.array([20, 14, 9, 5, 2])
    assert hull_places(df, np.array([0.0, 0.6, 0.58, 0.9, 0.92])).tolist() == [0, 1, 3, 4]
    assert hull_places(df, np.array([0.0, 0.1, 0.9, 0.95, 0.96])).tolist() == [0, 2, 3, 4]
    stays = np.array([0.0, 0.9, 0.9, 0.8, 0.7])
    assert hull_places(df, stays).tolist() == [0, 1]
    assert bends_after(df, stays, np.array([0, 1])).tolist() == [np.inf]
    found = bends_after(df, np.array([0.0, 0.6, 0.58, 0.9, 0.92]), np.array([0, 1, 3, 4]))
    np.testing.assert_allclose(found, [0.1 / (0.3 / 9), (0.3 / 9) / (0.02 / 3)])


def test_normal_variables_behind_cut_ones_are_found_again() -> None:
    """Cut a million rows, and ask for the correlations before."""
    random = np.random.default_rng(5)
    target = np.array([[1.0, 0.6, -0.4], [0.6, 1.0, 0.2], [-0.4, 0.2, 1.0]])
    latent = random.normal(size=(1_000_000, 3)) @ np.linalg.cholesky(target).T
    cut = np.column_stack(
        [np.searchsorted(ends, latent[:, k]) for k, ends in enumerate([[0.0], [-1, 1], [0, 1, 2]])]
    ).astype(float)
    found = latent_correlations(product_moment(cut), margins_of(cut))
    np.testing.assert_allclose(found, target, atol=0.005)


def test_margins_give_back_the_items_own_answers() -> None:
    values = answers().to_numpy()
    margins = margins_of(values)
    random = np.random.default_rng(0).normal(size=(200_000, 10))
    shares = [(margins.cut(random) == k).mean(axis=0) for k in range(5)]
    lowest = values.min()
    for k, share in enumerate(shares):
        np.testing.assert_allclose(share, (values == lowest + k).mean(axis=0), atol=0.005)
    many = margins_of(pupils().to_numpy())
    np.testing.assert_allclose(
        many.cut(random[:, :9]).mean(axis=0), pupils().mean(), atol=0.02, rtol=0.01
    )


def test_the_rank_sum_tail_is_that_of_scipy() -> None:
    from scipy.stats import mannwhitneyu

    random = np.random.default_rng(3)
    one, other = random.normal(size=80), random.normal(0.3, size=90)
    witness = mannwhitneyu(one, other, alternative="less", use_continuity=False).pvalue
    assert rank_sum_tail(one, other) == pytest.approx(witness, abs=1e-12)


@pytest.mark.parametrize("n_factors", [1, 2, 3])
def test_comparison_data_find_the_factors(n_factors: int) -> None:
    found = number_of_factors(
        drawn(n_factors, each=6), rules=[ComparisonData(n_samples=100)], n_samples=20
    )
    assert found.suggested == (n_factors,)


# The result --------------------------------------------------------------------------------------


def test_every_rule_answers_and_the_verdict_says_so() -> None:
    found = whole()
    assert list(found.table.columns) == ["n_factors", "counted", "why", "source"]
    assert list(found.table.index) == list(SHIPPED_RULES)
    assert found.table["n_factors"].notna().all()
    counted = found.table.index[found.table["counted"]]
    assert list(counted) == ["parallel", "comparison_data", "empirical_kaiser", "hull", "map"]
    assert found.suggested == (2,)
    assert found.verdict.startswith(
        "The rules agree: 2 factors by parallel analysis, comparison data"
    )
    assert found.table.loc["parallel", "why"].startswith("2: 1.89 > ")
    assert found.criteria.index.name == "factors"
    assert found.criteria["map"].idxmin() == 2
    assert list(found.sampling_adequacy.index) == list(answers().columns)
    text = repr(found)
    assert ".88, meritorious (Kaiser, 1974)" in text
    assert "χ²(45) = 1664.5, p < .001" in text
    assert "<table" in found._repr_html_()


def test_it_survives_a_journey_and_depends_on_the_seed_only() -> None:
    copy = pickle.loads(pickle.dumps(whole()))
    pd.testing.assert_frame_equal(copy.table, whole().table)
    one, again, other = (number_of_factors(answers(), rules=QUICK, seed=k) for k in (1, 1, 2))
    assert one.eigenvalues.equals(again.eigenvalues)
    assert not np.allclose(one.eigenvalues["mean"], other.eigenvalues["mean"], atol=1e-6)


def test_disagreement_is_said_with_what_to_do() -> None:
    said = verdict({"parallel": 3, "map": 2, "hull": 3})
    assert said.startswith(
        "The rules disagree: 3 factors by parallel analysis, hull by CFI; 2 factors by minimum "
        "average partial."
    )
    assert "Look at each (2 factors, 3 factors)" in said
    assert "by minimum average partial. Perhaps these items" in verdict({"map": 0})
    assert "see Bartlett's test" in verdict({"map": 0, "parallel": 0, "comparison_data": 1})
    assert "Look at each (1 factor)" in verdict({"map": 0, "parallel": 1, "hull": 1})
    assert "No rule that is counted has an answer" in verdict({})


@pytest.mark.parametrize("which", ["components", "reduced"])
def test_the_scree_plot_shows_data_and_references(which: str) -> None:
    plot = whole().plot(which)
    assert plot.svg.count("<circle") == 10
    assert plot.svg.count("<polyline") == (4 if which == "components" else 3)
    assert (">empirical Kaiser criterion<" in plot.svg) == (which == "components")
    assert plot.description == whole().verdict


def test_a_rule_of_your_own() -> None:
    def broken_stick(evidence: FactorEvidence) -> int:
        p = len(evidence.names)
        sticks = np.cumsum(1.0 / np.arange(p, 0, -1))[::-1]
        return np.logical_and.accumulate(evidence.eigenvalues > sticks).sum()  # type: ignore

    def none(evidence: FactorEvidence) -> RuleAnswer:
        raise NotAvailableError("it is Sunday")

    found = number_of_factors(answers(), rules=["map", broken_stick, none], n_samples=20)
    assert found.table["n_factors"].tolist()[:2] == [2, 1]
    assert found.table.loc["none", "why"] == "it is Sunday"
    assert pd.isna(found.table.loc["none", "n_factors"])
    assert found.table["counted"].all()


def test_rules_without_an_answer_say_why() -> None:
    rules = ["chi_square", "rmsea", "bic", "map"]
    found = number_of_factors(answers(), correlations="polychoric", rules=rules, n_samples=20)
    assert found.table["n_factors"].isna().sum() == 3
    assert "ordered=True" in found.table.loc["bic", "why"]
    few = number_of_factors(pupils(), rules=["chi_square", "rmsea"], most=1, n_samples=20)
    assert "rejected with all of 0 to 1 factors: raise most=" in few.table.loc["chi_square", "why"]
    assert "above .05 with all of 0 to 1" in few.table.loc["rmsea", "why"]
    three = number_of_factors(pupils()[["x1", "x2", "x3"]], rules=[Hull("cfi")], n_samples=20)
    assert "fewer than three of 0 to 1 factors" in three.table["why"].iloc[0]
    stopped = number_of_factors(
        drawn(3), rules=[ComparisonData(n_samples=20)], most=1, n_samples=20
    )
    assert "each factor up to most=1 helps" in stopped.table["why"].iloc[0]


# Missing answers ---------------------------------------------------------------------------------


def with_gaps(share: float = 0.1) -> pd.DataFrame:
    data = drawn(2)
    return data.mask(np.random.default_rng(4).random(data.shape) < share)


def test_incomplete_rows_are_left_out_or_used() -> None:
    data = with_gaps()
    complete = int(data.notna().all(axis=1).sum())
    found = number_of_factors(data, rules=QUICK)
    assert found.n_rows == complete
    assert f"{300 - complete} of 300 rows have a missing answer" in found.notes[0]
    for kind, says in (("fiml", "maximum likelihood"), ("polychoric", "both answers")):
        used = number_of_factors(data, correlations=kind, rules=QUICK, n_samples=30)
        assert used.n_rows == 300
        assert says in used.notes[0]
        assert used.suggested == (2,)
    empty = number_of_factors(
        pd.concat([data, data.iloc[:2] * np.nan]), correlations="fiml", rules=["map"], n_samples=20
    )
    assert empty.notes[0] == "2 of 302 rows have no answer and are left out."


def test_correlations_of_incomplete_rows_are_those_of_other_doors() -> None:
    data = with_gaps()
    found = product_moment(data.to_numpy())
    np.testing.assert_allclose(found, data.corr(), atol=1e-12)
    model = " + ".join(data.columns)
    fit = ts.cfa(f"f =~ {model}", data, missing="fiml")
    unrestricted = fit.estimation.samples.groups[0].covariance
    scale = 1.0 / np.sqrt(np.diag(unrestricted))
    witness = unrestricted * np.outer(scale, scale)
    found = likelihood_correlations(data.to_numpy(), tuple(data))
    np.testing.assert_allclose(found, witness, atol=1e-6)


def test_comparison_data_have_the_gaps_of_the_data() -> None:
    found = number_of_factors(
        with_gaps(), correlations="fiml", rules=[ComparisonData(n_samples=50)], n_samples=20
    )
    assert found.suggested == (2,)


def test_polychoric_correlations_that_are_not_positive_definite_are_bent() -> None:
    near = np.array([[1.0, 0.9, 0.2], [0.9, 1.0, 0.9], [0.2, 0.9, 1.0]])
    assert np.linalg.eigvalsh(bent(near))[0] > 0.0
    np.testing.assert_allclose(np.diag(bent(near)), 1.0)
    assert bent(matrix("pupils")) is not near
    data = drawn(2, n=45, each=10).clip(3, 4)
    found = number_of_factors(data, correlations="polychoric", rules=["map"], n_samples=20)
    assert "not positive definite" in found.notes[-1]


def test_kaisers_words() -> None:
    values = (0.95, 0.85, 0.75, 0.65, 0.55, 0.45)
    assert [grade(value)[:3] for value in values] == ["mar", "mer", "mid", "med", "mis", "una"]
    assert kaiser_meyer_olkin(np.eye(3))[0] == 0.5


# What is refused ---------------------------------------------------------------------------------


def changed(**columns: Any) -> pd.DataFrame:
    return pupils().assign(**columns)


BAD_DATA = {
    "two items": (lambda: pupils()[["x1", "x2"]], {}, "three items or more, not 2"),
    "constant": (lambda: changed(x3=1.0), {}, "'x3' has one value, or none, in all 301"),
    "nothing complete": (lambda: changed(x3=np.nan), {}, "no row has answers to all items"),
    "all missing": (lambda: changed(x3=np.nan), {"correlations": "fiml"}, "'x3' has one value"),
    "a sum": (
        lambda: pupils().assign(total=pupils()[["x1", "x2", "x3"]].sum(axis=1)),
        {},
        r"determine another one exactly \(x1, x2, x3, total\)",
    ),
    "few rows": (lambda: pupils().head(9), {}, "9 rows that count are too few for 9 items"),
    "words": (lambda: changed(x3="agree"), {"items": ["x1", "x2", "x3"]}, "x3"),
    "no column": (lambda: pupils(), {"items": ["x1", "x2", "z9"]}, "z9"),
    "twins": (
        lambda: answers().assign(q11=answers()["q1"]),
        {"correlations": "polychoric"},
        "q1",
    ),
}


@pytest.mark.parametrize("case", BAD_DATA)
def test_bad_data_are_refused(case: str) -> None:
    make, options, says = BAD_DATA[case]
    with pytest.raises(DataError, match=says):
        number_of_factors(make(), **options)  # type: ignore[no-untyped-call]


BAD_OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "correlation": ({"correlations": "spearman"}, "correlations='spearman' is not known"),
    "rule": ({"rules": ["paralel"]}, "did you mean 'parallel'"),
    "no rules": ({"rules": []}, "rules= is empty"),
    "twice": ({"rules": ["map", "map"]}, "has 'map' twice"),
    "a number": ({"rules": [3]}, "rules"),
    "samples": ({"n_samples": 2}, "n_samples must be between 20"),
    "quantile": ({"quantile": 1.0}, "quantile must be between"),
    "null": ({"null": "uniform"}, "null='uniform' is not known"),
    "normal": ({"null": "normal", "correlations": "polychoric"}, "has no categories"),
    "most": ({"most": 6}, "most=6: 9 items tell from 1 to 5"),
    "none": ({"most": 0}, "most=0"),
    "seed": ({"seed": -1}, "seed=-1"),
    "unknown": ({"quantiles": 0.9}, "did you mean 'quantile'"),
    "items twice": ({"items": ["x1", "x2", "x2"]}, "names 'x2' twice"),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_bad_options_are_refused(case: str) -> None:
    options, says = BAD_OPTIONS[case]
    with pytest.raises(OptionError, match=says):
        number_of_factors(pupils(), **options)


def test_other_things_are_refused() -> None:
    moments = ts.SampleMoments(pupils().cov(), n_observations=301)
    with pytest.raises(DataError, match="sample moments have none"):
        number_of_factors(moments)
    with pytest.raises(NotAvailableError, match="different answers"):
        number_of_factors(pupils(), correlations="polychoric")
    apart = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=list("abc"))
    apart.iloc[:30, 0] = apart.iloc[30:, 1] = np.nan
    with pytest.raises(DataError, match="no row has an answer to both 'a' and 'b'"):
        number_of_factors(apart, correlations="fiml")
    few = drawn(2, n=30).clip(2, 4)
    with pytest.raises(NotAvailableError, match="shuffled answers of these 30 rows"):
        number_of_factors(few, correlations="polychoric", rules=["map"])
    for make in (lambda: Hull("gfi"), lambda: VerySimpleStructure(0), lambda: ComparisonData(5)):
        with pytest.raises(OptionError):
            make()
    with pytest.raises(OptionError, match=r"gave 2\.5: a rule gives"):
        number_of_factors(pupils(), rules=[lambda evidence: 2.5], n_samples=20)  # type: ignore
    with pytest.raises(OptionError, match="eigenvalues='all'"):
        whole().plot("all")
