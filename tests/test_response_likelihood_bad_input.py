"""What full information of ordinal items refuses, and that it says so."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import quietly
from response_likelihood_cases import FOUR, data_of, full, rows_of_factors

import tpn_sem as ts
from tpn_sem import triangle

MODEL = "F =~ y1 + y2 + y3 + y4"
REFUSED = {
    "link alone": (MODEL, {"estimator": "WLSMV", "link": "logit"}, "link= is without effect"),
    "link of numbers": (MODEL, {"ordered": None, "link": "logit"}, "link= is without effect"),
    "misspelt": (MODEL, {"link": "logits"}, "did you mean 'logit'"),
    "nodes alone": (MODEL, {"estimator": "WLSMV", "nodes": 9}, "nodes= is without effect"),
    "logit and delta": (MODEL, {"link": "logit", "parameterization": "delta"}, "'delta' is not"),
    "expected": (MODEL, {"information": "expected"}, "information='expected' is not available"),
    "h1": (MODEL, {"observed_information": "h1"}, "observed_information='h1' is not"),
    "test": (MODEL, {"test": "satorra_bentler"}, "test='satorra_bentler' is not available"),
    "pairs": (MODEL, {"missing": "pairwise"}, "missing='pairwise' is not available"),
    "random x": (MODEL, {"conditional_x": False}, "conditional_x=False is not available"),
    "auxiliary": (MODEL, {"missing": "fiml", "auxiliary": ["g"]}, "auxiliary= is not available"),
    "divisor": (MODEL, {"likelihood": "wishart"}, "likelihood='wishart' is not available"),
    "errors": (MODEL, {"se": "robust_sem"}, "se='robust_sem' is not available"),
    "other ML": (MODEL, {"estimator": "MLM"}, "full information by 'ML'"),
    "covariance": (f"{MODEL}\ny1 ~~ y2", {}, "the residuals of 'y1' and 'y2' covary"),
    "cause": ("F =~ y1 + y2 + y3\ny4 ~ z\nF ~ y4", {}, "'y4' explains other"),
    "numbers": (MODEL, {"ordered": FOUR[:2]}, "y3, y4 are continuous"),
    "no factor": ("y1 ~ z", {"ordered": ["y1"]}, "no factor explains"),
    "block": ('efa("a")*F =~ y1 + y2 + y3 + y4', {}, "exploratory blocks"),
    "indicators": (
        "A =~ y1 + y2\nB =~ y3 + y4\nB ~ A + A:A",
        {"products": "double_mean_centred"},
        "a product of categories is no category",
    ),
    "products by pairs": (
        "A =~ y1 + y2\nB =~ y3 + y4\nB ~ A + A:A",
        {"estimator": "WLSMV"},
        "give estimator='ML'",
    ),
    "products and delta": (
        "A =~ y1 + y2\nB =~ y3 + y4\nB ~ A + A:A",
        {"parameterization": "delta"},
        "parameterization='delta' is not available with products",
    ),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(name: str) -> None:
    text, options, message = REFUSED[name]
    data = data_of("groups").assign(z=np.linspace(0.0, 1.0, 470))
    with pytest.raises(ts.TpnSemError) as found:
        quietly(ts.sem, text, data, **{"ordered": FOUR, "estimator": "ML", **options})
    assert message in str(found.value)


def test_many_factors_are_refused_with_their_cost() -> None:
    data = rows_of_factors(150, 2)
    more = rows_of_factors(150, 5).add_suffix("b").drop(columns="ageb")
    names = [*data.drop(columns="age"), *more]
    text = "\n".join(
        f"F{k} =~ " + " + ".join(names[3 * k : 3 * k + 3]) for k in range(len(names) // 3)
    )
    with pytest.raises(ts.errors.NotAvailableError, match=r"integrates over 6 factors .* nodes"):
        full(text, data.join(more), names)


def test_empty_categories_are_named() -> None:
    data = data_of("groups")
    data.loc[(data["g"] == "u") & (data["y1"] == 3), "y1"] = 2
    with pytest.raises(ts.errors.DataError, match="'y1' lacks category 4 of 4"):
        full(MODEL, data, FOUR, group="g")


def test_too_few_nodes_are_said() -> None:
    fit = full(MODEL, data_of("groups"), FOUR, nodes=5)
    assert any("too few nodes" in note for note in fit.notes)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("asked", ["residuals", "ordinal", "simulate", "modes", "curves"])
def test_what_rests_on_normal_curves_is_refused(asked: str) -> None:
    fit = full(MODEL, data_of("groups"), FOUR, link="logit", se="none")
    ask = {
        "residuals": fit.residuals,
        "ordinal": lambda: fit.ordinal,
        "simulate": lambda: ts.simulate(fit, 10, seed=1),
        "modes": lambda: fit.factor_scores("EBM"),
        "curves": lambda: ts.item_response(fit),
    }
    with pytest.raises(ts.TpnSemError, match=r"logi|probit"):
        ask[asked]()


def test_there_is_no_test_of_fit_and_a_reason() -> None:
    fit = full(MODEL, data_of("groups"), FOUR)
    assert np.isnan(fit.measures["chisq"])
    assert "table of all patterns" in fit.measures.attrs["reasons"]["chisq"]
    assert np.isfinite(fit.measures[["logl", "aic", "bic"]]).all()
    with pytest.raises(ts.errors.NotAvailableError, match="WLSMV"):
        fit.modification_indices()


def test_the_study_takes_pairs_of_ordinal_answers() -> None:
    with pytest.raises(ts.errors.OptionError, match="integrates over all factors"):
        quietly(triangle.study, ts.datasets.teachers(), ordered=True, estimator="ML")
