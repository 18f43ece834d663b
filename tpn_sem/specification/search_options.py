"""Options of the search for the minimum."""

from __future__ import annotations

from ..errors import OptionError, choose
from .options import Options

MOST_ATTEMPTS = 4
_MOST_STARTS = 10_000


def check_search(options: Options) -> None:
    """Refuse numbers that are none, and what has no effect on a search.

    Raises
    ------
    OptionError
    """
    how = options.estimation
    if how.max_iterations < 1:
        raise OptionError(f"max_iterations is a whole number above 0, not {how.max_iterations!r}.")
    if not 0 <= how.rstarts <= _MOST_STARTS:
        raise OptionError(
            f"rstarts= is a whole number from 0 to {_MOST_STARTS}, not {how.rstarts!r}."
        )
    if not 1 <= how.optim_attempts <= MOST_ATTEMPTS:
        raise OptionError(
            f"optim_attempts= is a whole number from 1 to {MOST_ATTEMPTS}, not "
            f"{how.optim_attempts!r}."
        )
    if how.optim_dx_tol is not None and not 0.0 < how.optim_dx_tol < float("inf"):
        raise OptionError(f"optim_dx_tol= is a number above 0, not {how.optim_dx_tol!r}.")
    choose("optim_gradient", how.optim_gradient, ("analytic", "numerical"))
    if how.optim_partrace and how.optim_gradient == "numerical":
        raise OptionError(
            "optim_partrace= is the way of exact gradients, and optim_gradient='numerical' asks "
            "for values beside it: leave one of them out."
        )
    for name in asked_of_search(options):
        if not how.do_fit:
            raise OptionError(
                f"{name}= is without effect with do_fit=False: leave one of them out."
            )
    if how.optim_attempts < MOST_ATTEMPTS and options.data.ordered:
        raise OptionError(
            "optim_attempts= is without effect on ordinal items, of which one search is made: "
            "leave it out."
        )
    if how.link is not None:
        refuse_search(options, "full information of ordinal items")


def asked_of_search(options: Options) -> list[str]:
    """Names of the options of the search that are not as by default."""
    how = options.estimation
    asked = {
        "optim_attempts": how.optim_attempts < MOST_ATTEMPTS,
        "optim_dx_tol": how.optim_dx_tol is not None,
        "optim_partrace": how.optim_partrace,
        "optim_gradient": how.optim_gradient != "analytic",
        "optim_init_nelder_mead": how.optim_init_nelder_mead,
    }
    return [name for name, is_asked in asked.items() if is_asked]


def refuse_search(options: Options, what: str) -> None:
    """Refuse them where another search is made.

    Raises
    ------
    OptionError
    """
    for name in asked_of_search(options):
        raise OptionError(f"{name}= is not available with {what}: leave it out.")
