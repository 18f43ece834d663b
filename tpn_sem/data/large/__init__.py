"""Data beyond memory, read in batches: moments, patterns of missing answers, counts.

Import from here: `open_source`, and the sums that become `SampleMoments`.
"""

from .ordinal_sums import ordinal_moments
from .source import Source, open_source
from .store import read, write
from .sums import GroupSums, add_up, merged_patterns

__all__ = [
    "GroupSums",
    "Source",
    "add_up",
    "merged_patterns",
    "open_source",
    "ordinal_moments",
    "read",
    "write",
]
