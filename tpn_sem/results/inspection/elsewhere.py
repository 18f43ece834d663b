"""Words of lavaan's that `inspect` has no answer to, and where one is."""

from __future__ import annotations

_STEPS = "ts.two_stage_least_squares(model, data).equations has them"
_AUGMENTED = "inspect('inverted.information') holds constraints"

ELSEWHERE = {
    **dict.fromkeys(("ov", "ov.names"), "inspect('cov.ov') names them"),
    **dict.fromkeys(("lv", "lv.names"), "inspect('cov.lv') names them"),
    "h1": "inspect('sampstat') has the unrestricted moments",
    "scores": "fit.factor_scores() has those of factors, and ts.influence(fit) rests on rows'",
    "baseline": "fit.measures['baseline_chisq'] and its kin have it",
    "optim.gradient": "inspect('gradient') has that of the discrepancy",
    "empty.idx": "fit.notes say what is empty",
    "ranef": "fit.factor_scores() has random slopes and factors between clusters",
    "mdist": "ts.influence(fit) has the distances of rows, inspect('mdist.fs') those of factors",
    **{
        f"augmented.information{kind}": _AUGMENTED
        for kind in ("", ".expected", ".observed", ".first.order")
    },
    "monte.carlo": "ts.bootstrap and fit.effects(interval='monte_carlo') draw",
    "timing": "time the call",
    **dict.fromkeys(("iv", "miiv", "eqs", "sargan"), _STEPS),
    **dict.fromkeys(
        ("sam.struc.fit.object", "sam"),
        "ts.structural_after_measurement(model, data).structural has it",
    ),
}
