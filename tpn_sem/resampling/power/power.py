"""Power: sample sizes, hypothesis, by formula or by simulation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...arguments import checked, read_number, read_seed
from ...errors import NotAvailableError, OptionError, TpnSemError
from ...fit import Fit
from ...model import Model
from ...redraws import Batch, Checkpoint, Replicates, checkpoint_of, joined_batches, replicate
from .analytic import Noncentral, of_hypothesis, of_rmsea, population_fit
from .hypothesis import FIT, Hypothesis, read_hypothesis, specified
from .result import Power, simulated_row
from .simulated import Experiment
from .truth import Truth

_NO_FORMULA = (
    "the formula is for models of one level: give replicates= for a population with level: blocks, "
    "as replicates=500."
)

Size = int | Mapping[str, int]


@checked
def power(
    population: Fit | Model | str,
    test: str | Model,
    n: Size | Sequence[Size],
    *,
    model: Model | str | None = None,
    alpha: float = 0.05,
    rmsea: tuple[float, float] | None = None,
    replicates: int = 0,
    clusters: int | Sequence[int] | None = None,
    data: Mapping[str, Any] | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: bool | None = None,
    checkpoint: str | Path | None = None,
    **options: Any,
) -> Power:
    """Find how often a test rejects.

    Parameters
    ----------
    population : Fit, Model or str
        What is true; see `tpn_sem.simulate`.
    test : str or Model
        What is to be rejected: that a parameter is zero ("KS ~ NPC", a label or a defined
        parameter, as an indirect effect; "KS ~ NPC.l2" between clusters); an equation ("a == b"); a
        Model that restricts the one fitted; a step of invariance ("metric", "scalar", "strict"),
        against the step before; or
        "fit", that the model holds.
    n : int, or mapping of group to int, or a list of these
        Rows of each design.
    model : Model or str, optional
        What is fitted. If not given, the text of the population with its numbers free, but for
        zeros.
    alpha : float
    rmsea : (float, float), optional
        With test="fit": the RMSEA of the null hypothesis, and the true one, as (.05, .08) for close
        fit; of the population only the model's degrees of freedom matter. MacCallum, Browne &
        Sugawara (1996).
    replicates : int
        Data sets to simulate for each design; 0 for the formula of Satorra & Saris (1985): a
        likelihood-ratio test, of a defined parameter a Wald test, of complete normal independent
        rows.
    clusters : int or list of int, optional
        Number of clusters of each design, for simulation; the fits get ``cluster="cluster"`` unless
        told otherwise (``cluster=None`` shows what ignoring them would do).
    data : mapping, optional
        More options of `tpn_sem.simulate`: shares, skewness, kurtosis, icc, missing, ...
    seed, workers, progress, checkpoint
        As for `tpn_sem.bootstrap`.
    **options
        As for `Model.fit`: estimator, ordered, missing, std_lv, ...

    Returns
    -------
    Power

    Raises
    ------
    TpnSemError
        Where the test names nothing of the model, or the formula does not hold for such data.

    Notes
    -----
    Simulated tests are those that the fits themselves report: Wald tests of parameters, corrected
    differences where the estimator has such.
    """
    if not 0.0 < read_number("alpha", alpha) < 1.0:
        raise OptionError(f"alpha={alpha!r}: give a number between 0 and 1.")
    if data is not None and not isinstance(data, Mapping):
        raise OptionError(f"data={data!r}: give options of simulate as a dict, as {{'icc': .1}}.")
    truth = Truth(population if isinstance(population, Fit | Model) else Model(population))
    drawing = dict(data or {})
    designs = _designs(n, clusters)
    sizes = [truth.sizes(size) for size, _ in designs]
    labels = tuple(sizes[0])
    if len(labels) > 1:
        options = {"group": drawing.get("group", "group"), **options}
    if truth.has_levels or clusters is not None:
        options = {"cluster": drawing.get("cluster", "cluster"), **options}
    if truth.has_levels and not replicates:
        raise NotAvailableError(_NO_FORMULA)
    asked = read_hypothesis(test, truth.model, model, labels, options)
    if replicates:
        if rmsea is not None:
            raise OptionError("rmsea= goes with the formula: leave replicates= out.")
        plan = [
            Experiment(truth.source, asked, _drawing(drawing, size, count))
            for size, count in designs
        ]
        run = partial(
            replicate,
            n=replicates,
            workers=workers,
            progress=progress,
            title="data sets",
        )
        totals = [sum(own.values()) for own in sizes]
        true = _true_value(truth, asked, sizes[0])
        source = truth.source.estimation if isinstance(truth.source, Fit) else None
        kept = checkpoint_of(
            checkpoint,
            {} if source is None else {"": source},
            what="power",
            population=str(truth.model),
            test=str(test),
            model=str(model),
            drawing=drawing,
            options=options,
        )
        return _by_simulation(plan, totals, alpha, run, seed, true, kept)
    if checkpoint is not None:
        raise OptionError("checkpoint= goes with simulation: give replicates=, or leave it out.")
    if clusters is not None or drawing:
        name = "clusters" if clusters is not None else next(iter(drawing))
        raise NotAvailableError(
            f"the formula is for complete normal independent rows and knows no {name}: give "
            "replicates=, as replicates=500."
        )
    if rmsea is None:
        found = _by_formula(truth, asked, sizes[0])
    else:
        found = _of_rmsea(asked, test, rmsea, labels)
    return _from_formula(found, sizes, alpha)


def _designs(
    n: Size | Sequence[Size], clusters: int | Sequence[int] | None
) -> list[tuple[Size, int | None]]:
    """Rows and clusters of each design."""
    single = isinstance(n, int | np.integer | Mapping)
    sizes: list[Size] = [n] if single else list(n)  # type: ignore[list-item, arg-type]
    counts: list[int | None]
    if clusters is None or isinstance(clusters, int | np.integer):
        counts = [None if clusters is None else int(clusters)]
    else:
        counts = list(clusters)
    if len(sizes) == 1:
        sizes *= len(counts)
    if len(counts) == 1:
        counts *= len(sizes)
    if len(sizes) != len(counts) or not sizes:
        raise OptionError(
            f"n= has {len(sizes)} designs and clusters= {len(counts)}: give as many, or one."
        )
    return list(zip(sizes, counts, strict=True))


def _by_formula(truth: Truth, asked: Hypothesis, sizes: dict[str, int]) -> Noncentral:
    for name in ("ordered", "missing", "cluster", "estimator"):
        if asked.options.get(name) not in (None, False, "ML", "listwise"):
            raise NotAvailableError(
                f"the formula is for maximum likelihood of complete continuous data, not for "
                f"{name}={asked.options[name]!r}: give replicates=, as replicates=500."
            )
    return of_hypothesis(asked, truth.moments(sizes))


def _of_rmsea(
    asked: Hypothesis, test: str | Model, rmsea: tuple[float, float], labels: tuple[str, ...]
) -> Noncentral:
    if test != FIT:
        raise OptionError("rmsea= goes with test='fit'.")
    values = tuple(rmsea) if isinstance(rmsea, Sequence) else ()
    if len(values) != 2 or min(values) < 0.0 or values[0] == values[1]:
        raise OptionError(f"rmsea={rmsea!r}: give two different ones, as (.05, .08).")
    found = specified(asked.model, labels, asked.options)
    df = found.n_moments - found.restrictions.n_independent
    if df <= 0:
        raise NotAvailableError("the model has no degrees of freedom: its fit is never tested.")
    return of_rmsea(df, *values, groups=len(labels))


def _from_formula(found: Noncentral, sizes: list[dict[str, int]], alpha: float) -> Power:
    totals = [sum(size.values()) for size in sizes]
    table = pd.DataFrame(
        {
            "n": totals,
            "power": [found.power(n, alpha) for n in totals],
            "df": found.degrees_of_freedom,
            "noncentrality": [found.noncentrality(n) for n in totals],
        }
    )
    return Power(table, alpha, "analytic", pd.Series(dtype=int), found)


def _drawing(drawing: dict[str, Any], size: Size, count: int | None) -> dict[str, Any]:
    """Options of `simulate` for one design."""
    more = {} if count is None else {"clusters": count}
    return {**drawing, **more, "n": size}


def _by_simulation(
    plan: list[Experiment],
    sizes: list[int],
    alpha: float,
    run: Callable[..., Replicates[Batch]],
    seed: int | None,
    true: float | None,
    kept: Checkpoint | None,
) -> Power:
    rows, problems = [], Counter[str]()
    for place, (experiment, size) in enumerate(zip(plan, sizes, strict=True)):
        folder = kept and kept.inside(f"design {place} {experiment.drawing}")
        done = run(experiment, seed=read_seed(seed, place), checkpoint=folder)
        batch = joined_batches(done.parts)
        values = batch.values
        problems.update(batch.problems)
        clusters = experiment.drawing.get("clusters")
        head = {"n": size} | ({} if clusters is None else {"clusters": clusters})
        rows.append(head | simulated_row(values, alpha, true))
        if done.stopped:
            done.warn(f"data sets with n={size}")
            break
    reasons = pd.Series(problems, dtype=int).sort_values(ascending=False)
    return Power(pd.DataFrame(rows), alpha, "simulation", reasons)


def _true_value(truth: Truth, asked: Hypothesis, sizes: dict[str, int]) -> float | None:
    """What the model finds in the population; NaN where that is unknown, None if not asked."""
    if not asked.parameter:
        return None
    if truth.has_levels:
        return truth.written_value(asked.parameter, tuple(sizes))
    try:
        fit = population_fit(asked.model, truth.moments(sizes), asked.options)
    except TpnSemError:
        return float("nan")
    if asked.is_defined:
        table = fit.estimates
        return float(table.loc[table["lhs"] == asked.parameter, "estimate"].iloc[0])
    return float(fit.coef[asked.parameter])
