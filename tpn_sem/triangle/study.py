"""The study: all variants fitted, ordered and compared; rural against urban; paths and R²."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ..arguments import as_names, check_range, checked
from ..drawing import Shown, Table, format_signed
from ..errors import (
    TpnSemError,
    TpnSemWarning,
)
from ..fit import Fit
from ..groups.invariance import InvarianceLadder
from ..mixed_methods import Interviews, JointDisplay
from ..model import Model
from ..results.engines import CrossCheck
from ..stated_hypotheses import Hypotheses
from ..survey import Description, Instrument, SurveyCheck, check, describe
from .comparable_groups import comparable_groups
from .comparison import Comparison, compare_groups
from .conclusions import Conclusions, draw_conclusions
from .contest import REFERENCE, Contest, hold_contest
from .controls import controlled, with_controls
from .effects import explained, largest_change, standardized_effects
from .exploratory_step import Exploration, exploration_note, explore_items
from .instrument_quality import InstrumentQuality, instrument_quality
from .joint_step import check_joint, joint_step
from .latent_moderation import LatentModeration, latent_moderation
from .measurement_models import ALL_CONSTRUCTS
from .progress import silent
from .respondents import Respondents, respondents
from .scrutiny import Scrutiny, scrutinise
from .study_decisions import decision_table
from .study_notes import finding_notes, study_notes, variant_notes
from .study_options import (
    bundled_instrument,
    check_columns,
    chosen_variants,
    fit_options,
    with_skipped,
)
from .variants import EVERYTHING, Variant

_MOST_GROUPS = 20
_SHOWN = ["state", "verdict", "df", "chisq", "pvalue", "cfi", "rmsea", "srmr", "bic"]


@dataclass(frozen=True, eq=False, repr=False)
class Study(Shown):
    """What the study found.

    Attributes
    ----------
    instrument : Instrument
    check : SurveyCheck
        What was found in the answers before anything was fitted.
    description : Description
        Items, scales, schools and missing answers, by group.
    respondents : DataFrame
        Rows given and used, and why others were not; rows complete, rows that skip a construct,
        and schools; by group.
    exploration : Exploration
        Parallel analysis and exploratory loadings.
    quality : InstrumentQuality or None
        Reliability and validity by the measurement model.
    scrutiny : Scrutiny or None
        Where the measurement model misfits, and whether a school or careless answers carry the
        main variant's paths; None where it was not asked for.
    contest : Contest
        The variants side by side.
    reference : str
        The variant that is the measurement model: "four factors", or "all constructs".
    main : Fit or None
        The fit whose paths are reported.
    main_variant : str
    paths, indirect, r_squared : DataFrame
        Standardised paths, indirect and total effects, and explained variance, with intervals.
    comparison : Comparison or None
        Rural against urban, where a group was given and the ladder could be fitted.
    cross_check : CrossCheck or None
        The reference model through a second engine.
    notes : tuple of str
        What a reader must know before using any number.
    synthetic : bool
    reading, repairs : tuple of str
        How the file was read, and what was repaired in it, where that is known.
    conclusions : Conclusions
        Claims of the abstract and hypotheses judged, context, effects by every variant that cannot
        be excluded, what a common cause would have to be.
    joint_display : JointDisplay or None
        The main variant's paths beside themes of interviews, where these were given.
    decisions : DataFrame
        What was decided before any number: decision, taken, by ("asked for", "default").
    moderation : LatentModeration or None
        Variants with a product of factors, fitted by its likelihood.
    """

    instrument: Instrument
    check: SurveyCheck
    description: Description
    respondents: pd.DataFrame
    exploration: Exploration
    quality: InstrumentQuality | None
    scrutiny: Scrutiny | None
    contest: Contest
    reference: str
    main: Fit | None
    main_variant: str
    paths: pd.DataFrame
    indirect: pd.DataFrame
    r_squared: pd.DataFrame
    comparison: Comparison | None
    cross_check: CrossCheck | None
    conclusions: Conclusions
    notes: tuple[str, ...]
    synthetic: bool
    reading: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    joint_display: JointDisplay | None = None
    decisions: pd.DataFrame = field(default_factory=pd.DataFrame)
    moderation: LatentModeration | None = None

    @property
    def ladder(self) -> InvarianceLadder | None:
        """Measurement invariance over the groups."""
        return None if self.comparison is None else self.comparison.ladder

    @property
    def table(self) -> pd.DataFrame:
        """The variants, what cannot be excluded first."""
        return self.contest.table

    @property
    def closeness(self) -> pd.DataFrame:
        """Whether the measurement model fits closely enough (`Fit.equivalence`)."""
        fit = self.contest.fits.get(self.reference)
        if fit is None or not fit.converged or not fit.measures["df"]:
            return pd.DataFrame()
        return fit.equivalence()

    def _views(self) -> Iterable[str | Table]:
        yield from self.notes
        yield f"Paths are those of {self.main_variant!r}."
        formats = {"chisq": "statistic", "bic": "criterion"}
        yield Table(self.table[_SHOWN], "Variants, what cannot be excluded first", formats=formats)
        parts = {"Paths": self.paths, "Effects": self.indirect, "R²": self.r_squared}
        yield from (
            Table(table, f"{title}, standardised" if title != "R²" else title, index=False)
            for title, table in parts.items()
            if len(table)
        )

    def _text(self) -> str:
        return str(Table(self.table[_SHOWN]))


@checked
def study(
    data: pd.DataFrame,
    instrument: Instrument | None = None,
    *,
    group: str | None = None,
    variants: Iterable[Variant | str] | None = None,
    main: str | None = None,
    ordered: bool = False,
    estimator: str | None = None,
    missing: str | None = None,
    skipped: Any = None,
    controls: str | Sequence[str] = (),
    clustered: bool = True,
    permutations: int = 1999,
    scrutiny: bool = True,
    hypotheses: Hypotheses | None = None,
    interviews: Interviews | None = None,
    verdicts: Any = None,
    progress: Callable[[str], None] | None = None,
) -> Study:
    """Fit and compare the variants of the triangle.

    Parameters
    ----------
    data : DataFrame
        A row per teacher, as read: the instrument's codes and reversed items are seen to.
    instrument : Instrument, optional
        Which columns measure what; those of the bundled survey if not given.
    group : str, optional
        The column with the location, whose groups are compared.
    variants : iterable of Variant or of their names, optional
        All shipped ones whose constructs the instrument has, if not given, and a factor for each
        construct where these are not the study's four; add your own with
        ``[*VARIANTS.values(), mine]``.
    main : str, optional
        The variant whose paths are reported; "partial mediation", or the first.
    ordered : bool
        Whether items are ordinal: thresholds and polychoric correlations. Least squares have no
        BIC, so that variants are then tested against each other, but not ranked.
    estimator : str, optional
        As in `Model.fit`; ML, or WLSMV of ordinal items, if not given.
    missing : str, optional
        As in `Model.fit`: "fiml" (every answer counts) or "listwise"; of ordinal items "pairwise",
        "listwise", or "doubly_robust" with estimator="PML". The first named if not given.
    skipped : code, codes, or dict of item to codes or to a column, optional
        Answers skipped by design, as in `Model.fit`, besides those that the instrument names.
    controls : str or sequence of str
        Columns that every factor is regressed on, in every variant. Columns of texts become
        indicators of their labels.
    clustered : bool
        Whether teachers of a school are taken to be alike, where the instrument names a school
        column that is in the data. Standard errors are then corrected for few clusters; rows
        without a school are left out.
    permutations : int
        How often schools change places between the groups, for p-values that rest on schools; 0
        for not at all.
    scrutiny : bool
        Whether to look closer: local fit, influence of each school, careless answers.
    hypotheses : Hypotheses, optional
        From `tpn_sem.hypotheses` or `tpn_sem.read_hypotheses`: written down before, and judged by
        the main variant apart from what is explored.
    interviews : Interviews, optional
        From `tpn_sem.read_interviews`: their themes stand beside the main variant's paths.
    verdicts : path, DataFrame or dict, optional
        What a person says of both strands, as in `tpn_sem.joint_display`.
    progress : callable, optional
        Is told, before each step, what comes.

    Returns
    -------
    Study

    Raises
    ------
    TpnSemError
        Where the data cannot serve the instrument at all. A single variant that cannot be fitted
        does not stop the study: the table says why.
    """
    asked: dict[str, Any] = {
        "group": group,
        "variants": variants,
        "main": main,
        "hypotheses": hypotheses,
        "ordered": ordered,
        "estimator": estimator,
        "missing": missing,
        "skipped": skipped,
        "controls": controls,
        "clustered": clustered,
        "permutations": permutations,
        "scrutiny": scrutiny,
    }
    check_range("permutations", permutations, 0, 1_000_000)
    check_joint(interviews, verdicts)
    instrument, skipped = with_skipped(instrument or bundled_instrument(data), skipped)
    tell = progress or silent
    chosen, main = chosen_variants(variants, instrument, main)
    check_columns(data, instrument, group)
    tell("checking the answers")
    findings = check(data, instrument, group=group)
    options = fit_options(data, instrument, ordered, estimator, missing, clustered)
    controlled_data, columns = with_controls(data, as_names("controls", controls), instrument)
    rows = respondents(
        controlled_data,
        instrument,
        group,
        skipped=skipped,
        by_school="cluster" in options,
        complete_only=options["missing"] == "listwise",
        controls=columns,
    )
    frame = rows.data
    chosen = [controlled(variant, columns) for variant in chosen]
    tell("exploring")
    items = list(instrument.all_items)
    exploration = explore_items(frame, items, rows.complete, len(instrument.items), options)
    contest = hold_contest(chosen, frame, instrument, options, tell)
    moderated = latent_moderation(contest, frame, instrument, options, tell)
    fit = contest.fits.get(main)
    compared_paths = contest.variants[main] if fit is not None else None
    comparison, compared = _compared(
        frame, instrument, group, compared_paths, options, permutations, tell
    )
    reference = REFERENCE if REFERENCE in contest.variants else EVERYTHING.name
    tell("claims, hypotheses and effects")
    ladder = None if comparison is None else comparison.ladder
    conclusions = draw_conclusions(
        contest, main, frame, instrument, ladder, group, options, hypotheses
    )
    tell("reliability and validity")
    measured = contest.fits.get(reference)
    quality, about_quality = instrument_quality(measured)
    closer = scrutinise(measured, fit, data, frame, instrument, options, tell) if scrutiny else None
    joint, about_joint = joint_step(
        fit, frame.columns, contest.fits.values(), comparison, interviews, verdicts
    )
    notes = [
        *(f"Repaired before the study: {said}." for said in data.attrs.get("repairs", [])),
        *finding_notes(findings),
        *study_notes(rows, instrument, group, options, _is_synthetic(data)),
        *_without_skipping(fit, contest.variants[main], frame, rows, instrument, options),
        *variant_notes(contest, main),
        *exploration_note(exploration),
        *about_quality,
        *compared,
        *conclusions.notes,
        *about_joint,
    ]
    return Study(
        instrument=instrument,
        check=findings,
        description=_described(rows.data, instrument, group),
        respondents=rows.table,
        exploration=exploration,
        quality=quality,
        scrutiny=closer,
        contest=contest,
        reference=reference,
        main=fit,
        main_variant=main,
        moderation=moderated,
        paths=standardized_effects(fit, "~"),
        indirect=standardized_effects(fit, ":="),
        r_squared=explained(fit),
        comparison=comparison,
        conclusions=conclusions,
        cross_check=_cross_check(frame, instrument) if reference in contest.fits else None,
        notes=tuple(notes),
        synthetic=_is_synthetic(data),
        reading=tuple(str(data.attrs.get("reading", "")).splitlines()),
        repairs=tuple(data.attrs.get("repairs", ())),
        joint_display=joint,
        decisions=decision_table(asked, options, measured or fit, rows, contest, main, comparison),
    )


def _described(data: pd.DataFrame, instrument: Instrument, group: str | None) -> Description:
    """Items and scales by group, of the rows that have one; groups that are many are not told."""
    if group is None or data[group].nunique() > _MOST_GROUPS:
        return describe(data, instrument)
    own = data[data[group].notna()]
    own.attrs = data.attrs
    return describe(own, instrument, group=group)


def _is_synthetic(data: pd.DataFrame) -> bool:
    return bool(data.attrs.get("synthetic", False))


def _without_skipping(
    fit: Fit | None,
    main: Variant,
    frame: pd.DataFrame,
    rows: Respondents,
    instrument: Instrument,
    options: dict[str, Any],
) -> list[str]:
    """How far the main paths move when teachers who skip a construct are left out."""
    if fit is None or not fit.admissible or not rows.skipping.any():
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TpnSemWarning)
            kept = main.prepare(frame[~rows.skipping], instrument)
            other = main.model(instrument).fit(kept, **{**options, "se": "none"})
    except TpnSemError:
        return []
    change = largest_change(fit, other)
    if change is None or not other.admissible:
        return []
    return [
        f"Without the {int(rows.skipping.sum())} teachers who skip a construct, the standardised "
        f"path that moves most is {change[0]}, by {format_signed(change[1])}."
    ]


def _compared(
    data: pd.DataFrame,
    instrument: Instrument,
    group: str | None,
    main: Variant | None,
    options: dict[str, Any],
    permutations: int,
    tell: Callable[[str], None],
) -> tuple[Comparison | None, list[str]]:
    if group is None:
        return None, []
    tell(f"comparing groups of {group}")
    left = int(data[group].isna().sum())
    notes = [f"{left} rows without {group} are left out where groups are compared."] if left else []
    own, about_groups = comparable_groups(data, instrument, group)
    notes += about_groups
    try:
        found = compare_groups(own, instrument, group, main, options, permutations)
    except TpnSemError as error:
        return None, [*notes, f"the ladder of invariance could not be fitted: {error}"]
    return found, [*notes, *found.notes]


def _cross_check(data: pd.DataFrame, instrument: Instrument) -> CrossCheck | None:
    """The measurement model through semopy: complete rows, maximum likelihood, which it can do."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        try:
            fit = Model(ALL_CONSTRUCTS.text(instrument)).fit(data)
            return fit.cross_check("semopy") if fit.converged else None
        except TpnSemError:
            return None
