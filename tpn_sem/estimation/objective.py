"""The function that estimation minimises: a sum of discrepancies of groups and of penalties."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..data import Samples
from ..numerics import Array, Indices, Mask
from ..specification import INTERCEPT, SCALE, Specification
from .discrepancy import Discrepancy
from .implied import Directions, Implied, cell_scales, sample_units
from .penalties import Penalty

_WIDTH = 1e-5  # of a step of numerical differentiation, over the parameter's size


@dataclass(frozen=True, eq=False)
class Objective:
    """Value and derivatives for stacks of parameter vectors, shape (..., n_free).

    The sum has a term for each group, half its discrepancy, and one for each penalty. Groups count
    by their share of all observations, so that the Hessian is the information of one observation.
    """

    specification: Specification
    samples: Samples
    discrepancy: Discrepancy
    penalties: tuple[Penalty, ...] = ()

    def part(self, keep: Mask | int) -> Objective:
        """The objective of some problems of a stack."""
        return replace(self, samples=self.samples.part(keep))

    @cached_property
    def shares(self) -> tuple[Array, ...]:
        """Each group's share of the observations, less one a group for least squares."""
        lost = self.discrepancy.lost_in_shares
        counts = [group.counts - lost for group in self.samples.groups]
        return tuple(count / sum(counts) for count in counts)

    @cached_property
    def unit(self) -> float:
        """What counts as one in the objective: its size where it has the units of the data."""
        if not self.discrepancy.has_units:
            return 1.0
        sizes = [float(np.max((group.vector**2).sum(-1))) for group in self.samples.groups]
        return max(0.5 * max(sizes), 1e-300)

    @cached_property
    def fixed_values(self) -> tuple[Array, ...]:
        """Values of all cells, a group each, with zeros where they are free."""
        return tuple(self._fixed_values(group) for group in range(len(self.samples.groups)))

    def _fixed_values(self, group: int) -> Array:
        pattern = self.specification.patterns[group]
        sample = self.samples.groups[group]
        values = np.empty((*sample.covariance.shape[:-2], len(pattern.kind)))
        values[...] = pattern.fixed
        units = sample_units(pattern, sample.covariance)
        for cell in pattern.taken:
            row, column = pattern.row[cell], pattern.column[cell]
            if pattern.kind[cell] == SCALE:
                values[..., cell] = units[..., row]
            elif pattern.kind[cell] == INTERCEPT:
                values[..., cell] = sample.mean[..., row] / units[..., row]  # type: ignore[index]
            else:
                size = units[..., row] * units[..., column]
                values[..., cell] = sample.covariance[..., row, column] / size
        values[..., pattern.unrelated] = 0.0
        return values

    def cell_values(self, parameters: Array, group: int) -> Array:
        """Values of all cells of a group, shape (..., n_cells)."""
        pattern = self.specification.patterns[group]
        fixed = self.fixed_values[group]
        values = np.empty((*parameters.shape[:-1], fixed.shape[-1]))
        values[...] = fixed
        values[..., pattern.free_cells] = parameters[..., pattern.places]
        return values

    def imply(self, parameters: Array) -> tuple[Implied, ...]:
        """Implied moments, a group each."""
        return tuple(
            self.discrepancy.imply(pattern, self.cell_values(parameters, group))
            for group, pattern in enumerate(self.specification.patterns)
        )

    def value(self, implied: tuple[Implied, ...]) -> Array:
        """The objective, shape (...); +inf where a covariance matrix is not positive definite."""
        total: Array = np.zeros(())
        for share, sample, moments in zip(self.shares, self.samples.groups, implied, strict=True):
            total = total + 0.5 * share * self.discrepancy.value(sample, moments)
        for penalty in self.penalties:
            total = total + penalty.value(self.parameters_behind(implied))
        return np.where(np.isnan(total), np.inf, total)

    def directions(self, implied: tuple[Implied, ...]) -> tuple[Directions, ...]:
        """Derivatives of the implied moments along the free cells, a group each."""
        return tuple(
            moments.along(pattern.cells)
            for moments, pattern in zip(implied, self.specification.patterns, strict=True)
        )

    def gradient(self, implied: tuple[Implied, ...], directions: tuple[Directions, ...]) -> Array:
        """First derivatives, shape (..., n_free)."""
        total = np.zeros((*implied[0].all_mean.shape[:-1], self.specification.table.n_free))
        for group, (moments, along) in enumerate(zip(implied, directions, strict=True)):
            change = self.discrepancy.gradient(self.samples.groups[group], moments, along)
            total[..., self._places(group)] += 0.5 * self.shares[group][..., None] * change
        for penalty in self.penalties:
            total = total + penalty.gradient(self.parameters_behind(implied))
        return total

    def expected_hessian(
        self, implied: tuple[Implied, ...], directions: tuple[Directions, ...]
    ) -> Array:
        """Fisher information of one observation, shape (..., n_free, n_free)."""
        if not self.discrepancy.has_curvature:
            return self.numerical_hessian(self.parameters_behind(implied))
        blocks = []
        for group, (moments, along) in enumerate(zip(implied, directions, strict=True)):
            sample = self.samples.groups[group]
            blocks.append(self.discrepancy.information(sample, moments, along))
        return self._assemble(blocks, implied)

    def observed_hessian(
        self, implied: tuple[Implied, ...], directions: tuple[Directions, ...]
    ) -> Array:
        """Exact second derivatives, shape (..., n_free, n_free); of ordinal items expected ones."""
        if self.specification.categories:
            return self.expected_hessian(implied, directions)
        if not self.discrepancy.has_curvature:
            return self.numerical_hessian(self.parameters_behind(implied))
        blocks = []
        for group, (moments, along) in enumerate(zip(implied, directions, strict=True)):
            sample = self.samples.groups[group]
            slope = self.discrepancy.slope(sample, moments)
            cells = self.specification.patterns[group].cells
            curved = moments.second_derivatives(cells, slope.covariance, slope.mean)
            blocks.append(0.5 * (self.discrepancy.curvature(sample, moments, along) + curved))
        return self._assemble(blocks, implied)

    def numerical_hessian(self, parameters: Array) -> Array:
        """Second derivatives by central differences of the first, shape (..., n_free, n_free)."""
        size = parameters.shape[-1]
        hessian = np.zeros((*parameters.shape, size))
        widths = self.step_widths(parameters)
        for place in range(size):
            width = widths[..., place]
            ends = []
            for shift in (width, -width):
                moved = parameters.copy()
                moved[..., place] += shift
                implied = self.imply(moved)
                ends.append(self.gradient(implied, self.directions(implied)))
            hessian[..., place, :] = (ends[0] - ends[1]) / (2.0 * width[..., None])
        return np.asarray(0.5 * (hessian + np.swapaxes(hessian, -1, -2)))

    def step_widths(self, parameters: Array) -> Array:
        """Steps for numerical derivatives, shape (..., n_free).

        In the units of the variables.
        """
        widths = np.full(parameters.shape, np.inf)
        for pattern, implied in zip(
            self.specification.patterns, self.imply(parameters), strict=True
        ):
            own = np.minimum(widths[..., pattern.places], cell_scales(pattern, implied))
            widths[..., pattern.places] = own
        return _WIDTH * np.where(np.isfinite(widths), widths, 1.0)

    def parameters_behind(self, implied: tuple[Implied, ...]) -> Array:
        """The free parameters that implied moments were computed from, shape (..., n_free)."""
        batch = implied[0].values.shape[:-1]
        parameters = np.empty((*batch, self.specification.table.n_free))
        for pattern, moments in zip(self.specification.patterns, implied, strict=True):
            parameters[..., pattern.places] = moments.values[..., pattern.free_cells]
        return parameters

    def _assemble(self, blocks: list[Array], implied: tuple[Implied, ...]) -> Array:
        """The Hessian of the sum from the groups' blocks, shape (..., n_free, n_free)."""
        total = self._of_groups(blocks)
        for penalty in self.penalties:
            total = total + penalty.hessian(self.parameters_behind(implied))
        return total

    def _of_groups(self, blocks: list[Array]) -> Array:
        n_free = self.specification.table.n_free
        if len(blocks) == 1 and blocks[0].shape[-1] == n_free:
            return blocks[0]  # one group's cells are the free parameters, in their order
        total = np.zeros((*blocks[0].shape[:-2], n_free, n_free))
        for group, block in enumerate(blocks):
            places = self._places(group)
            share = self.shares[group][..., None, None]
            total[..., places[:, None], places[None, :]] += share * block
        return total

    def _places(self, group: int) -> Indices:
        return self.specification.patterns[group].places
