"""Do careless answers carry the finding? The fit without rows that a check calls odd."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np
import pandas as pd

from ..arguments import check_range, checked
from ..casewise import repeated_note, row_labels
from ..drawing import Shown, Table, without_zero
from ..errors import DataError, OptionError, attempted
from ..estimation import Estimation
from ..fit import Fit
from ..fresh_property import fresh_property
from ..model import Model
from ..numerics import Mask
from ..redraws import Refitter
from ..specification import FitOptions, shows_options
from ..survey import Instrument, SurveyCheck, check
from .chosen_paths import ChosenPaths, chosen_paths
from .compared_paths import compared_paths, moving_sentences, turning_sentences
from .deletion_tables import fit_row
from .exact_deletion import require_deletable, samples_of

_FEWEST_ITEMS, _LOW_EVEN_ODD, _P, _FENCE = 8, 0.3, 0.001, 3.0  # the rules of `check`


@dataclass(frozen=True, eq=False, repr=False)
class CarelessSensitivity(Shown):
    """A fit without rows whose answers look careless, a kind of flag at a time and together.

    No flag proves carelessness, and rows that differ honestly are flagged too: this is a
    sensitivity, not a repair.

    Attributes
    ----------
    flags : DataFrame
        A row per kind: flagged (rows of the data), left_out (of the fit), share (of the fit's
        rows), reason (why there is no fit without them; empty where there is).
    fits : DataFrame
        A row for all rows ("none") and for each kind: rows, chisq, df, statistic, p_value, cfi,
        rmsea, srmr, admissible.
    paths : DataFrame
        A row per kind and path: estimate, se, p_value of all rows; the same of the others, ending
        in ``_without``; change, change_in_se, verdict_changes.
    rows : DataFrame
        A row per row of the data, true where it is flagged, a column a kind. Rows are called as in
        the data's index, or by position ("at position 16") where its labels repeat.
    alpha : float
    sentences : tuple of str
    notes : tuple of str
        How rows are called, where labels of the data's index repeat.
    """

    flags: pd.DataFrame
    fits: pd.DataFrame
    paths: pd.DataFrame
    rows: pd.DataFrame
    alpha: float
    sentences: tuple[str, ...]
    notes: tuple[str, ...]

    @fresh_property
    def turning(self) -> pd.DataFrame:
        """The rows of `paths` whose verdict changes."""
        return self.paths[self.paths["verdict_changes"]]

    def _text(self) -> str:
        return "\n".join([*self.notes, *self.sentences])

    def _views(self) -> list[str | Table]:
        return [
            *self.notes,
            *self.sentences,
            Table(self.flags, "Flags"),
            Table(self.paths, "Paths"),
        ]


@shows_options
@checked
def sensitivity_to_careless(
    fit: Fit | Model | str,
    data: pd.DataFrame,
    instrument: Instrument | Mapping[str, Sequence[str]] | Sequence[str] | None = None,
    *,
    parameters: Sequence[str] | None = None,
    alpha: float = 0.05,
    **options: Unpack[FitOptions],
) -> CarelessSensitivity:
    """Fit a model again without rows that `check` calls odd, and compare its paths.

    Kinds of flags are those of `check`: straight-lining (one answer to all items); long runs of one
    answer (Johnson, 2005); even-odd inconsistency below .3; Mahalanobis distance with p < .001;
    Guttman errors above Tukey's outer fence; two or more of the last four; and any.

    Parameters
    ----------
    fit : Fit, Model or str
        A fit to the rows of `data`, or a model that is fitted with `**options`.
    data : DataFrame
        The rows that were fitted, with the same index.
    instrument : Instrument, mapping of construct to columns, or sequence of columns, optional
        As for `check`: what is answered, in the order of the questionnaire.
    parameters : sequence of str, optional
        Paths that are compared; as for `influence`.
    alpha : float
        Of the verdicts.
    **options
        As for `sem`, where no fit is given.

    Returns
    -------
    CarelessSensitivity

    Raises
    ------
    OptionError
        For options beside a fit, and data that were not fitted.
    DataError
        With fewer than eight items, for which there are no flags.
    NotAvailableError
        For fits that did not converge, or have no rows.
    """
    check_range("alpha", alpha, 1e-6, 0.5)
    found = _fitted(fit, data, dict(options)).estimation
    require_deletable(found)
    if found.samples.index is None or not found.samples.index.equals(data.index):
        raise OptionError("data= are not the rows that were fitted: their index is another one.")
    chosen = chosen_paths(found, parameters)
    every = row_labels(data.index, np.arange(len(data)))
    survey = check(data.set_axis(every), instrument)
    if survey.n_items < _FEWEST_ITEMS:
        raise DataError(
            f"{survey.n_items} items tell nothing of careless answers: eight or more are needed."
        )
    flags = flagged_rows(survey)
    fits = {kind: _without(found, flags[kind].to_numpy()) for kind in flags}
    return CarelessSensitivity(
        _flag_table(found, flags, fits),
        _fit_table(found, fits),
        _path_table(found, fits, chosen, alpha),
        flags,
        alpha,
        tuple(_sentences(found, flags, fits, chosen, alpha)),
        tuple(repeated_note(found.samples)),
    )


def _fitted(fit: Fit | Model | str, data: pd.DataFrame, options: dict[str, object]) -> Fit:
    if isinstance(fit, Fit):
        if options:
            raise OptionError(
                f"{next(iter(options))}= would have no effect beside a fit: give the model's text."
            )
        return fit
    model = fit if isinstance(fit, Model) else Model(fit)
    return model.fit(data, **options)  # type: ignore[arg-type]


def flagged_rows(survey: SurveyCheck) -> pd.DataFrame:
    """Which rows are flagged, a column a kind, from the indices of a check."""
    table = survey.responses
    enough = table["answered"] >= _FEWEST_ITEMS
    guttman = table["guttman_errors"]
    lower, upper = guttman.quantile(0.25), guttman.quantile(0.75)
    odd = {
        "long runs": table["longstring"] > np.maximum(table["answered"] / 2.0, _FEWEST_ITEMS),
        "even-odd": table["even_odd"] < _LOW_EVEN_ODD,
        "Mahalanobis": table["mahalanobis_p"] < _P,
        "Guttman errors": guttman > upper + _FENCE * (upper - lower),
    }
    flags = {kind: enough & one.fillna(False).astype(bool) for kind, one in odd.items()}
    straight = enough & (table["longstring"] == table["answered"]) & (table["irv"] == 0.0)
    several = table["indications"] >= 2
    flags = {"straight-lining": straight, **flags, "two or more": several}
    return pd.DataFrame(flags).assign(any=pd.DataFrame(flags).any(axis=1))


def _without(found: Estimation, flagged: Mask) -> Estimation | str:
    """The model fitted to the other rows, or why not."""
    kept = [~flagged[sample.rows.places] for sample in found.samples.groups]
    if all(one.all() for one in kept):
        return "no row of the fit is flagged"
    samples = attempted(samples_of, found, kept)
    refit = next(iter(Refitter(found).estimations(samples)))
    if not isinstance(refit, str) and not refit.is_identified:
        return "the model is not identified without them"
    return refit


def _flag_table(
    found: Estimation, flags: pd.DataFrame, fits: Mapping[str, Estimation | str]
) -> pd.DataFrame:
    used = np.concatenate([sample.rows.places for sample in found.samples.groups])
    left_out = flags.to_numpy()[used].sum(axis=0)
    return pd.DataFrame(
        {
            "flagged": flags.sum().to_numpy(),
            "left_out": left_out,
            "share": left_out / len(used),
            "reason": [one if isinstance(one, str) else "" for one in fits.values()],
        },
        index=pd.Index(list(fits), name="flag"),
    )


def _fit_table(found: Estimation, fits: Mapping[str, Estimation | str]) -> pd.DataFrame:
    rows = {"none": fit_row(found)}
    rows |= {kind: fit_row(one) for kind, one in fits.items() if not isinstance(one, str)}
    return pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="flag"))


def _path_table(
    found: Estimation, fits: Mapping[str, Estimation | str], chosen: ChosenPaths, alpha: float
) -> pd.DataFrame:
    tables = {
        kind: compared_paths(found, one, chosen, "without", alpha)
        for kind, one in fits.items()
        if not isinstance(one, str)
    }
    if not tables:
        empty = compared_paths(found, found, chosen, "without", alpha).iloc[:0]
        return empty.set_index(pd.MultiIndex.from_arrays([[], []], names=["flag", "path"]))
    return pd.concat(tables, names=["flag", "path"])


def _sentences(
    found: Estimation,
    flags: pd.DataFrame,
    fits: Mapping[str, Estimation | str],
    chosen: ChosenPaths,
    alpha: float,
) -> Iterator[str]:
    table = _flag_table(found, flags, fits)
    counts = ", ".join(f"{kind} {int(count)}" for kind, count in table["left_out"].items())
    yield f"Rows of the fit that are flagged, of {found.n_observations}: {counts}."
    refits = {kind: one for kind, one in fits.items() if not isinstance(one, str)}
    if not refits:
        yield "So there is nothing to leave out, and no verdict to change."
    turned = False
    for kind, one in refits.items():
        compared = compared_paths(found, one, chosen, "without", alpha)
        if compared["verdict_changes"].any():
            turned = True
            yield from turning_sentences(compared, chosen, "without", f"without them ({kind})")
    if refits and not turned:
        level = without_zero(f"{alpha:g}")
        yield (
            f"No verdict changes without any of them: every path stays on its side of p = {level}."
        )
    if "any" in refits:
        compared = compared_paths(found, refits["any"], chosen, "without", alpha)
        yield from moving_sentences(compared, chosen, "without", "Without all of them, the")
    for kind, reason in table["reason"].items():
        if reason and table.loc[kind, "left_out"]:
            yield f"Without those of {kind} there is no fit: {reason}."
