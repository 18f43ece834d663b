"""Populations to draw from: implied by a fit or a text, misspecified, skewed, with gaps.

Import from here: `Population` and what makes one.
"""

from .from_text import Shares, WrittenPopulation, write_population
from .group_sizes import cluster_members, group_sizes
from .misfit import RandomMisfit, added_paths
from .missing_answers import Gaps, take_out
from .non_normal import margins
from .population import Population, implied_population, population_of, populations_of, with_clusters

__all__ = [
    "Gaps",
    "Population",
    "RandomMisfit",
    "Shares",
    "WrittenPopulation",
    "added_paths",
    "cluster_members",
    "group_sizes",
    "implied_population",
    "margins",
    "population_of",
    "populations_of",
    "take_out",
    "with_clusters",
    "write_population",
]
