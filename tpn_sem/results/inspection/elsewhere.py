"""Words of lavaan's that `inspect` has no answer to, and where one is."""

from __future__ import annotations

_STEPS = "ts.two_stage_least_squares(model, data).equations has them"
_AUGMENTED = "inspect('inverted.information') holds constraints"
_DISTANCES = "ts.influence(fit) has the distances of rows"
_SCALED = "fit.test() has the scaling factor of the corrected test"

ELSEWHERE = {
    **dict.fromkeys(("ov", "ov.names"), "inspect('cov.ov') names them"),
    **dict.fromkeys(("lv", "lv.names"), "inspect('cov.lv') names them"),
    "h1": "inspect('sampstat') has the unrestricted moments",
    "scores": "fit.factor_scores() has those of factors, and ts.influence(fit) rests on rows'",
    "baseline": "fit.measures['baseline_chisq'] and its kin have it",
    "est.unrotated": "fit.rotations says how the blocks were turned",
    "dx.all": "inspect('gradient') has the free parameters'",
    "gradient.logl": "inspect('gradient') has that of the discrepancy",
    "optim.gradient": "inspect('gradient') has that of the discrepancy",
    "empty.idx": "fit.notes say what is empty",
    "th.idx": "inspect('th') has the thresholds by name",
    "level.label": "the levels are 1 and 2 in fit.estimates['level']",
    "ranef": "fit.factor_scores() has random slopes and factors between clusters",
    **dict.fromkeys(("mdist", "mdist2.fs", "mdist.fs", "mdist2.resid", "mdist.resid"), _DISTANCES),
    **{
        f"augmented.information{kind}": _AUGMENTED
        for kind in ("", ".expected", ".observed", ".first.order")
    },
    "constraints": "inspect('constraints.jacobian') has their derivatives",
    "monte.carlo": "ts.bootstrap and fit.effects(interval='monte_carlo') draw",
    "ugamma": _SCALED,
    "ufromugamma": _SCALED,
    "timing": "time the call",
    "baseline.partable": "the baseline has variances, and covariances of exogenous variables",
    "zero.cell.tables": "fit.ordinal has the tables of pairs of items",
    **dict.fromkeys(("iv", "miiv", "eqs", "sargan"), _STEPS),
    **dict.fromkeys(
        ("sam.struc.fit.object", "sam"),
        "ts.structural_after_measurement(model, data).structural has it",
    ),
}
