"""Words of lavaan's that `inspect` has no answer to, and where one is."""

from __future__ import annotations

_STEPS = "ts.two_stage_least_squares(model, data).equations has them"
_H1 = "inspect('information') is the model's own"
_DEFINED = "fit.standardized() has the errors of defined parameters"
_AUGMENTED = "inspect('inverted.information') holds constraints"
_CLUSTERS = "inspect('cluster.size') has the rows of each cluster, by its label"
_WEIGHTS = "inspect('sampstat') and inspect('gamma') have the moments and their covariances"
_SCORES = "fit.factor_scores(standard_errors=True) and ts.reliability(fit) say how sure scores are"
_DISTANCES = "ts.influence(fit) has the distances of rows"
_SCALED = "fit.test() has the scaling factor of the corrected test"

ELSEWHERE = {
    **dict.fromkeys(("ov", "ov.names"), "inspect('cov.ov') names them"),
    **dict.fromkeys(("lv", "lv.names"), "inspect('cov.lv') names them"),
    "h1": "inspect('sampstat') has the unrestricted moments",
    "scores": "fit.factor_scores() has those of factors, and ts.influence(fit) rests on rows'",
    "baseline": "fit.measures['baseline_chisq'] and its kin have it",
    "se.std": "fit.standardized()['se'] has them",
    "start": "give start= and read fit.parameter_table()",
    "est.unrotated": "fit.rotations says how the blocks were turned",
    "dx.all": "inspect('gradient') has the free parameters'",
    "gradient.logl": "inspect('gradient') has that of the discrepancy",
    "optim.gradient": "inspect('gradient') has that of the discrepancy",
    "empty.idx": "fit.notes say what is empty",
    "th.idx": "inspect('th') has the thresholds by name",
    "level.label": "the levels are 1 and 2 in fit.estimates['level']",
    "ncluster.size": _CLUSTERS,
    "cluster.idx": _CLUSTERS,
    "cluster.label": _CLUSTERS,
    "cluster.sizes": _CLUSTERS,
    "average.cluster.size": _CLUSTERS,
    "sampstat.h1": "inspect('sampstat') has the unrestricted moments",
    "wls.obs": _WEIGHTS,
    "wls.est": "inspect('implied') has the model's moments",
    "wls.v": _WEIGHTS,
    "fs.determinacy": _SCORES,
    "fs.determinacy.bartlett": _SCORES,
    "fs.reliability": _SCORES,
    "fs.reliability.bartlett": _SCORES,
    "ranef": "fit.factor_scores() has random slopes and factors between clusters",
    **dict.fromkeys(("mdist", "mdist2.fs", "mdist.fs", "mdist2.resid", "mdist.resid"), _DISTANCES),
    **{
        f"augmented.information{kind}": _AUGMENTED
        for kind in ("", ".expected", ".observed", ".first.order")
    },
    **{f"h1.information{kind}": _H1 for kind in ("", ".expected", ".observed", ".first.order")},
    **{
        f"vcov.def.{joint}std.{kind}": _DEFINED
        for joint in ("", "joint.")
        for kind in ("all", "lv", "nox")
    },
    "constraints": "inspect('constraints.jacobian') has their derivatives",
    "constraints.nullspace": "inspect('constraints.jacobian') has their derivatives",
    "monte.carlo": "ts.bootstrap and fit.effects(interval='monte_carlo') draw",
    "ugamma": _SCALED,
    "ufromugamma": _SCALED,
    "call": "fit.to_lavaan() and inspect('options') say what was asked",
    "timing": "time the call",
    "baseline.test": "fit.evidence has the baseline's chi-square",
    "baseline.partable": "the baseline has variances, and covariances of exogenous variables",
    "zero.cell.tables": "fit.ordinal has the tables of pairs of items",
    **dict.fromkeys(("iv", "miiv", "eqs", "sargan"), _STEPS),
    **dict.fromkeys(
        ("sam.struc.fit.object", "sam"),
        "ts.structural_after_measurement(model, data).structural has it",
    ),
}
