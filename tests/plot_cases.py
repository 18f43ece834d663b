"""Every plot, of ordinary results and of ones with several groups and odd names."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import shown_cases
from conftest import quietly
from shown_cases import NINE, THREE, pupils

import tpn_sem as ts

ODD = "$x_1$ Өзге топ & 50% <script>"  # a group
OTHER = "қала_{2}^$"
NAMES = {"visual": "Көру", "textual": "Оқу_ғылым", "speed": "Жылдамдық"}


@cache
def answers() -> pd.DataFrame:
    """Five-point answers under odd names, and a group with odd labels."""
    random = np.random.default_rng(7)
    general = random.normal(size=240)
    group = np.where(np.arange(240) % 3 == 0, ODD, OTHER)
    columns = {}
    for place, name in enumerate(("$a_1$", "сұрақ_2 <b>", 'q"3%', "{4}^x")):
        latent = 0.8 * general + random.normal(size=240) + 0.3 * place * (group == ODD)
        columns[name] = np.clip(np.round(3 + latent), 1, 5)
    frame = pd.DataFrame(columns)
    frame.iloc[:20, 1] = np.nan
    frame.iloc[10:25, 2] = np.nan
    return frame.assign(**{"топ $g$": group})


ITEMS = list(answers().columns[:4])
GROUP = "топ $g$"


@cache
def odd_pupils() -> pd.DataFrame:
    return pupils().assign(school=pupils()["school"].map({"Pasteur": ODD, "Grant-White": OTHER}))


def odd_text(text: str) -> str:
    for name, other in NAMES.items():
        text = text.replace(name, other)
    return text


@cache
def odd_fit() -> ts.Fit:
    model = ts.Model(odd_text(f"{THREE}; speed ~ visual + textual"))
    return quietly(model.fit, odd_pupils(), group="school", group_equal=["loadings"])


@cache
def odd_sizes() -> Any:
    model = ts.Model(odd_text(THREE))
    options = {"group_equal": ["loadings", "intercepts"], "group_partial": ["x3 ~ 1", "x8 ~ 1"]}
    return ts.effect_sizes(quietly(model.fit, odd_pupils(), group="school", **options))


@cache
def odd_ladder() -> Any:
    return quietly(ts.invariance, ts.Model(odd_text(THREE)), odd_pupils(), group="school")


@cache
def odd_bootstrap() -> Any:
    model = ts.Model(odd_text("visual =~ x1 + x2 + x3; visual ~ a*ageyr"))
    return quietly(ts.bootstrap, quietly(model.fit, pupils()), 60, seed=1)


@cache
def odd_product() -> Any:
    data = pupils().assign(m=pupils()["x7"])
    data = data.rename(columns={"x2": "Жас_1", "x3": "Тәжірибе"})
    fit = ts.Model("x1 ~ Жас_1 + Тәжірибе + Жас_1:Тәжірибе").fit(data)
    return ts.interaction(fit)


@cache
def graded() -> Any:
    cut = pupils()[NINE[:6]].apply(lambda column: pd.qcut(column, 5, labels=False))
    cut = cut.assign(school=odd_pupils()["school"])
    model = ts.Model("Көру =~ x1 + x2 + x3 + x4 + x5 + x6")
    return ts.item_response(quietly(model.fit, cut, ordered=NINE[:6], group="school"))


@cache
def powers() -> Any:
    text = "x1 ~ {}*x2; x1 ~~ 1*x1; x2 ~~ 1*x2"
    sizes = [50, 100, 200, 400]
    return {f"$b$ = {b} <қ>": ts.power(text.format(b), "x1 ~ x2", sizes) for b in (0.15, 0.3)}


@cache
def curve() -> Any:
    return quietly(
        ts.specification_curve,
        odd_text("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; textual ~ visual"),
        pupils(),
        odd_text("textual ~ visual"),
        estimators=["ML", "MLR"],
        controls=["ageyr", "sex"],
    )


result = shown_cases.result
Draw = Callable[[Any], ts.plots.Plot]
PLAIN: dict[str, Draw] = {
    "likert": lambda ax: ts.plots.likert(answers(), ITEMS, ax=ax),
    "item_distributions": lambda ax: ts.plots.item_distributions(pupils(), NINE[:4], ax=ax),
    "forest": lambda ax: ts.plots.forest(result("Fit"), "loadings", ax=ax),
    "residuals": lambda ax: ts.plots.residuals(result("Fit"), ax=ax),
    "correlations": lambda ax: ts.plots.correlations(pupils(), NINE, ax=ax),
    "invariance_ladder": lambda ax: ts.plots.invariance_ladder(result("InvarianceLadder"), ax=ax),
    "dmacs": lambda ax: ts.plots.dmacs(result("EffectSizes"), ax=ax),
    "item_curve": lambda ax: ts.plots.item_curve(result("EffectSizes"), "x1", ax=ax),
    "simple_slopes": lambda ax: ts.plots.simple_slopes(result("Interaction"), ax=ax),
    "johnson_neyman": lambda ax: ts.plots.johnson_neyman(result("Interaction"), ax=ax),
    "bootstrap_distribution": lambda ax: ts.plots.bootstrap_distribution(
        result("Bootstrap"), "a", ax=ax
    ),
    "permutation_distribution": lambda ax: ts.plots.permutation_distribution(
        result("Permutation"), "cfi", ax=ax
    ),
    "specification_curve": lambda ax: ts.plots.specification_curve(
        result("SpecificationCurve"), ax=ax
    ),
    "selection_frequencies": lambda ax: ts.plots.selection_frequencies(
        result("ComparedModels"), ax=ax
    ),
    "power_curve": lambda ax: ts.plots.power_curve(next(iter(powers().values())), ax=ax),
    "cutoffs": lambda ax: ts.plots.cutoffs(result("Cutoffs"), "cfi", ax=ax),
    "scree": lambda ax: ts.plots.scree(result("NumberOfFactors"), ax=ax),
    "missing_patterns": lambda ax: ts.plots.missing_patterns(result("MissingData"), ax=ax),
    "influence": lambda ax: ts.plots.influence(result("Influence"), ax=ax),
    "factor_scores": lambda ax: ts.plots.factor_scores(result("Fit"), ax=ax),
    "information": lambda ax: ts.plots.information(result("ItemResponse"), ax=ax),
}
ODDLY: dict[str, Draw] = {
    "likert": lambda ax: ts.plots.likert(
        answers(), ITEMS, group=GROUP, labels={ITEMS[0]: f"{ODD} {OTHER} ұзақ сұрақ"}, ax=ax
    ),
    "item_distributions": lambda ax: ts.plots.item_distributions(
        answers(), ITEMS, group=GROUP, ax=ax
    ),
    "forest": lambda ax: ts.plots.forest(
        odd_fit(), "loadings", labels={"x1": f"{ODD} сұрақтың толық мәтіні осында"}, ax=ax
    ),
    "forest of paths": lambda ax: ts.plots.forest(odd_fit(), "paths", ax=ax),
    "residuals": lambda ax: ts.plots.residuals(odd_fit(), group=ODD, labels={"x2": ODD}, ax=ax),
    "correlations": lambda ax: ts.plots.correlations(answers(), ITEMS, method="spearman", ax=ax),
    "invariance_ladder": lambda ax: ts.plots.invariance_ladder(odd_ladder(), "rmsea", ax=ax),
    "dmacs": lambda ax: ts.plots.dmacs(odd_sizes(), labels={"x3": ODD}, ax=ax),
    "item_curve": lambda ax: ts.plots.item_curve(odd_sizes(), "x3", ax=ax),
    "simple_slopes": lambda ax: ts.plots.simple_slopes(odd_product(), [-2, 0, 2], ax=ax),
    "johnson_neyman": lambda ax: ts.plots.johnson_neyman(odd_product(), ax=ax),
    "bootstrap_distribution": lambda ax: ts.plots.bootstrap_distribution(
        odd_bootstrap(), "a", ax=ax
    ),
    "specification_curve": lambda ax: ts.plots.specification_curve(curve(), ax=ax),
    "power_curve": lambda ax: ts.plots.power_curve(powers(), ax=ax),
    "missing_patterns": lambda ax: ts.plots.missing_patterns(
        ts.missing_data(answers(), ITEMS, group=GROUP), labels={ITEMS[0]: ODD}, ax=ax
    ),
    "factor_scores": lambda ax: ts.plots.factor_scores(odd_fit(), "Көру", ax=ax),
    "information": lambda ax: ts.plots.information(graded(), ax=ax),
}
