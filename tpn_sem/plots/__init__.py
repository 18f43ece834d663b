"""Plots of results and answers, by matplotlib: `ts.plots.NAME(result, ax=None)` gives a `Plot`.

Import from here: all of it; each function takes a result, or rows of answers.
"""

from .distribution_plots import bootstrap_distribution, permutation_distribution
from .exploration_plots import missing_patterns, scree
from .forest_plot import forest
from .heat_maps import correlations, residuals
from .item_plots import dmacs, item_curve
from .ladder_plot import invariance_ladder
from .likert_plot import likert
from .model_plots import cutoffs, power_curve, selection_frequencies
from .people_plots import factor_scores, influence, information, item_distributions
from .plot import Plot
from .slope_plots import johnson_neyman, simple_slopes
from .sorted_estimates_plot import specification_curve

__all__ = [
    "Plot",
    "bootstrap_distribution",
    "correlations",
    "cutoffs",
    "dmacs",
    "factor_scores",
    "forest",
    "influence",
    "information",
    "invariance_ladder",
    "item_curve",
    "item_distributions",
    "johnson_neyman",
    "likert",
    "missing_patterns",
    "permutation_distribution",
    "power_curve",
    "residuals",
    "scree",
    "selection_frequencies",
    "simple_slopes",
    "specification_curve",
]
