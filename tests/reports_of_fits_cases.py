"""Checks behind docs/reports.md: constraints, units, solutions, comparisons, results."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from reports_cases import (
    ITEMS,
    PUPILS,
    THREE,
    WEIGHTED,
    cfa,
    chi,
    is_near,
    noted,
    refused,
    report,
    sem,
)

import tpn_sem as ts

POSITIVE = THREE.replace("x2", "a*x2") + "\na > 0"
NUMBERS = PUPILS[ITEMS]


def _moments(matrix: list[list[float]], n: int = 300) -> ts.SampleMoments:
    names = [f"x{place + 1}" for place in range(len(matrix))]
    return ts.SampleMoments(np.array(matrix), None, n, names=names)


@report("constraint, large units")
def _() -> None:
    is_near(cfa(POSITIVE, NUMBERS * 1e5), 85.306, 24)


@report("constraint, small units")
def _() -> None:
    is_near(cfa(POSITIVE, NUMBERS * 1e-6), 85.306, 24)


@report("constraint, one item's units")
def _() -> None:
    is_near(cfa(POSITIVE, NUMBERS.assign(x4=NUMBERS["x4"] * 1e5)), 85.306, 24)


@report("bounds, small units")
def _() -> None:
    fit = cfa(THREE, NUMBERS * 1e-4, bounds="pos_var")
    is_near(fit, 85.306, 24)
    assert (fit.estimates.query("op == '~~'")["se"] > 0.0).all()


@report("tiny marker")
def _() -> None:
    for power in (8, 9, 10, 11, 12):
        is_near(cfa(THREE, NUMBERS.assign(x1=NUMBERS["x1"] * 10.0**-power)), 85.306, 24)


@report("tiny marker, GLS")
def _() -> None:
    is_near(cfa(THREE, NUMBERS.assign(x1=NUMBERS["x1"] * 1e-10), estimator="GLS"), 77.471, 24)


@report("gfi, units")
def _() -> None:
    plain = cfa(THREE, NUMBERS, estimator="GLS").measures["gfi"]
    for power in (6, -6):
        moved = NUMBERS.assign(x2=NUMBERS["x2"] * 10.0**power, x7=NUMBERS["x7"] / 10.0**power)
        found = cfa(THREE, moved, estimator="GLS").measures["gfi"]
        assert found == pytest.approx(plain, rel=1e-6)


@report("scores and hypotheses, units")
def _() -> None:
    text = THREE.replace("x2", "a*x2").replace("x5", "b*x5") + "\nx3 ~~ c*x3\nx9 ~~ d*x9"
    moved = NUMBERS * np.array([1e8, 1e8, 1e8, 1, 1, 1, 1e-8, 1e-8, 1e-8])
    one, other = cfa(text, NUMBERS), cfa(text, moved)
    tests = [one.wald_test("a == .5\nb == 1"), other.wald_test("a == .5\nb == 1")]
    assert tests[1].statistic == pytest.approx(tests[0].statistic, rel=1e-5)
    for method in ("regression", "Bartlett"):
        scores = other.factor_scores(method)["textual"]
        np.testing.assert_allclose(scores, one.factor_scores(method)["textual"], atol=1e-6)


@report("residual test, units")
def _() -> None:
    plain = chi(cfa(THREE, NUMBERS, estimator="DWLS"))[0]
    for power in (8, -12):
        moved = NUMBERS.assign(x1=NUMBERS["x1"] * 10.0**power)
        fit = cfa(THREE, moved, estimator="DWLS")
        assert chi(fit)[0] == pytest.approx(plain, rel=1e-5)
        assert fit.test("standard").statistic == pytest.approx(43.902, abs=1e-3)


@report("any units")
def _() -> None:
    generator = np.random.default_rng(16)
    for estimator in ("ML", "GLS", "WLS"):
        plain = chi(cfa(THREE, NUMBERS, estimator=estimator))[0]
        for _ in range(2):
            moved = NUMBERS * 10.0 ** generator.uniform(-8.0, 8.0, 9)
            found = chi(cfa(THREE, moved, estimator=estimator))[0]
            assert found == pytest.approx(plain, rel=1e-6)


@report("uniform units, ULS")
def _() -> None:
    plain = chi(cfa(THREE, NUMBERS, estimator="ULS"))[0]
    small = cfa(THREE, NUMBERS * 1e-4, estimator="ULS")
    assert small.coef["visual=~x2"] == pytest.approx(
        cfa(THREE, NUMBERS, estimator="ULS").coef["visual=~x2"], rel=1e-6
    )
    assert np.isfinite(plain)


@report("constraint out of its domain")
def _() -> None:
    text = (
        "visual =~ x1 + a*x2 + x3\nvisual ~~ v*visual\nx2 ~~ e*x2\na*sqrt(v)/sqrt(a^2*v + e) == .99"
    )
    is_near(cfa(text), 45.942, 1)


@report("constraint that nothing satisfies")
def _() -> None:
    refused("satisfy the constraints", ts.cfa, THREE.replace("x2", "a*x2") + "\na^2 == -1", PUPILS)


@report("bound that holds")
def _() -> None:
    noted(cfa(THREE.replace("x2", "a*x2") + "\na > 1"), "hold with equality")


@report("mean by the marker's intercept")
def _() -> None:
    fit = sem("f =~ x1 + x2 + x3\nx1 ~ 0*1\nf ~ 1")
    is_near(fit, 0.0, 0)
    assert fit.coef["f~1"] == pytest.approx(PUPILS["x1"].mean(), rel=1e-6)


@report("best value zero")
def _() -> None:
    generator = np.random.default_rng(5)

    def pairs(n: int, alike: float) -> np.ndarray:
        shared = generator.multivariate_normal([0, 0], [[1, alike], [alike, 1]], n) * np.sqrt(0.6)
        return shared + generator.normal(size=(n, 2)) * np.sqrt(0.4)

    data = pd.DataFrame(np.vstack([pairs(300, 1), pairs(300, 0.4)]), columns=["p1", "p2"])
    data["kind"] = ["MZ"] * 300 + ["DZ"] * 300
    text = """A1 =~ NA*p1 + c(a,a)*p1
        A2 =~ NA*p2 + c(a,a)*p2
        C1 =~ NA*p1 + c(cc,cc)*p1
        C2 =~ NA*p2 + c(cc,cc)*p2
        A1 ~~ 1*A1
        A2 ~~ 1*A2
        C1 ~~ 1*C1
        C2 ~~ 1*C2
        A1 ~~ c(1,.5)*A2
        C1 ~~ c(1,1)*C2
        A1 ~~ 0*C1 + 0*C2
        A2 ~~ 0*C1 + 0*C2
        p1 ~~ c(e2,e2)*p1
        p2 ~~ c(e2,e2)*p2
        p1 ~ c(mu,mu)*1
        p2 ~ c(mu,mu)*1"""
    fit = sem(text, data, group="kind")
    is_near(fit, 9.898, 6)
    assert abs(fit.coef[["a"]].iloc[0]) == pytest.approx(0.771, abs=1e-3)
    assert fit.coef[["cc"]].iloc[0] == pytest.approx(0.0, abs=1e-3)
    assert fit.coef[["e2"]].iloc[0] == pytest.approx(0.413, abs=1e-3)


@report("variances without defaults")
def _() -> None:
    text = "A =~ x1\nB =~ x2\nx1 ~~ 0*x1\nx2 ~~ 0*x2\nA ~~ B"
    fit = ts.Model(text, defaults="none").fit(PUPILS, std_lv=True)
    assert (fit.estimates.query("lhs == rhs and lhs == 'A'")["estimate"] == 1.0).all()


@report("Heywood case")
def _() -> None:
    fit = cfa("f =~ x1 + x2 + x3", _moments([[1, 0.8, 0.2], [0.8, 1, 0.7], [0.2, 0.7, 1]]))
    noted(fit, "negative variance estimates: x2~~x2")
    assert not fit.admissible


@report("Heywood case, small units")
def _() -> None:
    for unit in (1e-12, 1e12):
        matrix = unit * np.array([[1, 0.8, 0.2], [0.8, 1, 0.7], [0.2, 0.7, 1]])
        fit = cfa("f =~ x1 + x2 + x3", _moments(matrix.tolist()))
        noted(fit, "negative variance estimates: x2~~x2")
        assert not fit.admissible
        proper = unit * np.array([[1, 0.4, 0.3], [0.4, 1, 0.5], [0.3, 0.5, 1]])
        assert cfa("f =~ x1 + x2 + x3", _moments(proper.tolist())).admissible


@report("R² of a Heywood case")
def _() -> None:
    fit = cfa("f =~ x1 + x2 + x3", _moments([[1, 0.8, 0.2], [0.8, 1, 0.7], [0.2, 0.7, 1]]))
    assert np.isnan(fit.r_squared["x2"])
    assert fit.r_squared.drop("x2").notna().all()


@report("standardised by a negative variance")
def _() -> None:
    moments = _moments([[1, -0.05, -0.05], [-0.05, 1, -0.05], [-0.05, -0.05, 1]])
    fit = cfa("f =~ 1*x1 + 1*x2 + 1*x3", moments)
    table = fit.standardized()
    assert table.query("op == '=~' or lhs == 'f'")["estimate"].isna().all()
    assert table.query("op == '~~' and lhs != 'f'")["estimate"].notna().all()
    assert fit.r_squared.isna().all()
    noted(fit, "negative variance estimates: f~~f")


@report("residual correlation above one")
def _() -> None:
    loadings = np.array([0.9, 0.9, 0.9, 0.9, 0.7])
    matrix = np.outer(loadings, loadings)
    np.fill_diagonal(matrix, 1.0)
    matrix[0, 1] = matrix[1, 0] = 0.51
    fit = cfa("f =~ x1 + x2 + x3 + x4 + x5\nx1 ~~ x2", _moments(matrix.tolist()))
    assert not fit.admissible
    noted(fit, "look at x1~~x2")


@report("not identified")
def _() -> None:
    refused("not identified", ts.cfa, "f =~ x1 + x2", PUPILS)


@report("matrix not positive definite")
def _() -> None:
    refused(
        "positive definite",
        ts.cfa,
        "f =~ x1 + x2 + x3",
        _moments([[1, 0.9, 0], [0.9, 1, 0.9], [0, 0.9, 1]]),
    )


@report("means of moments")
def _() -> None:
    moments = ts.SampleMoments(NUMBERS.cov(), NUMBERS.mean(), len(NUMBERS))
    assert cfa(THREE, moments).measures["npar"] == 30
    assert cfa(THREE, moments, mean_structure=False).measures["npar"] == 21


@report("means of moments, kept in a file")
def _() -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "moments.npz"
        given = ts.SampleMoments(NUMBERS.cov(), NUMBERS.mean(), len(NUMBERS))
        for moments, n_parameters in ((given, 30), (ts.SampleMoments.from_data(NUMBERS), 21)):
            moments.save(file)
            for again in (moments, ts.SampleMoments.load(file), moments.merge(moments)):
                assert cfa(THREE, again).measures["npar"] == n_parameters


@report("tables that were changed")
def _() -> None:
    fit = cfa()
    before = str(fit)
    for table in (fit.estimates, fit.vcov, fit.implied):
        table.iloc[:, -1] = 0
    for series in (fit.measures, fit.coef, fit.r_squared):
        series[:] = 0.0
    assert str(fit) == before
    assert fit.coef["visual=~x2"] == pytest.approx(0.5535, abs=1e-4)


@report("missing measure")
def _() -> None:
    fit = cfa(estimator="MLR", max_iterations=1)
    assert np.isnan(fit.measures["cfi_robust"])
    assert fit.measures.attrs["reasons"]["cfi_robust"] == "the fit did not converge"


@report("saturated model")
def _() -> None:
    fit = cfa("f =~ x1 + x2 + x3")
    assert np.isnan(fit.measures["pvalue"])
    assert "saturated" in fit.measures.attrs["reasons"]["pvalue"]


@report("compared without convergence")
def _() -> None:
    one, other = cfa(max_iterations=1), cfa(THREE + "\nvisual ~~ 0*speed", max_iterations=1)
    refused("did not converge", ts.compare, one, other)


@report("compared estimators")
def _() -> None:
    one = cfa(estimator="GLS")
    refused("estimator", ts.compare, one, cfa(THREE + "\nvisual ~~ 0*speed", estimator="ULS"))


@report("compared corrections")
def _() -> None:
    one = cfa(estimator="MLM")
    refused("test", ts.compare, one, cfa(THREE + "\nvisual ~~ 0*speed", estimator="MLR"))


@report("compared means")
def _() -> None:
    refused("means", ts.compare, cfa(), cfa(THREE + "\nvisual ~~ 0*speed", mean_structure=True))


@report("compared clusters")
def _() -> None:
    one = cfa(THREE, WEIGHTED, estimator="MLR")
    other = cfa(THREE + "\nvisual ~~ 0*speed", WEIGHTED, estimator="MLR", cluster="unit")
    refused("not comparable", ts.compare, one, other)


@report("compared rows")
def _() -> None:
    refused("other rows", ts.compare, cfa(), cfa(THREE + "\nvisual ~~ 0*speed", PUPILS.iloc[:-1]))


@report("not nested")
def _() -> None:
    rival = cfa("a =~ x1 + x2 + x3 + x7 + x8 + x9\nb =~ x4 + x5 + x6\nx7 ~~ x8")
    with pytest.warns(ts.TpnSemWarning, match="not nested"):
        found = ts.compare(three=cfa(), two=rival)
    assert np.isnan(found["p_value"].iloc[1])


@report("equivalent models")
def _() -> None:
    chain = cfa(THREE + "\ntextual ~ visual\nspeed ~ visual + textual")
    with pytest.warns(ts.TpnSemWarning, match="equivalent"):
        found = ts.compare(one=cfa(), other=chain)
    assert np.isnan(found["p_value"].iloc[1])


@report("unknown option")
def _() -> None:
    refused("estimater", ts.cfa, THREE, PUPILS, estimater="MLR")


@report("latent variable named as a column")
def _() -> None:
    refused("also a column", ts.cfa, "x9 =~ x1 + x2 + x3", PUPILS)


@report("iterations ran out")
def _() -> None:
    fit = cfa(max_iterations=1)
    assert not fit.converged
    assert fit.estimates["se"].fillna(0.0).eq(0.0).all()
    noted(fit, "did not converge")


@report("weights negative in pOLS")
def _() -> None:
    from tpn_sem.model_fit.tests import weighted_chi_square_tail

    weights = np.array([3.0, 2.0, 1.0, 0.5, -0.4])
    squares = np.random.default_rng(8).standard_normal((200_000, 5)) ** 2
    share = (squares @ weights > 6.0).mean()
    assert weighted_chi_square_tail(6.0, weights) == pytest.approx(share, abs=0.005)


@report("more degrees of freedom than clusters")
def _() -> None:
    fit = cfa(THREE, PUPILS.assign(part=np.arange(301) % 12), estimator="MLR", cluster="part")
    test = fit.test("peba")
    assert test.n_eigenvalues == 11
    assert test.degrees_of_freedom == 24


@report("weak marker")
def _() -> None:
    noise = np.random.default_rng(4).normal(size=len(PUPILS))
    data = PUPILS.assign(weak=noise + 0.08 * PUPILS["x4"])
    fit = cfa("textual =~ weak + x4 + x5 + x6", data)
    assert any("marker weak of textual" in note for note in fit.notes)
    assert not any("marker" in note for note in cfa().notes)
    same = cfa("textual =~ weak + x4 + x5 + x6", data, std_lv=True)
    assert not any("marker" in note for note in same.notes)
    assert chi(same)[0] == pytest.approx(chi(fit)[0], rel=1e-6)
