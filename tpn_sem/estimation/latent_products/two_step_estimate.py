"""The two-step estimate of a model with latent products, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...data import CompleteMoments, Sample, Samples
from ...errors import ModelError, NotAvailableError
from ...language import Statements
from ...numerics import Array, inverse
from ...specification import EstimationOptions, Pattern, Specification, specify
from ..discrepancy import Discrepancy, MaximumLikelihood, Slope
from ..implied import Implied
from ..objective import Objective
from ..optimisation import Solution, search_minimum
from ..start_values import start_values
from .corrected_moments import StructuralEquations, bartlett
from .implied_products import imply_products, layout_of
from .product_solution import check_products

_WIDTH = 1e-5
_UNTESTED = (
    "two-step estimates minimise nothing that a test could be made of; the measurement model can "
    "be tested by itself, with the factors free to covary"
)


class CorrectedMoments(Discrepancy):
    """No function that is minimised: structural coefficients follow from corrected moments."""

    name = "two steps, corrected moments (2SMM)"
    needs_rows = True
    has_curvature = False
    untested = _UNTESTED
    takes = (CompleteMoments,)

    def imply(self, pattern: Pattern, values: Array) -> Implied:
        """Moments with products, were the factors normal."""
        return imply_products(pattern, values)

    def value(self, sample: Sample, implied: Implied) -> Array:
        """None there is.

        Raises
        ------
        NotAvailableError
        """
        raise _none()

    def slope(self, sample: Sample, implied: Implied) -> Slope:
        """None there is.

        Raises
        ------
        NotAvailableError
        """
        raise _none()


def _none() -> NotAvailableError:
    return NotAvailableError(
        "this needs a function that estimates minimise, which two steps have not: fit with "
        "products='lms', 'qml' or 'double_mean_centred'."
    )


@dataclass(frozen=True, eq=False)
class TwoSteps:
    """Parameters, their covariance matrix, and whether the measurement model converged."""

    objective: Objective
    solution: Solution
    covariance: Array


def solve_two_steps(
    specification: Specification, samples: Samples, options: EstimationOptions
) -> TwoSteps:
    """Measurement model by maximum likelihood, then the structure by corrected moments.

    Standard errors are those of both steps' estimating equations together, by rows or clusters,
    and do not rest on normal factors.

    Raises
    ------
    ModelError, NotAvailableError
        For models that two steps cannot have.
    """
    check_products(specification, "two_step")
    _check(specification, samples)
    plain = specify(
        _measurement(specification), specification.options, samples.labels, specification.means
    )
    first = Objective(plain, samples, MaximumLikelihood())
    found = search_minimum(first, start_values(first), options.max_iterations)
    objective = Objective(specification, samples, CorrectedMoments())
    influence, parameters = [], np.zeros(specification.table.n_free)
    bread = _bread(first, found)
    for group, sample in enumerate(samples.groups):
        one = _Group(objective, first, group, sample)
        parameters[specification.patterns[group].places] = one.estimate(found.parameters)
        influence.append(one.influence(found.parameters, bread))
    covariance = _products(samples, influence)
    implied = objective.imply(parameters)
    solution = Solution(
        parameters, np.asarray(np.nan), found.converged, found.iterations, implied=implied
    )
    return TwoSteps(objective, solution, covariance)


def _measurement(specification: Specification) -> Statements:
    """Loadings, residual covariances of items and intercepts; factors covary freely."""
    statements, latent = specification.statements, set(specification.roles.latent)
    kept = tuple(
        one
        for one in statements.relations
        if one.operator != "~" and not (one.operator == "~~" and one.lhs in latent)
    )
    return replace(statements, relations=kept, definitions=(), constraints=())


def _check(specification: Specification, samples: Samples) -> None:
    restrictions = specification.restrictions
    options, roles = specification.options, specification.roles
    problem = ""
    if len(restrictions.linear) or not restrictions.is_smooth:
        problem = "holds no constraints (labels that are shared, ==, <, group_equal)"
    elif options.std_lv or options.effect_coding:
        problem = "needs marker items: leave std_lv= and effect_coding= out"
    elif set(roles.observed) - set(roles.items):
        outside = sorted(set(roles.observed) - set(roles.items))
        problem = f"has factors with items only, and {outside[0]!r} is no item"
    elif roles.measured_factors:
        problem = f"scores factors by their items, and {roles.measured_factors[0]!r} is no item"
    elif any(sample.rows.counts is not None for sample in samples.groups):
        problem = "takes every row once: leave weights out"
    if problem:
        raise ModelError(f"products='two_step' {problem}; or take products='lms'.")


def _bread(objective: Objective, found: Solution) -> Array:
    """Inverse information of one observation in the measurement model."""
    implied = objective.imply(found.parameters)
    return inverse(objective.observed_hessian(implied, objective.directions(implied)))


@dataclass(frozen=True, eq=False)
class _Group:
    """Both steps in one group."""

    objective: Objective
    first: Objective
    group: int
    sample: Sample

    @property
    def pattern(self) -> Pattern:
        """Of the whole model."""
        return self.objective.specification.patterns[self.group]

    @property
    def plain(self) -> Pattern:
        """Of the measurement model."""
        return self.first.specification.patterns[self.group]

    @property
    def equations(self) -> StructuralEquations:
        """The structure."""
        layout = layout_of(self.pattern)
        first = self.pattern.n_observed
        count = self.pattern.n_variables - first - len(layout.products)
        products = [tuple((layout.factors[list(one)] - first).tolist()) for one in layout.members]
        singles = [(place,) for place in range(count)]
        return StructuralEquations(self.pattern, ((), *singles, *products))

    def measured(self, parameters: Array) -> Array:
        """Cells of the whole model with what the first step says, shape (n_cells,)."""
        values = self.first.cell_values(parameters, self.group)
        rows = self.first.specification.table.rows
        cells = zip(self.plain.table_rows, values, strict=True)
        known = {rows[place].key: value for place, value in cells}
        table = self.objective.specification.table.rows
        found = self.objective.fixed_values[self.group].copy()
        for cell in self.pattern.free_cells:
            found[cell] = known.get(table[self.pattern.table_rows[cell]].key, 0.0)
        return found

    def moments(self, parameters: Array) -> Array:
        """Corrected moments of each row, shape (n, k, k)."""
        values = self.first.cell_values(parameters, self.group)
        scores, error = bartlett(self.plain, values, self.sample.rows.values)
        return self.equations.moments(scores, error)

    def estimate(self, parameters: Array) -> Array:
        """Free cells of the whole model, shape (n_free_cells,)."""
        return self._free(self.moments(parameters).mean(axis=0), parameters)

    def _free(self, moments: Array, parameters: Array) -> Array:
        values = self.equations.values(moments, self.measured(parameters))
        return values[self.pattern.free_cells]

    def influence(self, parameters: Array, bread: Array) -> Array:
        """Each row's part in the estimates' error, shape (n, n_free)."""
        moments = self.moments(parameters)
        mean = moments.mean(axis=0)
        size = len(mean)
        lower = [(i, j) for i in range(size) for j in range(i + 1)]
        slopes = []
        for i, j in lower:
            width, ends = _WIDTH * np.sqrt(mean[i, i] * mean[j, j]), []
            for shift in (width, -width):
                moved = mean.copy()
                moved[i, j] += shift
                moved[j, i] = moved[i, j]
                ends.append(self._free(moved, parameters))
            slopes.append((ends[0] - ends[1]) / (2.0 * width))
        places = tuple(np.array(lower).T)
        own = (moments - mean)[:, *places] @ np.array(slopes)
        along, widths = [], self.first.step_widths(parameters)
        for place, width in enumerate(widths):
            ends = []
            for shift in (width, -width):
                shifted = parameters.copy()
                shifted[place] += shift
                ends.append(self.estimate(shifted))
            along.append((ends[0] - ends[1]) / (2.0 * width))
        own = own + self._scores(parameters) @ bread[self.plain.places] @ np.array(along)
        found = np.zeros((len(own), self.objective.specification.table.n_free))
        found[:, self.pattern.places] = own
        return found

    def _scores(self, parameters: Array) -> Array:
        """Each row's score in the measurement model, times the group's share, shape (n, k)."""
        implied = self.first.imply(parameters)
        along = self.first.directions(implied)[self.group]
        scores = self.first.discrepancy.scores(self.sample, implied[self.group], along)
        share = float(self.first.shares[self.group])
        return scores(slice(0, len(self.sample.rows))) * share


def _products(samples: Samples, influence: list[Array]) -> Array:
    """Covariance matrix of the estimates from each row's, or each cluster's, part in them."""
    total = np.zeros((influence[0].shape[1],) * 2)
    if samples.cluster_labels:
        sums = np.zeros((len(samples.cluster_labels), len(total)))
        for sample, part in zip(samples.groups, influence, strict=True):
            np.add.at(sums, sample.rows.membership, part / len(part))
        count = len(sums)
        return np.asarray(sums.T @ sums * count / (count - 1))
    for part in influence:
        total += part.T @ part / len(part) ** 2
    return total
