"""All tables of a study as data, with all digits."""

from __future__ import annotations

import pandas as pd

from ...mixed_methods import JointDisplay
from ...survey import Description, codebook
from ..comparison import Comparison
from ..conclusions import Conclusions
from ..contest import Contest
from ..latent_moderation import LatentModeration
from ..scrutiny import Scrutiny
from ..study import Study

Tables = dict[str, tuple[pd.DataFrame, bool]]
"""By name: a table, and whether its index is part of it."""


def study_tables(study: Study) -> Tables:
    """All tables that have rows, by name, and whether their index is part of them."""
    tables = {
        "findings": (study.check.findings, True),
        "responses": (study.check.responses, True),
        "codebook": (codebook(study.instrument).table, False),
        "respondents": (study.respondents, True),
        "decisions": (study.decisions, False),
        **_description_tables(study.description),
        **_exploratory_tables(study),
        "variants": (study.table, True),
        "closeness": (study.closeness, True),
        "equivalences": (study.contest.equivalences, False),
        **_choice_tables(study.contest),
        **_moderation_tables(study.moderation),
        **_conclusions_tables(study.conclusions),
        "paths": (study.paths, False),
        "indirect_effects": (study.indirect, False),
        "r_squared": (study.r_squared, False),
        **_fit_tables(study),
        **_quality_tables(study),
        **_scrutiny_tables(study.scrutiny),
        **_comparison_tables(study.comparison),
        **_joint_tables(study.joint_display),
    }
    if study.cross_check is not None and study.cross_check.possible:
        tables["cross_check"] = (study.cross_check.table, False)
    return {name: item for name, item in tables.items() if len(item[0])}


def _description_tables(found: Description) -> Tables:
    names = ("items", "shares", "scales", "scale_correlations", "correlations")
    return {
        f"answers_{name}": (table, True) for name, table in found.tables().items() if name in names
    }


def _exploratory_tables(study: Study) -> Tables:
    """What the rules say, and the estimates of the exploratory factors."""
    found: Tables = {
        "eigenvalues": (study.exploration.eigenvalues, True),
        "exploratory_loadings": (study.exploration.loadings, True),
    }
    if study.exploration.counted is not None:
        found["number_of_factors"] = (study.exploration.counted.table, True)
    if study.exploration.factors is not None:
        found["exploratory_estimates"] = (study.exploration.factors.estimates, False)
    return found


def _choice_tables(contest: Contest) -> Tables:
    if not contest.n_sound:
        return {}
    choice = contest.choice
    return {
        "classes": (choice.confidence_set.table, True),
        "nestings": (contest.nestings, False),
        "not_nested": (choice.other_pairs, False),
        "criteria": (choice.criteria, True),
        "weights": (choice.weights, True),
        "selection": (choice.selection, True),
    }


def _moderation_tables(found: LatentModeration | None) -> Tables:
    if found is None:
        return {}
    return {"moderation_paths": (found.paths, False), "moderation_slopes": (found.slopes, False)}


def _conclusions_tables(found: Conclusions) -> Tables:
    tables: Tables = {
        "claims": (found.claims, False),
        "hypotheses": (found.hypotheses, True),
        "effects_of_the_set": (found.effects, False),
        "averaged_effects": (found.averaged, False),
        "confounding": (found.confounding, False),
    }
    if found.context is not None:
        tables["context"] = (found.context.fit.standardized(), False)
        tables["context_models"] = (found.context.models, True)
    return tables


def _fit_tables(study: Study) -> Tables:
    tables: Tables = {}
    fits = {"measurement": study.contest.fits.get(study.reference), "structural": study.main}
    for name, fit in fits.items():
        if fit is not None:
            tables[f"{name}_estimates"] = (fit.estimates, False)
            tables[f"{name}_standardized"] = (fit.standardized(), False)
    return tables


def _quality_tables(study: Study) -> Tables:
    found = study.quality
    if found is None:
        return {}
    return {
        "reliability": (found.reliability, True),
        "item_analysis": (found.items, True),
        "validity": (found.validity.verdicts, False),
        "htmt": (found.validity.htmt, True),
        "fornell_larcker": (found.validity.fornell_larcker, True),
    }


def _scrutiny_tables(found: Scrutiny | None) -> Tables:
    if found is None:
        return {}
    tables: Tables = {}
    if found.halves is not None:
        tables["halves_fits"] = (found.halves.table, False)
        tables["halves_congruence"] = (found.halves.congruence, True)
    if found.local_fit is not None:
        for name in ("residuals", "srmr", "equations", "tetrads", "independence"):
            tables[f"local_{name}"] = (getattr(found.local_fit, name), False)
        tables["local_verdicts"] = (found.local_fit.verdicts, False)
    if found.item_response is not None:
        tables["item_response"] = (found.item_response.items, False)
        tables["item_difficulties"] = (found.item_response.difficulties, False)
    if found.cutoffs is not None:
        tables["cutoffs"] = (found.cutoffs.table, True)
    if found.influence is not None:
        tables["influence"] = (found.influence.units, True)
        tables["influence_paths"] = (_plain(found.influence.paths), True)
    if found.careless is not None:
        tables["careless"] = (found.careless.paths, False)
        tables["careless_flags"] = (found.careless.flags, True)
    if found.method is not None:
        tables["common_method_models"] = (found.method.models, True)
        tables["common_method_paths"] = (found.method.paths, True)
        tables["common_method_verdicts"] = (found.method.verdicts, True)
    return tables


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Lists of units as text."""
    return table.assign(turning=[", ".join(map(str, units)) for units in table["turning"]])


def _comparison_tables(found: Comparison | None) -> Tables:
    if found is None:
        return {}
    tables: Tables = {
        "invariance": (found.ladder.table, True),
        "invariance_search": (found.ladder.search_path, True),
    }
    if found.inference is not None:
        tables["groups_steps"] = (found.inference.steps, True)
        tables["groups_contrasts"] = (found.inference.contrasts, True)
    if found.effect_sizes is not None:
        tables["groups_effect_sizes"] = (found.effect_sizes.items, False)
        tables["groups_sums"] = (found.effect_sizes.scales, False)
    if found.differences is not None:
        tables["groups_factors"] = (found.differences.factors, False)
        tables["groups_standardized"] = (found.differences.standardized, False)
        tables["groups_paths"] = (found.differences.paths, False)
        tables["groups_standardized_paths"] = (found.differences.standardized_paths, False)
        tables["groups_r_squared"] = (found.differences.r_squared, False)
    return tables


def _joint_tables(found: JointDisplay | None) -> Tables:
    if found is None:
        return {}
    return {
        "joint_display": (found.table, False),
        "joint_display_silent": (found.silent, False),
        "joint_display_verdicts": (found.verdict_form, False),
        "coder_agreement": (found.agreement, True),
    }
