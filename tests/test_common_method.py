"""Common method: what is asked, what is refused, and what is said."""

from __future__ import annotations

import pickle
from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import quietly, reference_data

import tpn_sem as ts
from tpn_sem.errors import DataError, NotAvailableError, OptionError
from tpn_sem.method_variance import CommonMethod, common_method
from tpn_sem.method_variance.method_path_tables import arrow
from tpn_sem.method_variance.method_verdicts import path_sentences, verdict_table
from tpn_sem.method_variance.scale_partial_correlations import partial_correlations

TWO = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"
THREE = f"{TWO}\nspeed =~ x7 + x8 + x9"
MARKER = ["x7", "x8", "x9"]
FACTORS = ("A", "B", "C")
MODEL = "\n".join(
    f"{name} =~ {' + '.join(f'{name.lower()}{k}' for k in range(1, 5))}" for name in FACTORS
)
PATHS = f"{MODEL}\nC ~ A + B"


def pupils() -> pd.DataFrame:
    return reference_data("HolzingerSwineford1939")


def answers(style: float, n: int = 20_000, seed: int = 3) -> pd.DataFrame:
    """Twelve items of three constructs, and one number that each person adds to all answers."""
    rng = np.random.default_rng(seed)
    first = rng.normal(size=(n, 2)) @ np.linalg.cholesky([[1.0, 0.3], [0.3, 1.0]]).T
    third = 0.3 * first[:, 0] + 0.2 * first[:, 1] + 0.9 * rng.normal(size=n)
    causes = np.repeat(np.column_stack([first, third]), 4, axis=1) * np.tile([1, 0.9, 0.8, 0.7], 3)
    values = causes + style * rng.normal(size=(n, 1)) + 0.7 * rng.normal(size=(n, 12))
    return pd.DataFrame(values, columns=[f"{f}{k}" for f in "abc" for k in range(1, 5)])


@cache
def of_style() -> CommonMethod:
    return quietly(common_method, PATHS, answers(0.5), n_draws=2)


@cache
def with_marker() -> CommonMethod:
    return quietly(common_method, TWO, pupils(), marker=MARKER, n_draws=50)


# What is found ------------------------------------------------------------------------------------


def test_the_path_that_method_inflates_is_given_back() -> None:
    """Of 20,000 rows: .3 of A and .2 of B, standardised by deviations of C of 1 and some."""
    paths = of_style().paths.loc["C~A"].droplevel("group")
    spread = np.sqrt(0.3**2 + 0.2**2 + 2 * 0.3 * 0.2 * 0.3 + 0.81)
    equal = paths.loc["common method, equal", "standardized"]
    assert equal == pytest.approx(0.3 / spread, abs=0.02)
    assert paths.loc["no method", "standardized"] > 0.3 / spread + 0.02
    assert paths.loc["common method, equal", "change"] < -0.02


def test_method_has_its_share_of_the_variance() -> None:
    items = of_style().items.loc["common method, equal"].droplevel("group")
    assert items.sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert items.loc["a1", "method"] == pytest.approx(0.25 / (1.0 + 0.25 + 0.49), abs=0.01)
    shares = of_style().shares.loc["common method, equal"]
    assert shares["method"].to_numpy()[0] == pytest.approx(items["method"].mean())


def test_the_variance_of_method_is_found() -> None:
    fit = of_style().fit("common method, equal")
    row = fit.estimates.query("lhs == 'Method' and op == '~~' and rhs == 'Method'")
    assert row["estimate"].to_numpy()[0] == pytest.approx(0.25, abs=0.02)
    assert of_style().models.loc["common method, equal", "p_diff"] < 1e-10


def test_turned_items_have_the_other_sign() -> None:
    """A style added to answers as given has -1 on items that were turned since."""
    turned = answers(0.0)
    style = 0.5 * np.random.default_rng(9).normal(size=(len(turned), 1))
    signs = np.array([-1.0 if name in ("a2", "b3", "c4") else 1.0 for name in turned])
    turned = turned + style * signs
    found = quietly(common_method, PATHS, turned, negative=["a2", "b3", "c4"], n_draws=2)
    row = found.fit("random intercept").estimates.query("lhs == 'Method' and op == '~~'")
    variance = row.loc[row["rhs"] == "Method", "estimate"].to_numpy()[0]
    assert variance == pytest.approx(0.25, abs=0.02)
    assert found.models.loc["random intercept", "chisq"] < found.models.loc["no method", "chisq"]


def test_reliability_is_taken_apart() -> None:
    table = of_style().reliability.loc["common method, equal"].droplevel("group")
    assert (table["substantive"] + table["method"]).to_numpy() == pytest.approx(table["total"])
    loads = 1.0 + 0.9 + 0.8 + 0.7
    whole = loads**2 + 0.25 * 16 + 4 * 0.49
    assert table.loc["A", "method"] == pytest.approx(0.25 * 16 / whole, abs=0.01)


@pytest.mark.slow
def test_starts_that_lead_to_the_same_place_give_the_same_numbers() -> None:
    data = answers(0.5, 500)
    one = quietly(common_method, PATHS, data, seed=1, n_draws=2)
    two = quietly(common_method, PATHS, data, seed=2, starts=9, n_draws=2)
    values = [found.models["chisq"].dropna().to_numpy() for found in (one, two)]
    assert values[0] == pytest.approx(values[1], rel=1e-6)


# Ways of asking -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_fit_and_a_text_are_the_same_question() -> None:
    data = pupils()
    fit = quietly(ts.cfa, TWO, data)
    found = quietly(common_method, fit, data, marker=MARKER, n_draws=2)
    again = quietly(common_method, fit, n_draws=2)
    pd.testing.assert_frame_equal(found.paths, with_marker().paths, rtol=1e-6)
    assert list(again.models.index[:6]) == list(found.models.index[:6])
    assert again.marker_steps.empty


@pytest.mark.slow
def test_a_marker_that_is_a_factor_of_the_model() -> None:
    found = quietly(common_method, THREE, pupils(), marker="speed", n_draws=2)
    pd.testing.assert_frame_equal(found.paths, with_marker().paths, rtol=1e-6)


def test_paths_by_name() -> None:
    data = answers(0.0, 500)
    found = quietly(common_method, PATHS, data, paths=["C ~ B", "B ~~ A"], n_draws=2)
    assert set(found.verdicts.index.get_level_values("path")) == {"C~B", "A~~B"}
    with pytest.raises(OptionError, match="paths='C~X'"):
        common_method(PATHS, data, paths=["C ~ X"])
    with pytest.raises(NotAvailableError, match="paths= is empty"):
        common_method(PATHS, data, paths=[])


@pytest.mark.slow
def test_instrument_says_which_items_were_turned() -> None:
    instrument = ts.Instrument(
        items={"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"]},
        scale=(0, 10),
        reversed=["x2"],
    )
    found = quietly(common_method, TWO, pupils(), negative=instrument, n_draws=2)
    assert found.models.loc["random intercept", "state"] != "not fitted"


@pytest.mark.slow
def test_groups_have_verdicts_of_their_own() -> None:
    found = quietly(
        common_method, TWO, pupils(), marker=MARKER, group="school", starts=1, n_draws=20
    )
    assert set(found.verdicts.index.get_level_values("group")) == {"Pasteur", "Grant-White"}
    assert len(found.partial) == 2
    assert any(" in Pasteur " in sentence for sentence in found.sentences)


@pytest.mark.slow
def test_clusters_and_gaps_pass_through() -> None:
    rng = np.random.default_rng(4)
    data = answers(0.5, 500)
    data = data.mask(rng.random(data.shape) < 0.03).assign(school=rng.integers(0, 40, 500))
    options = {"missing": "fiml", "cluster": "school", "estimator": "MLR"}
    found = quietly(common_method, PATHS, data, n_draws=2, **options)
    fit = found.fit("common method, equal")
    assert fit.n_observations == 500
    assert len(fit.estimation.samples.cluster_labels) == 40
    assert any("not clusters" in note for note in found.notes)


@pytest.mark.slow
def test_starts_and_auxiliary_variables_of_the_substantive_model() -> None:
    data = answers(0.5, 500).assign(age=np.random.default_rng(8).normal(size=500))
    data.loc[::9, "a1"] = np.nan
    options = {"missing": "fiml", "auxiliary": ["age"], "start": {"A=~a2": 0.8}}
    found = quietly(common_method, PATHS, data, n_draws=2, **options)
    assert found.models.loc["single factor", "state"] == "proper"
    assert found.models.loc["common method, equal", "state"] == "proper"


def test_moments_have_no_partial_correlations() -> None:
    names = [f"{f}{k}" for f in "abc" for k in range(1, 5)]
    moments = ts.SampleMoments(answers(0.5, 500)[names].cov(), None, 500)
    found = quietly(common_method, PATHS, moments)
    assert found.partial.empty
    assert any("only moments" in note for note in found.notes)
    assert found.models.loc["common method, equal", "state"] == "proper"


# What is refused, and named -----------------------------------------------------------------------


def test_bad_questions() -> None:
    data = pupils()
    fit = quietly(ts.cfa, TWO, data)
    cases = [
        (OptionError, "also a variable of the substantive model", (TWO, data), ["x1", "x8"]),
        (OptionError, "names 'x8' twice", (TWO, data), ["x8", "x8"]),
        (OptionError, "did you mean 'x9'", (TWO, data), ["x8", "X9"]),
        (DataError, "give data=", (fit,), MARKER),
        (DataError, "needs data=", (TWO,), None),
        (OptionError, "only factor", ("speed =~ x7 + x8 + x9", data), "speed"),
        (OptionError, "cannot be taken out", (f"{THREE}\nspeed ~ visual", data), "speed"),
        (NotAvailableError, "neither paths nor correlations", (TWO.splitlines()[0], data), None),
        (NotAvailableError, "no factor of the model has observed", ("x1 ~ x2", data), None),
    ]
    for kind, words, arguments, marker in cases:
        with pytest.raises(kind, match=words):
            quietly(common_method, *arguments, marker=marker)


def test_bad_options() -> None:
    data = pupils()
    fit = quietly(ts.cfa, TWO, data)
    with pytest.raises(OptionError, match="beside a fit"):
        common_method(fit, missing="fiml")
    with pytest.raises(OptionError, match="data= would have no effect"):
        common_method(fit, data)
    with pytest.raises(OptionError, match="not the rows that were fitted"):
        common_method(fit, data.iloc[:200], marker=MARKER)
    with pytest.raises(OptionError, match="negative='x11'"):
        quietly(common_method, TWO, data, negative=["x11"])
    with pytest.raises(OptionError, match="starts must be"):
        common_method(TWO, data, starts=0)
    with pytest.raises(OptionError, match="alpha must be"):
        common_method(TWO, data, alpha=0.7)
    with pytest.raises(OptionError, match="leaves nothing to judge"):
        quietly(common_method, TWO, data, se="none")
    with pytest.raises(DataError, match="without numbers"):
        quietly(common_method, TWO, data, marker=["school", "x8"])
    with pytest.raises(OptionError, match="effect_coding"):
        quietly(common_method, TWO, data, effect_coding="loadings")
    text = 'efa("b")*f1 + efa("b")*f2 =~ x1 + x2 + x3 + x4 + x5 + x6'
    with pytest.raises(NotAvailableError, match="exploratory"):
        quietly(common_method, text, data)
    with pytest.raises(NotAvailableError, match="did not converge"):
        quietly(common_method, TWO, data, max_iterations=1)


@pytest.mark.slow
def test_one_marker_item_serves_for_partial_correlations() -> None:
    found = quietly(common_method, TWO, pupils(), marker="x9", n_draws=20)
    assert found.marker_steps.empty
    assert any("one marker item makes no factor" in note for note in found.notes)
    data = pupils()
    scores = [data[["x1", "x2", "x3"]].mean(axis=1), data[["x4", "x5", "x6"]].mean(axis=1)]
    least = min(float(np.corrcoef(score, data["x9"])[0, 1]) for score in scores)
    assert found.partial["r_marker"].to_numpy()[0] == pytest.approx(max(least, 0.0))


@pytest.mark.slow
def test_models_without_a_proper_solution_have_no_vote() -> None:
    found = with_marker()
    assert found.models.loc["common method, equal", "state"] == "improper"
    assert "common method, equal" not in found.paths.index.get_level_values("model")
    assert any(
        note.startswith("common method, equal: improper, and not in the verdict")
        for note in found.notes
    )
    assert "not identified" in found.models.loc["bifactor", "reason"]


@pytest.mark.slow
def test_nothing_proper_is_nothing_told() -> None:
    found = quietly(common_method, TWO, pupils(), n_draws=2)
    assert set(found.verdicts["verdict"]) == {"cannot tell"}
    assert "cannot tell" in found.sentences[0]


def test_variables_that_are_no_items() -> None:
    data = answers(0.5, 500)
    found = quietly(common_method, f"{PATHS} + age", data.assign(age=data["a1"] ** 2), n_draws=2)
    assert "age is none" in found.models.loc["single factor", "reason"]
    assert "age is none" in found.models.loc["bifactor", "reason"]
    assert found.models.loc["common method, equal", "state"] == "proper"


def test_factors_of_factors() -> None:
    text = f"{MODEL}\nG =~ A + B + C\nG ~ age"
    data = answers(0.5, 500)
    found = quietly(common_method, text, data.assign(age=data["a1"] ** 2), n_draws=2)
    assert found.reliability.empty
    assert list(found.verdicts.index) == [("G~age", "")]


def test_a_method_factor_has_a_name_of_its_own() -> None:
    data = answers(0.5, 500).assign(Method=1.0)
    found = quietly(common_method, PATHS, data, n_draws=2)
    assert "Method_" in set(found.fit("common method, equal").estimates["lhs"])


# Verdicts -----------------------------------------------------------------------------------------


def paths_of(*rows: tuple[str, float, float]) -> pd.DataFrame:
    """A table of one path: model, standardised estimate, p-value; its standard error is .05."""
    index = pd.MultiIndex.from_tuples(
        [("KS~NPC", "", model) for model, _, _ in rows], names=["path", "group", "model"]
    )
    values = np.array([value for _, value, _ in rows])
    return pd.DataFrame(
        {
            "p_value": [p for _, _, p in rows],
            "standardized": values,
            "standardized_se": 0.05,
            "change": values - values[0],
            "percent": 100.0 * (values / values[0] - 1.0),
        },
        index=index,
    )


FIRST, EQUAL, FREE = "no method", "common method, equal", "common method, free"


@pytest.mark.parametrize(
    ("rows", "verdict", "words"),
    [
        (
            ((FIRST, 0.31, 0.001), (EQUAL, 0.24, 0.01), (FREE, 0.28, 0.01)),
            "holds",
            "Under a common method factor with equal loadings the standardised path NPC → KS goes "
            "from 0.31 to 0.24 (−23%); it stays significant in all 2 models with a proper "
            "solution.",
        ),
        (((FIRST, 0.31, 0.001), (EQUAL, 0.1, 0.2)), "depends", "not significant in 1 of 1 models"),
        (((FIRST, 0.31, 0.001), (EQUAL, 0.3, 0.2)), "depends", "less than its standard error"),
        (((FIRST, 0.31, 0.001), (EQUAL, -0.3, 0.001)), "depends", "not significant in 1 of 1"),
        (((FIRST, 0.02, 0.7), (EQUAL, 0.01, 0.8)), "nothing to explain", "with method"),
        (((FIRST, 0.02, 0.7), (EQUAL, -0.3, 0.01)), "only with method", "do not build on it"),
        (((FIRST, 0.31, 0.001),), "cannot tell", "No model with method has a proper solution"),
    ],
)
def test_verdicts(rows: tuple, verdict: str, words: str) -> None:
    table = paths_of(*rows)
    assert list(verdict_table(table, 0.05)["verdict"]) == [verdict]
    [sentence] = path_sentences(table, 0.05)
    assert words in sentence


def test_arrows() -> None:
    assert arrow("KS~NPC") == "NPC → KS"
    assert arrow("A~~B") == "A ↔ B"


@pytest.mark.slow
def test_it_can_be_shown_copied_and_sent() -> None:
    found = with_marker()
    again = pickle.loads(pickle.dumps(found))
    assert repr(again) == repr(found)
    assert "Shares of item variance" in found._repr_html_()
    copy = found.verdicts
    copy["verdict"] = "spoilt"
    assert "spoilt" not in set(found.verdicts["verdict"])
    with pytest.raises(OptionError, match="did you mean 'Method-C'"):
        found.fit("Method-c")


# Partial correlations -----------------------------------------------------------------------------


def test_the_smallest_correlation_is_taken_from_all() -> None:
    rng = np.random.default_rng(5)
    shared = rng.normal(size=(5_000, 1))
    rows = pd.DataFrame(shared + rng.normal(size=(5_000, 3)), columns=["p", "q", "r"])
    scales = {name.upper(): [name] for name in rows}
    table, reason = partial_correlations(rows, scales, (), 200, 1)
    assert reason == ""
    assert table["adjusted"].min() == pytest.approx(0.0, abs=1e-12)
    assert (table["boot_upper"] > table["adjusted"]).all()


def test_what_has_no_partial_correlations() -> None:
    rows = pd.DataFrame({"p": np.arange(20.0), "q": np.ones(20)})
    assert partial_correlations(rows, {"P": ["p"]}, (), 5, 1)[1].startswith("there are fewer")
    assert "no variance" in partial_correlations(rows, {"P": ["p"], "Q": ["q"]}, (), 5, 1)[1]
