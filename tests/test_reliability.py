"""Nothing is lost, and nothing crashes: replicates, workers, interruptions, files, arguments."""

from __future__ import annotations

import contextlib
import copy
import os
import pickle
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import joblib
import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers, quietly

import tpn_sem as ts
from fuzz.calls import RESULTS, made, pool
from tpn_sem import triangle
from tpn_sem.drawing import Drawing
from tpn_sem.redraws import RowDraws
from tpn_sem.writing import csv_text, written_whole

PUPILS = ts.datasets.holzinger_swineford_1939()
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"


def likert(n: int, p: int, k: int, seed: int = 0) -> pd.DataFrame:
    """Answers to p items of one factor with k categories."""
    r = np.random.default_rng(seed)
    latent = 0.7 * r.normal(size=(n, 1)) + np.sqrt(0.51) * r.normal(size=(n, p))
    cuts = np.linspace(-1.5, 1.5, k - 1)
    return pd.DataFrame({f"x{i + 1}": np.digitize(latent[:, i], cuts) + 1 for i in range(p)})


# Ordinary use ------------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("categories", [5, 6, 7, 11])
@pytest.mark.parametrize("text", ["f =~ x1 + x2 + x3", "x1 ~ x2"])
def test_more_thresholds_than_variables(categories: int, text: str) -> None:
    data = likert(300, 3, categories)
    ordered = ["x1"] if "~ x2" in text else True
    fit = quietly(ts.sem, text, data, ordered=ordered)
    assert "x1 | t4" in str(fit)
    assert fit.path_diagram().svg
    table = fit.standardized().set_index(["lhs", "op", "rhs"])
    plain = fit.estimates.set_index(["lhs", "op", "rhs"])
    if ordered is True:
        thresholds = [("x1", "|", f"t{place}") for place in range(1, categories)]
        np.testing.assert_allclose(
            table.loc[thresholds, "estimate"], plain.loc[thresholds, "estimate"], rtol=1e-8
        )


@pytest.mark.parametrize(
    "name", ["yuan_bentler", "yuan_bentler_mplus", "browne_residual_nt", "bartlett", "swain"]
)
def test_tests_that_ordinal_items_lack_are_refused(name: str) -> None:
    fit = quietly(ts.cfa, "f =~ x1 + x2 + x3 + x4", likert(300, 4, 4), ordered=True)
    with pytest.raises(ts.TpnSemError, match=f"{name} is not defined for ordinal items"):
        fit.test(name)


def test_a_heat_map_needs_two_items() -> None:
    fit = quietly(ts.sem, "x1 ~ x2", likert(200, 2, 4), ordered=["x1"], conditional_x=False)
    with pytest.raises(ts.TpnSemError, match="pairs of ordinal items"):
        fit.ordinal.heat_map()


def test_separation_is_refused_with_item_and_predictor() -> None:
    data = likert(80, 3, 3).assign(rural=0)
    data.loc[data["x1"] == 3, "rural"] = 1
    data.loc[data["x1"] < 3, "rural"] = 0
    with pytest.raises(ts.TpnSemError, match="'rural' predicts answers to 'x1'"):
        quietly(ts.sem, "f =~ x1 + x2 + x3\nf ~ rural", data, ordered=["x1", "x2", "x3"])


@pytest.mark.parametrize("scale", [1e60, 1e-60])
def test_units_far_from_one(scale: float) -> None:
    plain = quietly(ts.cfa, THREE, PUPILS)
    fit = quietly(ts.cfa, THREE, PUPILS[[f"x{i}" for i in range(1, 7)]] * scale)
    assert fit.measures["chisq"] == pytest.approx(plain.measures["chisq"], rel=1e-6)


def test_moments_that_no_computer_can_square_are_refused() -> None:
    moments = ts.SampleMoments(
        np.array([[1.0, 0.3], [0.3, 1.0]]) * 1e300, None, 99, names=["a", "b"]
    )
    with pytest.raises(ts.TpnSemError, match="power of ten"):
        quietly(ts.sem, "a ~ b", moments)


@pytest.mark.parametrize("scale", [1e150, 1e-150, 1e250])
def test_units_that_no_computer_can_square_are_refused(scale: float) -> None:
    with pytest.raises(ts.TpnSemError, match="power of ten"):
        quietly(ts.cfa, THREE, PUPILS[[f"x{i}" for i in range(1, 7)]] * scale)


# Replicates --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fit() -> ts.Fit:
    return quietly(ts.cfa, THREE, PUPILS)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("seed", range(3))
def test_one_bad_replicate_does_not_kill_an_ordinal_bootstrap(seed: int) -> None:
    data = likert(100, 3, 4, seed)
    data["rural"] = (np.random.default_rng(seed).random(100) < 0.15).astype(int)
    own = quietly(ts.sem, "f =~ x1 + x2 + x3\nf ~ rural", data, ordered=["x1", "x2", "x3"])
    found = quietly(ts.bootstrap, own, 25, seed=1)
    assert len(found.replicates) == 25
    assert found.problems.sum() == found.n_failed


def test_what_a_replicate_raises_is_counted_and_named(fit: ts.Fit) -> None:
    calls: list[int] = []

    def statistic(one: ts.Fit) -> float:
        calls.append(1)
        if len(calls) % 4 == 3:
            raise ZeroDivisionError("by zero")
        return float("nan") if len(calls) % 4 == 1 and len(calls) > 2 else 1.0

    with pytest.warns(ts.TpnSemWarning, match="could not be fitted"):
        found = ts.bootstrap(fit, 12, seed=1, statistic=statistic)
    assert found.n_failed == found.problems.sum() == 6
    assert any("ZeroDivisionError" in reason for reason in found.problems.index)
    assert any("not a number" in reason for reason in found.problems.index)


def test_a_statistic_that_fails_on_the_data_is_named(fit: ts.Fit) -> None:
    with pytest.raises(ts.TpnSemError, match="statistic= raised ZeroDivisionError"):
        ts.bootstrap(fit, 5, seed=1, statistic=lambda one: 1 / 0)


def test_a_draw_that_raises_anything_is_kept_out(
    fit: ts.Fit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise np.linalg.LinAlgError("no luck")

    monkeypatch.setattr("tpn_sem.redraws.draws.read_rows", broken)
    gaps = quietly(ts.cfa, THREE, PUPILS.assign(x1=PUPILS["x1"].where(PUPILS.index % 9 > 0)),
                   missing="fiml")  # fmt: skip
    with pytest.warns(ts.TpnSemWarning, match="LinAlgError: no luck"):
        found = ts.bootstrap(gaps, 3, seed=1)
    assert found.n_failed == 3


class Killer:
    """A statistic that kills the process it runs in, but not the first one, when called often."""

    def __init__(self, path: Path) -> None:
        self.home, self.path = os.getpid(), path

    def __call__(self, fit: ts.Fit) -> float:
        with self.path.open("ab") as file:
            file.write(b".")
            count = file.tell()
        if os.getpid() != self.home and count > 100:
            os._exit(9)
        return float(fit.coef["visual=~x2"])


@pytest.mark.slow
def test_a_killed_worker_loses_only_its_share(fit: ts.Fit, tmp_path: Path) -> None:
    statistic = Killer(tmp_path / "calls")
    with pytest.warns(ts.TpnSemWarning, match="a worker process was killed"):
        found = ts.bootstrap(fit, 300, seed=1, statistic=statistic, workers=2)
    assert 0 < len(found.replicates) < 300
    assert found.n_failed == 0


def broken_off(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Let the user press Ctrl-C after some chunks."""
    whole, calls = RowDraws.__call__, []

    def stopped(self: RowDraws, generator: np.random.Generator, count: int) -> Iterator[object]:
        calls.append(count)
        if len(calls) > after:
            raise KeyboardInterrupt
        return whole(self, generator, count)

    monkeypatch.setattr(RowDraws, "__call__", stopped)


def test_a_checkpoint_goes_on_with_the_same_numbers(
    fit: ts.Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ts.bootstrap(fit, 100, seed=5)
    with monkeypatch.context() as patch:
        broken_off(patch, after=2)
        with pytest.warns(ts.TpnSemWarning, match="stopped after 64 of 100"):
            part = ts.bootstrap(fit, 100, seed=5, checkpoint=tmp_path / "kept")
    assert len(part.replicates) == 64
    again = ts.bootstrap(fit, 100, seed=5, checkpoint=tmp_path / "kept")
    assert_same_numbers(again.replicates, whole.replicates)
    with monkeypatch.context() as patch:
        broken_off(patch, after=0)  # everything is there: nothing is drawn
        done = ts.bootstrap(fit, 100, seed=5, checkpoint=tmp_path / "kept")
    assert_same_numbers(done.replicates, whole.replicates)


@pytest.mark.slow
def test_a_checkpoint_without_a_seed_keeps_its_own(fit: ts.Fit, tmp_path: Path) -> None:
    first = ts.bootstrap(fit, 64, checkpoint=tmp_path)
    next(iter(sorted(tmp_path.glob("*.npz")))).write_bytes(b"damaged")
    second = ts.bootstrap(fit, 64, checkpoint=tmp_path, workers=2)
    assert_same_numbers(first.replicates, second.replicates)


def test_a_checkpoint_of_another_call_is_refused(fit: ts.Fit, tmp_path: Path) -> None:
    ts.bootstrap(fit, 10, seed=1, checkpoint=tmp_path)
    with pytest.raises(ts.TpnSemError, match="another call: kind"):
        ts.bootstrap(fit, 10, seed=1, kind="bayesian", checkpoint=tmp_path)
    other = quietly(ts.cfa, THREE, PUPILS.head(200))
    with pytest.raises(ts.TpnSemError, match="another call: fit"):
        ts.bootstrap(other, 10, seed=1, checkpoint=tmp_path)


def test_a_checkpoint_knows_what_was_asked(fit: ts.Fit, tmp_path: Path) -> None:
    asked = {"seed": 1, "checkpoint": tmp_path / "one"}
    ts.bootstrap(fit, 6, statistic=lambda one: one.coef.iloc[0], **asked)
    with pytest.raises(ts.TpnSemError, match="another call: own"):
        ts.bootstrap(fit, 6, statistic=lambda one: one.coef.iloc[1], **asked)
    asked["checkpoint"] = tmp_path / "two"
    ts.bootstrap(fit, 6, strata=PUPILS["school"], **asked)
    with pytest.raises(ts.TpnSemError, match="another call: strata"):
        ts.bootstrap(fit, 6, **asked)


def test_a_checkpoint_of_power_knows_the_population(tmp_path: Path) -> None:
    asked = {"replicates": 4, "seed": 1, "checkpoint": tmp_path}
    first = ts.power("y ~ .3*x", "y ~ x", [50, 60], **asked)
    assert_same_numbers(ts.power("y ~ .3*x", "y ~ x", [50, 60], **asked).table, first.table)
    with pytest.raises(ts.TpnSemError, match="another call: population"):
        ts.power("y ~ .1*x", "y ~ x", [50, 60], **asked)
    with pytest.raises(ts.TpnSemError, match="goes with simulation"):
        ts.power("y ~ .3*x", "y ~ x", 50, checkpoint=tmp_path)


def test_every_run_of_replicates_takes_a_checkpoint(tmp_path: Path) -> None:
    grouped = quietly(ts.cfa, THREE, PUPILS, group="school")
    for ask, what in (
        (lambda path: ts.permutation(grouped, 10, seed=1, checkpoint=path), "permutation"),
        (lambda path: ts.cutoffs(grouped, 4, misfit=0.05, seed=1, checkpoint=path), "cutoffs"),
    ):
        first = quietly(ask, tmp_path / what)
        assert list((tmp_path / what).rglob("*.npz"))
        second = quietly(ask, tmp_path / what)
        assert_same_numbers(first.replicates, second.replicates)


@pytest.mark.slow
def test_joblibs_other_backends_give_the_same_numbers(fit: ts.Fit) -> None:
    alone = ts.bootstrap(fit, 40, seed=2)
    for backend in ("threading", "multiprocessing"):
        with joblib.parallel_config(backend=backend, n_jobs=2):
            found = ts.bootstrap(fit, 40, seed=2)
        assert_same_numbers(alone.replicates, found.replicates)


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True])
def test_seeds_are_whole_numbers_from_zero(fit: ts.Fit, seed: object) -> None:
    with pytest.raises(ts.TpnSemError, match="seed="):
        ts.bootstrap(fit, 4, seed=seed)


# Objects -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_object_of_every_public_class_is_tried() -> None:
    public = {
        getattr(ts, name)
        for name in ts.__all__
        if isinstance(getattr(ts, name), type) and not issubclass(getattr(ts, name), Exception)
    }
    assert public - {type(item) for item in pool().values()} == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(RESULTS))
def test_public_objects_can_be_pickled_and_copied(name: str) -> None:
    item = made(name)
    again = pickle.loads(pickle.dumps(item))
    assert type(again) is type(item)
    assert str(again) == str(item)
    assert str(copy.deepcopy(item)) == str(item)


def test_variants_can_be_pickled() -> None:
    for variant in triangle.VARIANTS.values():
        again = pickle.loads(pickle.dumps(variant))
        instrument = triangle.Instrument.numbered()
        assert again.model(instrument) == variant.model(instrument)


@pytest.mark.slow
def test_a_pairwise_likelihood_has_workers() -> None:
    own = quietly(ts.cfa, "f =~ x1 + x2 + x3", likert(150, 3, 3), ordered=True, estimator="PML")
    assert len(quietly(ts.bootstrap, own, 6, seed=1, workers=2).replicates) == 6


# Arguments ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: ts.bootstrap(PUPILS), "fit= is a Fit, not DataFrame: fit a model first"),
        (lambda: ts.cfa(THREE, PUPILS, se=["standard"]), "se= is a text"),
        (lambda: ts.cfa(THREE, PUPILS, ordered=1), "ordered="),
        (lambda: ts.cfa(THREE, PUPILS, std_lv="yes"), "std_lv= is True or False"),
        (lambda: ts.simulate(THREE, n="ten"), "n="),
        (lambda: ts.bootstrap(1, nn=3), "no argument 'nn'"),
        (lambda: ts.cfa(THREE), "missing a required argument: 'data'"),
        (lambda: ts.missing_data(PUPILS, variables=3), "variables="),
        (lambda: ts.power(THREE, "x", 100, workerz=2), "unknown option 'workerz'"),
    ],
)
def test_slips_are_told(call: object, says: str) -> None:
    with pytest.raises(ts.TpnSemError, match=says):
        quietly(call)


def test_a_singular_matrix_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def singular(*_: object) -> None:
        raise np.linalg.LinAlgError("Singular matrix")

    one = quietly(ts.cfa, THREE, PUPILS)
    monkeypatch.setattr("tpn_sem.fit.modification_indices", singular)
    with pytest.raises(ts.TpnSemError, match="modification_indices: a matrix"):
        one.modification_indices()


def test_warnings_point_at_the_users_line() -> None:
    for ask in (
        lambda: ts.cfa(THREE, PUPILS, max_iterations=1),
        lambda: ts.Model(THREE).fit(PUPILS.assign(x1=PUPILS["x1"].where(PUPILS["id"] > 9))),
    ):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            ask()
        assert said
        assert {item.filename for item in said} == {__file__}


def test_constant_columns_are_named() -> None:
    data = likert(100, 3, 4).assign(x2=1, z=0.0)
    with pytest.raises(ts.TpnSemError, match="'x2'"):
        quietly(ts.cfa, "f =~ x1 + x2 + x3", data, ordered=True)
    with pytest.raises(ts.TpnSemError, match="'z'"):
        quietly(ts.sem, "f =~ x1 + x3\nz ~ f", data, ordered=["x1", "x3"])


# Files -------------------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("path", ["", "a\0b", "nowhere/at/all", "."])
def test_places_that_are_none_are_refused(path: str, tmp_path: Path) -> None:
    moments = ts.SampleMoments.from_data(PUPILS[["x1", "x2", "x3"]])
    drawing = quietly(ts.cfa, THREE, PUPILS).path_diagram()
    for save in (moments.save, drawing.save):
        with pytest.raises(ts.TpnSemError):
            save(path if path in ("", "a\0b") else str(tmp_path / path))


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "moments"
    moments = ts.SampleMoments.from_data(PUPILS[["x1", "x2", "x3"]])
    moments.save(path)
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez_compressed", full)
        with pytest.raises(ts.TpnSemError, match="No space left"):
            moments.save(path)
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["moments"]


def test_an_interrupted_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("good")

    def interrupted() -> None:
        with written_whole(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "good"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_is_a_file_is_refused_before_the_computing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tpn_sem.command import main, study_command

    monkeypatch.setattr(study_command, "study", lambda *_, **__: pytest.fail("the study was run"))
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "inside"):
        assert main(["study", "--out", str(out)]) == 1
        assert "nothing can be written there" in capsys.readouterr().err


@pytest.mark.parametrize("cut", [0, 10, 200, -30])
def test_damaged_moments_are_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "moments"
    ts.SampleMoments.from_data(PUPILS[["x1", "x2", "x3"]]).save(path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ts.TpnSemError, match=r"damaged|does not hold|cannot be read"):
        ts.SampleMoments.load(path)


def test_text_in_a_late_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    rows = PUPILS[["x1", "x2", "x3"]].sample(60_000, replace=True, random_state=1)
    rows.to_csv(path, index=False)
    with path.open("a") as file:
        file.write("4.5,oops,3\n")
    with pytest.raises(ts.TpnSemError, match="oops"):
        ts.SampleMoments.from_csv(path)


def test_tables_hold_no_formulas() -> None:
    table = pd.DataFrame(
        {"group": ["=cmd|' /C calc'!A0", "+1+1", "-0.5", "plain"], "op": ["=~", "~", "==", "@x"]}
    )
    text = csv_text(table, index=False)
    assert "'=cmd" in text
    assert "'+1+1" in text
    assert "'@x" in text
    assert "\n-0.5," in text  # a number is none
    again = pd.read_csv(pd.io.common.StringIO(text))
    assert list(again["op"]) == ["=~", "~", "==", "'@x"]


def test_drawings_are_documents_whatever_the_names() -> None:
    drawing = Drawing("<svg xmlns='http://www.w3.org/2000/svg'><desc>a\x00b\x1b</desc></svg>", "x")
    assert ElementTree.fromstring(drawing.svg) is not None


# Predictors far from zero ------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
@pytest.mark.parametrize("mean", [0.0, 200.0, 2000.0])
def test_where_a_predictor_lies_is_nothing(mean: float, missing: str) -> None:
    z = np.random.default_rng(1).normal(size=len(PUPILS))
    options = {"missing": missing, "mean_structure": True}
    near = quietly(ts.sem, f"{THREE}\nvisual ~ z", PUPILS.assign(z=z), **options)
    far = quietly(ts.sem, f"{THREE}\nvisual ~ z", PUPILS.assign(z=z + mean), **options)
    assert far.measures["chisq"] == pytest.approx(near.measures["chisq"], rel=1e-6)
    one, two = (fit.estimates.set_index(["lhs", "op", "rhs"]) for fit in (near, far))
    key = ("visual", "~", "z")
    assert two.loc[key, "se"] == pytest.approx(one.loc[key, "se"], rel=1e-4)


@pytest.mark.parametrize("mean", [1e6, 1e8])
@pytest.mark.slow
def test_a_predictor_too_far_from_zero_is_named(mean: float) -> None:
    z = mean + np.random.default_rng(1).normal(size=len(PUPILS))
    fit = quietly(ts.sem, f"{THREE}\nvisual ~ z", PUPILS.assign(z=z), missing="fiml")
    assert not fit.converged
    assert any("'z'" in note and "centre it" in note for note in fit.notes)


def test_birth_years_predict_ordinal_items() -> None:
    data = likert(300, 3, 5)
    year = np.round(10 * np.random.default_rng(2).normal(size=300))
    near, far = (
        quietly(ts.sem, "f =~ x1 + x2 + x3\nf ~ year", data.assign(year=year + base),
                ordered=["x1", "x2", "x3"])
        for base in (0.0, 1975.0)
    )  # fmt: skip
    for name in ("chisq", "chisq_scaled"):
        assert far.measures[name] == pytest.approx(near.measures[name], rel=1e-5)


# Large drawings ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_large_diagram_says_what_it_leaves_out() -> None:
    r = np.random.default_rng(0)
    factors = r.normal(size=(300, 12)) * 0.6 + r.normal(size=(300, 1)) * 0.6
    names = [f"i{a}_{b}" for a in range(12) for b in range(4)]
    answers = np.repeat(factors, 4, axis=1) * 0.7 + r.normal(size=(300, 48)) * 0.7
    text = "\n".join(f"f{a} =~ " + " + ".join(f"i{a}_{b}" for b in range(4)) for a in range(12))
    drawing = quietly(ts.cfa, text, pd.DataFrame(answers, columns=names)).path_diagram()
    words = " ".join(re.sub("<[^>]*>", " ", drawing.svg).split())  # however wide it is wrapped
    assert "66 covariances are left out" in words
    assert all(f">{name}<" in drawing.svg for name in names)


def test_a_diagram_of_no_solution_says_so() -> None:
    fit = quietly(ts.cfa, THREE, PUPILS, max_iterations=1)
    assert "DID NOT CONVERGE" in fit.path_diagram().svg


@pytest.mark.parametrize("year", [0, 10, 100, 400])
def test_growth_may_start_in_any_year(year: int) -> None:
    """Intercept and slope are then far apart, and their shares of the answers cancel."""
    r = np.random.default_rng(1)
    level, rate = r.normal(5, 1, 400), 0.3 * r.normal(size=400) + 0.5
    waves = {f"y{t}": level + rate * t + 0.5 * r.normal(size=400) for t in range(4)}
    text = "i =~ 1*y0 + 1*y1 + 1*y2 + 1*y3\ns =~ " + " + ".join(
        f"{year + t}*y{t}" for t in range(4)
    )
    fit = quietly(ts.growth, text, pd.DataFrame(waves))
    assert fit.converged
    assert fit.measures["chisq"] == pytest.approx(2.99442, rel=1e-5)  # that of year 0


# What the attack found ---------------------------------------------------------------------------


def test_a_mean_far_from_zero_has_its_error() -> None:
    far = quietly(ts.sem, "x1 ~ 1", PUPILS.assign(x1=PUPILS["x1"] + 1e9))
    near = quietly(ts.sem, "x1 ~ 1", PUPILS)
    errors = [fit.estimates.set_index("op").loc["~1", "se"] for fit in (far, near)]
    assert errors[0] == pytest.approx(errors[1], rel=1e-4)


@pytest.mark.parametrize(
    ("data", "ordered", "says"),
    [
        (likert(50, 3, 4).assign(x1=1e30), ["x1"], "is no code"),
        (likert(50, 3, 4).assign(z=lambda d: (d["x2"] == 1) * 1.0), ["x2"], "'z' predicts answers"),
    ],
)
def test_ordinal_columns_that_are_none(data: pd.DataFrame, ordered: list, says: str) -> None:
    text = "x1 ~ x3" if "z" not in data else "x2 ~ z"
    with pytest.raises(ts.TpnSemError, match=says):
        quietly(ts.sem, text, data, ordered=ordered)


@pytest.mark.slow
def test_pairwise_models_of_few_rows_have_no_negative_chi_square() -> None:
    tried = 0
    for seed in range(30):
        data = likert(6, 3, 3, seed)
        with contextlib.suppress(ts.TpnSemError):
            fit = quietly(ts.sem, "f =~ x1 + x2 + x3", data, ordered=True, estimator="PML")
            assert not fit.measures["chisq"] < -1e-6
            assert fit.measures["chisq"] > -1e-6 or fit.measures.attrs["reasons"]["chisq"]
            tried += 1
    assert tried > 0


def test_errors_that_two_clusters_cannot_tell_are_noted() -> None:
    data = likert(40, 3, 3).assign(s=np.arange(40) % 2)
    data.loc[data["s"] == 1, "x1"] = data.loc[data["s"] == 0, "x1"].to_numpy()
    fit = quietly(ts.sem, "f =~ x1 + x2 + x3", data, ordered=True, cluster="s")
    table = fit.estimates[fit.estimates["free"]]
    lacking = ~(table["se"] > 0.0)
    assert not lacking.any() or any("no standard error" in note for note in fit.notes)


def test_numbers_beyond_what_arrays_hold_are_refused() -> None:
    for call in (
        lambda: ts.simulate(THREE, 2**70),
        lambda: ts.Model(THREE).parameter_table(2**70),
        lambda: triangle.Instrument.numbered(2**70),
    ):
        with pytest.raises(ts.TpnSemError):
            quietly(call)
