"""What a case may end in, and what is a finding."""

from __future__ import annotations

import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

import tpn_sem as ts

LIMIT = 30  # seconds of the processor after which a case counts as hanging
_PATIENCE = 20  # times as long by the clock on the wall, for what only waits
_REASONS = (
    "not converge",
    "singular",
    "hold with equality",
    "not identified",
    "runs off",
    "no standard error of",
)


class Hang(BaseException):
    """A case took too long; no `except Exception` catches it."""


class NonsenseError(Exception):
    """A result that cannot be, and says nothing of it."""


@dataclass(frozen=True)
class Finding:
    """Something that must not happen.

    Attributes
    ----------
    what : str
        Kind of failure and where it came from: the same for cases of one cause.
    detail : str
        The traceback.
    """

    what: str
    detail: str


@contextmanager
def limited(seconds: int = LIMIT) -> Iterator[None]:
    """Raise `Hang` where what is inside takes longer, by the processor's time.

    Other processes on the machine then make no case a hanging one.
    """

    def stop(number: int, frame: object) -> None:
        raise Hang

    kinds = {signal.SIGPROF: signal.ITIMER_PROF, signal.SIGALRM: signal.ITIMER_REAL}
    before = {number: signal.signal(number, stop) for number in kinds}
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * _PATIENCE)
    try:
        yield
    finally:
        for number, timer in kinds.items():
            signal.setitimer(timer, 0.0)
            signal.signal(number, before[number])


def judged(run: Callable[[], object]) -> Finding | None:
    """Run a case; None where it ended as it may."""
    try:
        with warnings.catch_warnings(), limited(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            look_at(run())
    except (ts.TpnSemError, MemoryError):
        return None
    except Hang:
        return Finding(f"hang of more than {LIMIT} s", traceback.format_exc())
    except Exception as error:
        return Finding(_name_of(error), traceback.format_exc())
    return None


def _name_of(error: Exception) -> str:
    """The error and the last place of the library that it came through."""
    places = [
        frame for frame in traceback.extract_tb(error.__traceback__) if "tpn_sem" in frame.filename
    ]
    where = f"{places[-1].filename.split('tpn_sem/')[-1]}:{places[-1].name}" if places else "?"
    said = f": {error}" if isinstance(error, NonsenseError) else ""
    return f"{type(error).__name__} in {where}{said}"


def look_at(result: object) -> None:
    """Refuse results that cannot be.

    Raises
    ------
    NonsenseError
    """
    if not isinstance(result, ts.Fit):
        return
    said = " ".join(result.notes)
    str(result)
    measures, table = result.measures, result.estimates
    if not result.converged:
        if "converge" not in said:
            raise NonsenseError("did not converge, without a note")
        return
    if not np.isfinite(result.coef.to_numpy(dtype=float)).all():
        raise NonsenseError("converged with parameters that are no numbers")
    if measures["chisq"] < -1e-6:
        raise NonsenseError("negative chi-square")
    reasons = measures.attrs["reasons"]
    silent = [name for name, value in measures.items() if value != value and name not in reasons]
    if silent:
        raise NonsenseError(f"measure without a value or a reason: {silent[0]}")
    if "se" in table and result.estimation.options.se != "none":
        errors = table.loc[table["free"], "se"].to_numpy(dtype=float)
        odd = ~(errors > 0.0) & ~_is_tied(result)
        if odd.any() and not any(reason in said for reason in _REASONS):
            raise NonsenseError("a standard error of zero or none, without a reason")


def _is_tied(result: ts.Fit) -> np.ndarray:
    """Free parameters that constraints leave no freedom, so that they have no error."""
    return np.linalg.norm(result.estimation.tangent, axis=1) < 1e-12
