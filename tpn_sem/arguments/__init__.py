"""What users give: their arguments checked by the types that functions declare, and read.

Import from here: `checked` for public functions and classes, `read_*` and `as_names` for values.
"""

from .checked import checked, explained
from .kinds import Kind, kind_of
from .readers import (
    as_names,
    check_level,
    check_range,
    plain,
    read_number,
    read_ordered,
    read_seed,
    read_share,
    read_skipped,
    read_whole,
)

__all__ = [
    "Kind",
    "as_names",
    "check_level",
    "check_range",
    "checked",
    "explained",
    "kind_of",
    "plain",
    "read_number",
    "read_ordered",
    "read_seed",
    "read_share",
    "read_whole",
    "read_skipped",
]
