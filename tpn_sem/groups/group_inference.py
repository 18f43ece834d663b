"""p-values of group comparisons: rows independent, clustered, permuted clusters, bootstrap."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked
from ..drawing import Shown, View
from ..errors import NotAvailableError, OptionError, TpnSemWarning, choose
from ..estimation import Estimation
from ..fit import Fit
from ..model_fit.comparison import compare_estimations
from ..numerics import Array
from ..resampling import Bootstrap, Permutation, bootstrap, permutation
from ..results import Contrasts, group_contrasts, inference
from .invariance import InvarianceLadder

_MOST_FAILED = 0.2  # share of bootstrap samples beyond which intervals would mislead
_NO_CLUSTERS = {"cluster_cr2": "robust_huber_white", "cluster_cr3": "robust_huber_white"}


@dataclass(frozen=True, eq=False)
class GroupInference(Shown):
    """What a ladder and its contrasts say, taking rows as independent, and taking clusters.

    Attributes
    ----------
    steps : DataFrame
        A row per step after the first: df_diff; p_naive (rows independent), p_clustered (the
        difference test with clusters), p_permutation (of the chi-square difference) and
        p_permutation_cfi (of the change of CFI), with whole clusters dealt anew.
    contrasts : DataFrame
        A row per parameter that may differ in the step `step`, other group less first: estimate;
        se_naive and p_naive; se, df and p_clustered (Student's t); p_permutation; ci_lower and
        ci_upper (bias-corrected cluster bootstrap, 95 %).
    step : str
    n_clusters : dict of str to int
        By group.
    permutation : Permutation
    bootstrap : Bootstrap or None
    notes : tuple of str
        What changed places in the permutation, and how much of the resampling failed.
    """

    steps: pd.DataFrame
    contrasts: pd.DataFrame
    step: str
    n_clusters: dict[str, int]
    permutation: Permutation
    bootstrap: Bootstrap | None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        clusters = ", ".join(f"{count} in {label}" for label, count in self.n_clusters.items())
        steps, contrasts = self._views()
        return "\n".join(
            [
                f"Inference by rows (naive) and by clusters: {clusters}",
                str(steps),
                f"Contrasts of groups at {self.step!r}:",
                str(contrasts),
                *self.notes,
            ]
        )

    def _views(self) -> list[View]:
        return [View(self.steps), View(self.contrasts)]


@checked
def group_inference(
    ladder: InvarianceLadder,
    *,
    step: str | None = None,
    n_permutations: int = 1000,
    n_bootstrap: int = 500,
    seed: int | None = None,
    workers: int | None = None,
    progress: bool | None = None,
    checkpoint: str | Path | None = None,
) -> GroupInference:
    """Compare what a naive analysis says of groups with what their clusters allow to say.

    Where the group is a property of clusters (rural and urban of schools), rows of a cluster are
    no independent evidence on the difference between groups.

    Parameters
    ----------
    ladder : InvarianceLadder
        Fitted with ``cluster=``.
    step : str, optional
        Whose contrasts are shown; by default the last step that holds.
    n_permutations, n_bootstrap : int
        Groups dealt anew among whole clusters (or, where clusters are in several groups, among
        the rows of each); whole clusters drawn within groups (0 for none).
    seed, workers, progress, checkpoint
        As for `tpn_sem.bootstrap`.

    Returns
    -------
    GroupInference

    Raises
    ------
    NotAvailableError
        For a ladder without clusters.
    """
    fits = taken_steps(ladder)
    chosen = choose("step", step or ladder.reached or next(iter(fits)), fits)
    found = {name: fit.estimation for name, fit in fits.items()}
    samples = found[chosen].samples
    if not samples.cluster_labels:
        raise NotAvailableError(
            "the ladder has no clusters: climb with cluster= and the column of schools."
        )
    naive = {name: without_clusters(one) for name, one in found.items()}
    run: dict[str, Any] = {"seed": seed, "workers": workers, "progress": progress}
    kept = None if checkpoint is None else Path(checkpoint)
    dealt = permutation(fits, n_permutations, checkpoint=kept and kept / "permutation", **run)
    drawn = None
    if n_bootstrap:
        drawn = bootstrap(fits[chosen], n_bootstrap, checkpoint=kept and kept / "bootstrap", **run)
    return GroupInference(
        _steps(found, naive, dealt),
        _contrasts(found[chosen], naive[chosen], dealt, drawn, chosen),
        chosen,
        {sample.label: sample.n_clusters for sample in samples.groups},
        dealt,
        drawn,
        tuple(_notes(dealt, drawn)),
    )


def _notes(dealt: Permutation, drawn: Bootstrap | None) -> list[str]:
    """What changed places, and what failed."""
    unit = {
        "cluster": "whole clusters changed places between groups",
        "row_within_cluster": "clusters are in several groups, so that rows changed places in them",
    }
    notes = [f"Permutation: {unit[dealt.unit]}; {len(dealt.replicates)} times."]
    if dealt.n_failed:
        notes.append(f"{dealt.n_failed} permutations could not be fitted and are left out.")
    if drawn is not None and drawn.n_failed:
        notes.append(f"{drawn.n_failed} of {drawn.n_asked} bootstrap samples failed.")
        if _too_few(drawn):
            notes.append("That is too many for intervals: there are none.")
    return notes


def _too_few(drawn: Bootstrap) -> bool:
    return drawn.n_failed > _MOST_FAILED * len(drawn.replicates)


def taken_steps(ladder: InvarianceLadder) -> dict[str, Fit]:
    """The steps of a ladder that are compared with each other: exceptions replace what failed."""
    if not isinstance(ladder, InvarianceLadder):
        raise OptionError(
            f"group_inference takes a ladder of invariance, not {type(ladder).__name__}."
        )
    return {name: fit for name, fit in ladder.fits.items() if f"partial {name}" not in ladder.fits}


def without_clusters(estimation: Estimation) -> Estimation:
    """The same estimates with the rows taken as independent."""
    options = replace(
        estimation.options, se=_NO_CLUSTERS.get(estimation.options.se, estimation.options.se)
    )
    objective = replace(estimation.objective, samples=estimation.samples.without_clusters())
    return Estimation(objective, estimation.solution, options)


def _steps(
    found: Mapping[str, Estimation], naive: Mapping[str, Estimation], dealt: Permutation
) -> pd.DataFrame:
    names = list(found)
    rows = []
    for before, step in pairwise(names):
        df = found[step].degrees_of_freedom - found[before].degrees_of_freedom
        row = {"step": step, "df_diff": df}
        for column, fits in (("p_naive", naive), ("p_clustered", found)):
            row[column] = _difference_p(fits[before], fits[step]) if df else np.nan
        shares = dealt.table.loc[step]["p_permutation"]
        row["p_permutation"] = float(shares["delta_chisq"]) if df else np.nan
        row["p_permutation_cfi"] = float(shares["delta_cfi"]) if df else np.nan
        rows.append(row)
    columns = ["step", "df_diff", "p_naive", "p_clustered", "p_permutation", "p_permutation_cfi"]
    return pd.DataFrame(rows, columns=columns).set_index("step")


def _difference_p(before: Estimation, step: Estimation) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        table = compare_estimations({"before": before, "step": step}, are_nested=True)
    return float(table.loc["step", "p_value"])


def _contrasts(
    estimation: Estimation,
    naive: Estimation,
    dealt: Permutation,
    drawn: Bootstrap | None,
    step: str,
) -> pd.DataFrame:
    contrasts = group_contrasts(estimation)
    naive_errors, naive_p = group_contrasts(naive).errors()
    table = pd.DataFrame({"estimate": contrasts.values(estimation)}, index=contrasts.names)
    table["se_naive"], table["p_naive"] = naive_errors, naive_p
    errors, df, p_value = _clustered(estimation, contrasts)
    table["se"], table["df"], table["p_clustered"] = errors, df, p_value
    if len(table):
        table["p_permutation"] = dealt.contrasts.loc[step]["p_permutation"]
    if drawn is not None and not _too_few(drawn):
        table[["ci_lower", "ci_upper"]] = _intervals(contrasts, drawn)
    table.index.name = "parameter"
    return table


def _clustered(estimation: Estimation, contrasts: Contrasts) -> tuple[Array, Array, Array]:
    """Standard errors, degrees of freedom and p-values of Student's t, shape (k,) each."""
    clusters = float(estimation.cluster_degrees_of_freedom)
    numbers = inference(estimation, contrasts.values(estimation), contrasts.slopes, clusters)
    return numbers["se"], numbers["df"], numbers["p_value"]


def _intervals(contrasts: Contrasts, drawn: Bootstrap) -> Array:
    """Bias-corrected intervals of the contrasts, shape (k, 2)."""
    centre = contrasts.estimation.parameters
    moved = drawn.replicates.iloc[:, : len(centre)].to_numpy() - centre
    own = contrasts.values(contrasts.estimation)
    values = pd.DataFrame(own + moved @ contrasts.slopes.T, columns=contrasts.names)
    shifted = replace(drawn, replicates=values, estimates=pd.Series(own, index=contrasts.names))
    return np.asarray(shifted.intervals("bias_corrected"))
