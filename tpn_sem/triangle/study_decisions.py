"""What was decided before any number: options, defaults, seeds, rows; each with what it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Sized
from typing import Any

import pandas as pd

from ..drawing import without_zero
from ..fit import Fit
from ..results import described
from .comparison import SEED as GROUP_SEED
from .comparison import Comparison
from .contest import Contest
from .exploratory_step import SEED as EXPLORATION_SEED
from .fit_words import estimator_name, test_name
from .respondents import Respondents
from .scrutiny import DIVISIONS, MISFIT, SURVEYS
from .scrutiny import SEED as SCRUTINY_SEED

ASKED, DEFAULT = "asked for", "default"
_COLUMNS = ["decision", "taken", "by"]
_MISSING = {
    "fiml": "full information: every answer counts, as missing at random given the others",
    "listwise": "complete rows only",
    "pairwise": "each pair of items by the rows that have both",
    "doubly_robust": "pairs of items, missing answers expected from the others of the row",
}
_REASONS = {
    "no school": "no school",
    "no answer": "no answer to any item",
    "no control": "a control variable is missing",
    "incomplete": "a missing answer",
}


def decision_table(
    asked: Mapping[str, Any],
    options: Mapping[str, Any],
    fit: Fit | None,
    rows: Respondents,
    contest: Contest,
    main: str,
    comparison: Comparison | None,
) -> pd.DataFrame:
    """A row per decision: decision, taken, by ("asked for", "default").

    Parameters
    ----------
    asked : mapping
        Arguments of `study` as they were given.
    options : mapping
        Of every fit.
    fit : Fit or None
        Any that converged, for the names of errors and tests.
    rows : Respondents
    contest : Contest
    main : str
        The variant whose paths are reported.
    comparison : Comparison or None
    """
    told = [
        *_rows(rows, asked),
        *_estimation(asked, options, fit),
        *_variants(asked, contest, main),
        *_groups(asked, comparison),
        *_closer(asked),
    ]
    return pd.DataFrame(told, columns=_COLUMNS)


def _by(value: object) -> str:
    empty = value is None or value is False or (isinstance(value, Sized) and not len(value))
    return DEFAULT if empty else ASKED


def _rows(rows: Respondents, asked: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    given = int(rows.table.loc["total", "rows"])
    used = int(rows.table.loc["total", "used"])
    dropped = [f"{count} for {_REASONS[why]}" for why, count in rows.left_out.items()]
    said = f"{used} of {given} rows used"
    yield "Rows", f"{said}; left out: {', '.join(dropped)}" if dropped else said, DEFAULT
    skipped = asked.get("skipped")
    if rows.skipped_codes or skipped is not None:
        yield "Skipped by design", f"{rows.skipped_codes} answers, taken as not given", _by(skipped)
    controls = asked.get("controls") or ()
    names = [controls] if isinstance(controls, str) else list(controls)
    yield "Control variables", ", ".join(names) or "none", _by(controls)


def _estimation(
    asked: Mapping[str, Any], options: Mapping[str, Any], fit: Fit | None
) -> Iterator[tuple[str, str, str]]:
    kind = "ordinal: thresholds and latent responses" if asked.get("ordered") else "continuous"
    yield "Items", kind, _by(asked.get("ordered"))
    missing = str(options["missing"])
    yield "Missing answers", _MISSING.get(missing, missing), _by(asked.get("missing"))
    yield "Clusters", _clusters(options), DEFAULT if asked.get("clustered", True) else ASKED
    if fit is not None:
        found = fit.estimation
        yield "Estimator", estimator_name(found), _by(asked.get("estimator"))
        errors = described(found).get("Standard errors", "from the expected information")
        yield "Standard errors and intervals", f"{errors}; intervals of 95%", DEFAULT
        if found.is_identified and fit.measures["df"]:
            yield "Test of fit", test_name(fit.test().name), DEFAULT
    yield (
        "Identification",
        "a factor has the unit of its first item (loading 1); in groups variance 1 and mean 0 in "
        "the first group, free in the others where loadings and intercepts are equal",
        DEFAULT,
    )


def _clusters(options: Mapping[str, Any]) -> str:
    if "cluster" in options:
        return f"{options['cluster']}: teachers of a school are alike"
    return "none: teachers as independent"


def _variants(
    asked: Mapping[str, Any], contest: Contest, main: str
) -> Iterator[tuple[str, str, str]]:
    names: Sequence[str] = list(contest.variants)
    yield "Variants", f"{len(names)}: {', '.join(names)}", _by(asked.get("variants"))
    yield "Variant whose paths are reported", main, _by(asked.get("main"))
    yield (
        "What excludes a variant",
        "a difference test against a wider variant at .05, p-values of its tests adjusted "
        "(Bonferroni); information criteria exclude nothing",
        DEFAULT,
    )
    stated = asked.get("hypotheses")
    yield "Hypotheses written down before", "none" if stated is None else "given", _by(stated)
    yield (
        "Claims",
        "one-sided at .025, p-values adjusted for all claims that are asked (Holm)",
        DEFAULT,
    )


def _groups(
    asked: Mapping[str, Any], comparison: Comparison | None
) -> Iterator[tuple[str, str, str]]:
    group = asked.get("group")
    if group is None:
        yield "Groups", "none", DEFAULT
        return
    if comparison is None:
        yield "Groups", f"{group}: could not be compared", ASKED
        return
    labels = comparison.ladder.fits["configural"].group_labels
    yield "Groups", f"{group}: {', '.join(labels)}; differences are from {labels[0]}", ASKED
    rule = f"{comparison.ladder.rule}, not adjusted for the number of steps"
    yield "Rule of invariance", rule, DEFAULT
    yield (
        "Exceptions from invariance",
        "searched by score tests where a step fails, adjusted for their number",
        DEFAULT,
    )
    dealt = int(asked["permutations"])
    yield "Permutations of schools", f"{dealt}, seed {GROUP_SEED}" if dealt else "none", DEFAULT


def _closer(asked: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    yield "Number of factors and exploratory loadings", f"geomin; seed {EXPLORATION_SEED}", DEFAULT
    if not asked.get("scrutiny", True):
        yield "Closer look at fit and influence", "left out", ASKED
        return
    yield (
        "Halves",
        f"{DIVISIONS} divisions by school where there are schools, seed {SCRUTINY_SEED}",
        DEFAULT,
    )
    yield (
        "Fit to be expected",
        f"{SURVEYS} simulated surveys, residual correlations of "
        f"{without_zero(f'{MISFIT:g}')} on average, seed {SCRUTINY_SEED}",
        DEFAULT,
    )
