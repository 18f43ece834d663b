"""Options of full information of ordinal items: maximum likelihood of rows of answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import OptionError, choose
from .options import Options

LINKS = ("probit", "logit")
DEFAULT_LINK = "probit"
FULL_INFORMATION = ("ML", "MLR", "MLF")
_MISSING = ("listwise", "fiml")
_ERRORS = ("standard", "none", "first_order", "robust_huber_white")
_INSTEAD = "estimator='WLSMV'"


def is_full_information(values: Mapping[str, Any]) -> bool:
    """Whether options ask for the likelihood of rows of ordinal answers."""
    return bool(values.get("ordered")) and values.get("estimator") in FULL_INFORMATION


def check_response_options(values: Mapping[str, Any]) -> None:
    """Refuse a link that nothing asks for.

    Raises
    ------
    OptionError
    """
    link = values.get("link")
    if link is None:
        return
    if isinstance(link, str):
        choose("link", link, LINKS)
    if not is_full_information(values):
        raise OptionError(
            "link= is without effect but for full information of ordinal items: give ordered= and "
            "estimator='ML' (or 'MLR') too, or leave it out."
        )


def check_full_information(options: Options) -> None:
    """What full information of ordinal items cannot do.

    Raises
    ------
    OptionError
    """
    how, data, model = options.estimation, options.data, options.model
    name = f"full information of ordinal items (estimator={how.estimator!r})"
    if model.parameterization == "delta" and how.link == "logit":
        raise OptionError(
            "parameterization='delta' is not available with link='logit', whose residuals have the "
            "logistic distribution: leave it out."
        )
    if data.missing not in _MISSING:
        raise OptionError(
            f"missing={data.missing!r} is not available with {name}: take 'fiml', where rows count "
            "by what they answered, or 'listwise'."
        )
    if how.se not in _ERRORS:
        raise OptionError(
            f"se={how.se!r} is not available with {name}: it can be "
            f"{', '.join(map(repr, _ERRORS))}."
        )
    tests = [test for test in how.test if test != "standard"]
    if tests:
        raise OptionError(
            f"test={tests[0]!r} is not available with {name}: the table of all patterns of answers "
            f"is too sparse for one. Compare models, or take {_INSTEAD}."
        )
    for is_asked, what in (
        (how.information == "expected", "information='expected'"),
        (
            how.observed_information != "hessian",
            f"observed_information={how.observed_information!r}",
        ),
        (bool(model.auxiliary), "auxiliary="),
        (model.conditional_x is False, "conditional_x=False"),
        (data.divides_by_n_less_1, "likelihood='wishart'"),
    ):
        if is_asked:
            raise OptionError(f"{what} is not available with {name}: leave it out.")
