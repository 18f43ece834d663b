"""What a command is, and how commands end."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

DONE, FAILED, FOUND, NO_SOLUTION, INTERRUPTED = 0, 1, 3, 4, 130
"""Exit codes; 2 is for wrong usage."""

EXIT_CODES = (
    "Exit codes: 0 done; 1 an error, which is printed; 2 wrong usage; 3 the check found errors in "
    "the data; 4 no proper solution; 130 interrupted."
)


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes
    ----------
    add_options : callable
        Adds its options to a parser.
    run : callable
        From the options to an exit code.
    """

    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
