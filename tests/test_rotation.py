"""Rotations in arrays: criteria, gradient projection, slopes; against GPArotation's minima.

tests/reference/efa.R made the values, with GPArotation's best of thirty starts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest
from conftest import REFERENCE

from tpn_sem.errors import NotAvailableError, OptionError
from tpn_sem.extraction import (
    degrees_of_freedom,
    likelihood_factors,
    most_factors,
    principal_axis_factors,
)
from tpn_sem.numerics import Array
from tpn_sem.rotation import (
    SHIPPED,
    Bentler,
    BiQuartimin,
    CrawfordFerguson,
    Criterion,
    Geomin,
    Infomax,
    MinimumEntropy,
    Oblimin,
    Orthomax,
    Promax,
    Rotated,
    SchmidLeiman,
    Simplimax,
    Stationary,
    Target,
    TwoSteps,
    aligned,
    principal_axes,
    principal_slopes,
    read_rotation,
    rotate,
    rotation_slopes,
    row_weights,
    second_slopes,
    starts_for,
)

KNOWN = json.loads((REFERENCE / "rotation.json").read_text())
PEER = KNOWN["gparotation"]
UNROTATED = np.array(PEER["unrotated"])
IDEAL = np.kron(np.eye(3), np.full((3, 1), 0.8))
ZEROS = np.where(IDEAL == 0.0, 0.0, np.nan)
PEERS: dict[str, tuple[Criterion, bool]] = {
    "varimax": (Orthomax(1.0), False),
    "quartimax": (Orthomax(0.0), False),
    "oblimin": (Oblimin(), True),
    "oblimin_half": (Oblimin(0.3), True),
    "quartimin": (Oblimin(), True),
    "geomin": (Geomin(0.01), True),
    "geomin_orthogonal": (Geomin(0.01), False),
    "infomax": (Infomax(), True),
    "infomax_orthogonal": (Infomax(), False),
    "simplimax": (Simplimax(), True),
    "bentler": (Bentler(), True),
    "bentler_orthogonal": (Bentler(), False),
    "cf": (CrawfordFerguson(1 / 9), True),
    "cf_orthogonal": (CrawfordFerguson("varimax"), False),
    "target": (Target(IDEAL), True),
    "target_orthogonal": (Target(IDEAL), False),
    "pst": (Target(ZEROS), True),
    "bifactor": (BiQuartimin(), True),
    "bifactor_orthogonal": (BiQuartimin(), False),
    "entropy": (MinimumEntropy(), False),
}


def criterion(name: str) -> Criterion:
    made = read_rotation(name, {"target": ZEROS} if name == "target" else None)
    assert made is not None
    return made.first if isinstance(made, TwoSteps) else made


def turned(one: Criterion, oblique: bool, starts: int = 30, kaiser: bool = False) -> Rotated:
    return rotate(UNROTATED, one, oblique, kaiser, starts_for(UNROTATED, starts, 1))


# Criteria ----------------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", SHIPPED)
def test_gradients_are_those_of_finite_differences(name: str) -> None:
    loadings = np.random.default_rng(3).normal(0.0, 0.5, (2, 9, 3))
    one, step = criterion(name), 1e-6
    moves = step * np.eye(27).reshape(27, 1, 9, 3)
    numeric = (one(loadings + moves)[0] - one(loadings - moves)[0]) / (2.0 * step)
    np.testing.assert_allclose(one(loadings)[1].reshape(2, 27).T, numeric, rtol=1e-6, atol=1e-8)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", SHIPPED)
def test_signs_and_order_change_nothing_that_is_free(name: str) -> None:
    loadings = np.random.default_rng(4).normal(0.0, 0.5, (9, 3))
    one = criterion(name)
    assert one(-loadings)[0] == pytest.approx(one(loadings)[0], rel=1e-12)
    free = np.r_[np.arange(one.leading), np.arange(one.leading, 3)[::-1]]
    assert one(loadings[:, free])[0] == pytest.approx(one(loadings)[0], rel=1e-12)


def test_members_of_families_are_each_other() -> None:
    """Orthogonally all of Crawford and Ferguson's family are orthomax."""
    quartimax, cf = turned(Orthomax(0.0), False), turned(CrawfordFerguson("quartimax"), False)
    np.testing.assert_allclose(quartimax.loadings, cf.loadings, atol=1e-9)
    varimax, cf = turned(Orthomax(1.0), False), turned(CrawfordFerguson("varimax"), False)
    np.testing.assert_allclose(varimax.loadings, cf.loadings, atol=1e-9)
    oblique = turned(CrawfordFerguson(0.0), True)
    np.testing.assert_allclose(turned(Oblimin(), True).loadings, oblique.loadings, atol=1e-9)


# Minima ------------------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", [name for name in PEERS if PEER.get(name)])
def test_no_minimum_is_worse_than_the_peers(name: str) -> None:
    one, oblique = PEERS[name]
    found, peer = turned(one, oblique, 100), np.array(PEER[name]["loadings"])
    value = float(one(peer)[0])
    assert found.solution.value <= value + 1e-9 * (1.0 + abs(value))
    if abs(found.solution.value - value) < 1e-9 * (1.0 + abs(value)):
        places, signs = aligned(peer[None], found.loadings)
        tolerance = 2e-3 if name == "bentler" else 3e-5  # flat
        matched = peer[:, places[0]] * signs[0]
        np.testing.assert_allclose(found.loadings, matched, atol=tolerance)


@pytest.mark.parametrize("oblique", [True, False])
def test_rotation_keeps_what_is_common(oblique: bool) -> None:
    found = turned(Geomin(), oblique)
    common = found.loadings @ found.correlations @ found.loadings.T
    np.testing.assert_allclose(common, UNROTATED @ UNROTATED.T, atol=1e-12)
    np.testing.assert_allclose(np.diag(found.correlations), 1.0, atol=1e-14)
    assert found.n_converged == 30
    assert sum(count for _, count, _ in found.minima) == 30


def test_a_simple_structure_is_found_exactly() -> None:
    correlations = np.array([[1.0, 0.3, 0.4], [0.3, 1.0, 0.2], [0.4, 0.2, 1.0]])
    unrotated = IDEAL @ np.linalg.cholesky(correlations)
    found = rotate(unrotated, Oblimin(), True, False, starts_for(unrotated, 5, 0))
    np.testing.assert_allclose(found.loadings, IDEAL, atol=1e-7)
    np.testing.assert_allclose(found.correlations, correlations, atol=1e-7)


def test_the_start_of_the_rotation_does_not_matter() -> None:
    turn = np.linalg.qr(np.random.default_rng(8).normal(size=(3, 3)))[0]
    axes, other = principal_axes(UNROTATED)[0], principal_axes(UNROTATED @ turn)[0]
    np.testing.assert_allclose(axes, other, atol=1e-12)
    one = rotate(UNROTATED, Oblimin(), True, True, starts_for(axes, 10, 0))
    two = rotate(UNROTATED @ turn, Oblimin(), True, True, starts_for(axes, 10, 0))
    np.testing.assert_allclose(one.loadings, two.loadings, atol=1e-10)


def test_columns_have_a_sign_and_an_order() -> None:
    found = turned(Oblimin(), True)
    assert (found.loadings.sum(axis=0) > 0.0).all()
    assert list(np.abs(found.loadings).argmax(axis=0) // 3) == [0, 1, 2]
    by_variance = rotate(UNROTATED, Oblimin(), True, False, starts_for(UNROTATED, 5, 1), "variance")
    parts = by_variance.loadings * (by_variance.loadings @ by_variance.correlations)
    assert list(parts.sum(axis=0)) == sorted(parts.sum(axis=0), reverse=True)
    with pytest.raises(OptionError, match="did you mean 'items'"):
        rotate(UNROTATED, Oblimin(), True, False, starts_for(UNROTATED, 5, 1), "itmes")


def test_a_target_keeps_its_columns_and_signs() -> None:
    target = -IDEAL[:, [2, 0, 1]]
    found = turned(Target(target), True)
    assert (np.sign(found.loadings[target != 0.0]) == -1.0).all()


def test_columns_are_matched() -> None:
    loadings = np.random.default_rng(1).normal(size=(9, 3))
    mixed = np.array([loadings[:, [2, 0, 1]] * [1.0, -1.0, 1.0], loadings])
    places, signs = aligned(mixed, loadings)
    found = np.take_along_axis(mixed, places[:, None, :], axis=2) * signs[:, None, :]
    np.testing.assert_allclose(found, [loadings, loadings])
    many = np.linalg.qr(np.random.default_rng(1).normal(size=(20, 9)))[0]
    places, signs = aligned(-many[None, :, ::-1], many)
    assert list(places[0]) == list(range(9))[::-1]
    assert (signs == -1.0).all()


# Slopes ------------------------------------------------------------------------------------------


def rotated_again(move: Array, found: Rotated, one: Criterion, kaiser: bool) -> Array:
    """Rotated loadings and correlations after a small change, from the solution, (27 + 9,)."""
    loadings = UNROTATED + move
    weighted = row_weights(loadings, kaiser) * loadings
    solution = found.solution
    again = Stationary(one, weighted, solution.turn, solution.oblique).polished()
    rotated = loadings @ np.linalg.inv(again.turn).T
    return np.r_[rotated.ravel(), again.correlations.ravel()]


@pytest.mark.parametrize(
    ("one", "oblique", "kaiser"),
    [
        (Oblimin(), True, False),
        (Oblimin(), True, True),
        (Orthomax(1.0), False, True),
        (Geomin(0.01), True, False),
        (BiQuartimin(), False, False),
        (Target(ZEROS), True, False),
        (Infomax(), True, True),
    ],
    ids=lambda value: getattr(value, "words", str(value)),
)
def test_slopes_are_those_of_rotating_again(one: Criterion, oblique: bool, kaiser: bool) -> None:
    found = turned(one, oblique, 10, kaiser)
    by_loadings, by_correlations = rotation_slopes(found, UNROTATED, kaiser)
    slopes, step = np.concatenate([by_loadings, by_correlations]), 1e-5
    for place in (0, 4, 13, 20, 26):
        move = step * np.eye(27)[place].reshape(9, 3)
        ahead = rotated_again(move, found, one, kaiser)
        numeric = (ahead - rotated_again(-move, found, one, kaiser)) / (2.0 * step)
        np.testing.assert_allclose(slopes[:, place], numeric, atol=1e-6)


def test_slopes_of_principal_axes() -> None:
    axes, turn = principal_axes(UNROTATED)
    step = 1e-6
    numeric = [
        (principal_axes(UNROTATED + move)[0] - principal_axes(UNROTATED - move)[0]).ravel()
        for move in step * np.eye(27).reshape(27, 9, 3)
    ]
    expected = np.array(numeric).T / (2.0 * step)
    np.testing.assert_allclose(principal_slopes(axes, turn), expected, atol=1e-6)


# Second steps ------------------------------------------------------------------------------------


def test_promax_keeps_what_is_common_and_unit_variances() -> None:
    first = turned(Orthomax(1.0), False, 5, True)
    loadings, correlations, scores = Promax().then(first.loadings, first.correlations)
    np.testing.assert_allclose(np.diag(correlations), 1.0, atol=1e-12)
    common = loadings @ correlations @ loadings.T
    np.testing.assert_allclose(common, UNROTATED @ UNROTATED.T, atol=1e-12)
    np.testing.assert_allclose(scores.T @ scores, correlations, atol=1e-12)


def test_schmid_and_leimans_factors_are_those_of_a_second_order_model() -> None:
    general = np.array([0.8, 0.7, 0.6])
    correlations = np.outer(general, general)
    np.fill_diagonal(correlations, 1.0)
    loadings, between, _ = SchmidLeiman().then(IDEAL, correlations)
    np.testing.assert_allclose(loadings[:, 0], IDEAL @ general, atol=1e-9)
    np.testing.assert_allclose(loadings[:, 1:], IDEAL * np.sqrt(1.0 - general**2), atol=1e-9)
    np.testing.assert_array_equal(between, np.eye(4))
    slopes, _ = second_slopes(SchmidLeiman(), IDEAL, correlations)
    assert slopes.shape == (9 * 4, 9 * 3 + 9)


# Extraction --------------------------------------------------------------------------------------


def test_counts_of_factors() -> None:
    assert [most_factors(p) for p in (3, 4, 5, 6, 9, 20)] == [1, 1, 2, 3, 5, 14]
    assert degrees_of_freedom(9, 3) == 12


def test_extraction_of_exact_factors() -> None:
    correlations = IDEAL @ IDEAL.T
    np.fill_diagonal(correlations, 1.0)
    for loadings in (
        likelihood_factors(correlations, 3),
        principal_axis_factors(correlations, 3).loadings,
    ):
        np.testing.assert_allclose(loadings @ loadings.T, IDEAL @ IDEAL.T, atol=1e-5)


def test_extraction_bends_what_is_not_positive_definite() -> None:
    odd = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    assert np.isfinite(likelihood_factors(odd, 1)).all()


# What users write --------------------------------------------------------------------------------


def test_names_and_parameters() -> None:
    made = read_rotation("geomin", {"epsilon": 0.01})
    assert made == Geomin(0.01)
    assert read_rotation("cf-varimax") == CrawfordFerguson("varimax")
    assert read_rotation("bifactor") == BiQuartimin()
    assert read_rotation("none") is None
    assert read_rotation(Geomin()) == Geomin()
    assert {criterion(name).words for name in ("varimax", "oblimin", "cf_parsimax")} == {
        "varimax",
        "quartimin",
        "cf_parsimax",
    }
    assert CrawfordFerguson(0.2).words == "crawford_ferguson(0.2)"
    assert Orthomax(0.5).words == "orthomax(0.5)"


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: read_rotation("geomim"), "did you mean 'geomin'"),
        (lambda: read_rotation(3), "rotation=3 is not known"),
        (lambda: read_rotation("geomin", {"epsilom": 1}), "did you mean 'epsilon'"),
        (lambda: read_rotation("varimax", {"gamma": 1}), "it has none"),
        (lambda: read_rotation(Geomin(), {"epsilon": 1}), "an object has its own"),
        (lambda: read_rotation("target"), "needs rotation_args"),
        (lambda: Geomin(0.0), "epsilon is a number from 1e-08"),
        (lambda: Geomin(True), "epsilon is a number"),  # type: ignore[arg-type]
        (lambda: Oblimin(2.0), "gamma is a number from -10 to 1"),
        (lambda: Orthomax(-1.0), "gamma is a number from 0"),
        (lambda: CrawfordFerguson(1.5), "kappa is a number from 0 to 1"),
        (lambda: CrawfordFerguson("varimx"), "did you mean 'varimax'"),
        (lambda: Promax(0.5), "power is a number from 1"),
        (lambda: Simplimax(0), "n_small is a whole number"),
        (lambda: Simplimax(27).check(9, 3), "only 27 loadings"),
        (lambda: SchmidLeiman(Orthomax()), "begins with an oblique criterion"),
        (lambda: SchmidLeiman().check(9, 2), "three group factors"),
        (lambda: BiQuartimin().check(9, 2), "a general factor and at least two others"),
        (lambda: Target("no"), "target= is a table of numbers"),
        (lambda: Target([[np.inf, 1.0]]), "target= is a table of numbers"),
        (lambda: Target(IDEAL).check(9, 2), "the target is 9 x 3, but the loadings are 9 x 2"),
        (lambda: Target(IDEAL * np.nan).check(9, 3), "NaN everywhere"),
    ],
)
def test_slips_are_explained(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(OptionError, match=message):
        make()


@dataclass(frozen=True)
class Endless(Criterion):
    """A criterion without a minimum: it falls wherever it is."""

    def __call__(self, loadings: Array) -> tuple[Array, Array]:
        return np.full(loadings.shape[:-2], np.nan), np.full(loadings.shape, np.nan)


def test_a_rotation_that_ends_nowhere_is_refused() -> None:
    with pytest.raises(NotAvailableError, match="none of 4 starts"):
        turned(Endless(), True, 4)


@dataclass(frozen=True)
class OwnVarimax(Criterion):
    """What a user may write."""

    def __call__(self, loadings: Array) -> tuple[Array, Array]:
        squares = loadings**2
        gaps = squares - squares.mean(axis=-2, keepdims=True)
        return -(gaps**2).sum(axis=(-2, -1)), -4.0 * loadings * gaps


def test_users_write_criteria() -> None:
    own = turned(OwnVarimax(), False)
    np.testing.assert_allclose(own.loadings, turned(Orthomax(1.0), False).loadings, atol=1e-9)
