"""Which statistic fit measures rest on, and which one a corrected test scales."""

from __future__ import annotations

from ..errors import OptionError, choose
from .options import Options

RESIDUAL_TESTS = (
    "browne_residual_nt",
    "browne_residual_adf",
    "browne_residual_nt_model",
    "browne_residual_adf_model",
)
SCALED_TESTS = (
    "satorra_bentler",
    "mean_var_adjusted",
    "scaled_shifted",
    "yuan_bentler",
    "yuan_bentler_mplus",
)
_OF_ITEMS = ("browne_residual_adf", "browne_residual_adf_model")
_AT_THE_MODEL = ("browne_residual_nt_model", "browne_residual_adf_model")


def check_statistics(options: Options, levels: bool) -> None:
    """Refuse statistics that a fit cannot have, and a scaled one that nothing scales.

    Raises
    ------
    OptionError
    """
    how = options.estimation
    for name in ("standard_test", "scaled_test"):
        asked = getattr(how, name)
        choose(name, asked, ("standard", *RESIDUAL_TESTS))
        if asked != "standard":
            _check_residual_test(options, name, asked, levels)
    if how.scaled_test != "standard" and not set(how.test) & set(SCALED_TESTS):
        raise OptionError(
            "scaled_test= is without effect where no test is scaled: take estimator='MLM' or "
            "another of these, or test='satorra_bentler', or leave it out."
        )


def refuse_statistics(options: Options) -> None:
    """Refuse them where no moments are fitted.

    Raises
    ------
    OptionError
    """
    for name in ("standard_test", "scaled_test"):
        if getattr(options.estimation, name) != "standard":
            raise OptionError(
                f"{name}= is for moments of independent rows, not for level: blocks and "
                "likelihoods of single rows or pairs: leave it out."
            )


def _check_residual_test(options: Options, name: str, asked: str, levels: bool) -> None:
    data, how = options.data, options.estimation
    if levels or how.link is not None or how.estimator == "PML":
        refuse_statistics(options)
    if data.ordered and asked not in _OF_ITEMS:
        raise OptionError(
            f"{name}={asked!r} rests on normality, which ordinal items lack: take "
            "'browne_residual_adf'."
        )
    if data.missing != "listwise" and asked in _AT_THE_MODEL and not data.ordered:
        raise OptionError(
            f"{name}={asked!r} is for complete answers: take 'browne_residual_nt', or leave it out."
        )
