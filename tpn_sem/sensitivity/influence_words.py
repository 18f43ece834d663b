"""What an influence analysis says in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ..casewise import RowUnits, repeated_note
from ..drawing import format_estimate, p_phrase, without_zero
from ..estimation import Estimation
from .chosen_paths import ChosenPaths
from .deletion_tables import turning_units
from .influence_numbers import InfluenceNumbers

_MOST_SAID = 6


def influence_sentences(
    estimation: Estimation,
    units: RowUnits,
    paths: pd.DataFrame,
    chosen: ChosenPaths,
    found: InfluenceNumbers,
    alpha: float,
) -> tuple[str, ...]:
    """How much was looked at, which verdicts hang on one unit, and which unit moves most."""
    if not found.able.any():
        return tuple(_nothing_left_out(units, found))
    return (
        _head(estimation, units, found),
        *_verdicts(units, paths, chosen, found, alpha),
        *_most_influential(units, paths, chosen, found, alpha),
        *_failures(units, found),
    )


def plural(units: RowUnits, count: int) -> str:
    """So many units: "1 row", "29 units of 'school'"."""
    if units.word == "row":
        return f"{count} row{'' if count == 1 else 's'}"
    return f"{count} unit{'' if count == 1 else 's'} of {units.word!r}"


def _head(estimation: Estimation, units: RowUnits, found: InfluenceNumbers) -> str:
    done, able = len(found.refits), int(found.able.sum())
    which = "each" if able == len(units) else f"each of the {able} that can be"
    how = f"{which} was left out and the model fitted again"
    if done < able:
        again = f"; {done} were left out exactly, by refits" if done else ""
        how = f"leaving out each is approximated by one step from the estimates{again}"
    return f"{plural(units, len(units))} ({estimation.n_observations} rows): {how}."


def _verdicts(
    units: RowUnits,
    paths: pd.DataFrame,
    chosen: ChosenPaths,
    found: InfluenceNumbers,
    alpha: float,
) -> Iterator[str]:
    known = paths["p_value"].notna()
    if not known.any():
        yield "No path has a standard error, so that there are no verdicts to change."
        return
    turning = paths[paths["n_turning"] > 0]
    if turning.empty:
        left = sum(bool(reason) for reason in found.reasons)
        but = f" ({left} could not be left out: see below)" if left else ""
        count = int(known.sum())
        stay = "the path stays on its" if count == 1 else f"the {count} paths stay on their"
        level = without_zero(f"{alpha:g}")
        yield (
            f"No single {units.word} changes a verdict: {stay} side of p = {level} whichever "
            f"is left out{but}{_as_far_as_known(found)}."
        )
    for name, row in turning.iterrows():
        place = chosen.names.index(str(name))
        turned = turning_units(found, place, bool(row["significant"]), alpha)
        turned.sort(key=lambda unit: unit not in found.refits)  # what is certain first
        for unit in turned[:3]:
            yield without_sentence(units, paths, chosen, found, unit, place, alpha)
        if len(turned) > 3:
            told = f"{plural(units, len(turned))} do so for {chosen.words[str(name)]}"
            names = listing([units.labels[unit] for unit in turned])
            yield f"In all, {told}{_by_which_means(found, turned)} ({names})."


def _as_far_as_known(found: InfluenceNumbers) -> str:
    """What of "no unit changes a verdict" is no refit."""
    guessed = int(found.able.sum()) - len(found.refits)
    return f"; of {guessed} of them one step says so, and no refit" if guessed else ""


def _by_which_means(found: InfluenceNumbers, chosen: Sequence[int]) -> str:
    """How many units were refitted, and of how many one step says it."""
    exact = sum(unit in found.refits for unit in chosen)
    guessed = len(chosen) - exact
    if not guessed:
        return ", all by refits"
    if not exact:
        return ", all approximated by one step"
    return f", {exact} by refits and {guessed} approximated by one step"


def _nothing_left_out(units: RowUnits, found: InfluenceNumbers) -> Iterator[str]:
    """That no unit can be left out, and why."""
    reasons = set(found.reasons)
    if len(reasons) == 1:
        yield f"No {units.word} can be left out: {found.reasons[0]}."
    else:
        yield f"No {units.word} can be left out."
        yield from _failures(units, found)


def without_sentence(
    units: RowUnits,
    paths: pd.DataFrame,
    chosen: ChosenPaths,
    found: InfluenceNumbers,
    unit: int,
    place: int,
    alpha: float,
) -> str:
    """Without school 7 the path goes from .31 to .25 and stays significant."""
    row, name = paths.iloc[place], chosen.words[chosen.names[place]]
    before, after = bool(row["significant"]), bool(found.p_values[unit, place] < alpha)
    words = {
        (True, True): "and stays significant",
        (True, False): "and is no longer significant",
        (False, True): "and becomes significant",
        (False, False): "and stays not significant",
    }
    how = "" if unit in found.refits else " (approximated)"
    return (
        f"Without {units.name(unit)} the path {name} goes from {format_estimate(row['estimate'])} "
        f"({p_phrase(row['p_value'])}) to {format_estimate(found.values[unit, place])} "
        f"({p_phrase(found.p_values[unit, place])}) {words[before, after]}{how}."
    )


def _most_influential(
    units: RowUnits,
    paths: pd.DataFrame,
    chosen: ChosenPaths,
    found: InfluenceNumbers,
    alpha: float,
) -> Iterator[str]:
    if not np.isfinite(found.cook).any():
        return
    unit = int(np.nanargmax(found.cook))
    rows = int(units.rows[unit])
    with np.errstate(divide="ignore", invalid="ignore"):
        moves = np.abs(found.values[unit] - paths["estimate"].to_numpy()) / paths["se"].to_numpy()
    yield (
        f"Most influential on all estimates is {units.name(unit)} "
        f"({rows} row{'' if rows == 1 else 's'}; Cook's distance "
        f"{format_estimate(found.cook[unit])}{'' if unit in found.refits else ', approximated'})."
    )
    if np.isfinite(moves).any():
        place = int(np.nanargmax(moves))
        yield without_sentence(units, paths, chosen, found, unit, place, alpha)


def _failures(units: RowUnits, found: InfluenceNumbers) -> Iterator[str]:
    failed = [unit for unit, reason in enumerate(found.reasons) if reason]
    for unit in failed[:_MOST_SAID]:
        yield f"{units.name(unit)} cannot be left out: {found.reasons[unit]}."
    if len(failed) > _MOST_SAID:
        yield f"Nor can {len(failed) - _MOST_SAID} others: see .units['reason']."


def dropped_notes(estimation: Estimation, units: RowUnits) -> list[str]:
    """What must be known of the units themselves."""
    notes = repeated_note(estimation.samples) if units.word == "row" else []
    dropped = estimation.samples.n_dropped
    if dropped:
        notes.append(
            f"{dropped} rows of the data are not in the fit, because an answer is missing: nothing "
            "is said of them."
        )
    single = int((units.rows == 1).sum())
    if units.word != "row" and single:
        notes.append(f"{single} of {plural(units, len(units))} have one row only.")
    if units.word == "row" and estimation.samples.cluster_labels:
        notes.append(
            "rows are left out one by one, but rows of a cluster go together: units='clusters' "
            "shows what a whole cluster carries."
        )
    return notes


def listing(labels: Sequence[object], most: int = _MOST_SAID) -> str:
    """The first of some labels."""
    more = ", ..." if len(labels) > most else ""
    return ", ".join(str(label) for label in labels[:most]) + more
