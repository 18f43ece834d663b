"""Hypotheses that are written down before fitting, and judged apart from exploration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from ..arguments import check_range, checked
from ..drawing import Shown, Table
from ..errors import DataError, NotAvailableError, OptionError, choose
from ..files import named_path, text_of
from ..fit import Fit, read_fit
from ..numerics import ADJUSTMENTS
from ..writing import write_whole
from .hypothesis_text import Hypothesis, parse_hypotheses
from .hypothesis_verdicts import judged

_HEAD = re.compile(r"# written (?P<date>\d{4}-\d{2}-\d{2}), sha256 (?P<digest>[0-9a-f]{64})")


@dataclass(frozen=True, repr=False)
class Hypotheses(Shown):
    """What somebody expects, with the date on which it was written down, and a digest of it.

    Attributes
    ----------
    hypotheses : tuple of Hypothesis
    text : str
        As it was written.
    written : str
        The date, as "2026-09-01"; "" where it is not known.
    """

    hypotheses: tuple[Hypothesis, ...]
    text: str
    written: str

    @property
    def digest(self) -> str:
        """SHA-256 of the hypotheses, without comments and blanks: whoever has it sees a change."""
        lines = "\n".join(f"{one.name}: {' '.join(one.text.split())}" for one in self.hypotheses)
        return sha256(f"{self.written}\n{lines}".encode()).hexdigest()

    @checked
    def judge(self, fit: Fit, *, alpha: float = 0.05, adjustment: str = "holm") -> pd.DataFrame:
        """What a fit says of each hypothesis; all quantities are standardised.

        Parameters
        ----------
        fit : Fit
        alpha : float
            Of each verdict, after adjustment.
        adjustment : {"holm", "fdr", "none"}
            Of p-values for the number of hypotheses that can be asked.

        Returns
        -------
        DataFrame
            A row per hypothesis: hypothesis, quantity, estimate, se, ci_lower, ci_upper (95%),
            p_support (of its opposite), p_against (of itself), verdict ("supported",
            "contradicted", "can't tell", "not asked"), reason (why it is not asked).

        Raises
        ------
        OptionError
            For a variable or group that the fit does not have.
        DataError
            Where the fit has no proper solution: it judges nothing.
        """
        check_range("alpha", alpha, 0.0001, 0.5)
        choose("adjustment", adjustment, ADJUSTMENTS)
        estimation = read_fit(fit, "judge")
        if not np.isfinite(estimation.covariance).any():
            raise NotAvailableError("the fit has no standard errors: it judges no hypothesis.")
        if not estimation.admissible:
            raise DataError(
                "the fit has no proper solution: it judges no hypothesis. See its notes."
            )
        return judged(estimation, self.hypotheses, alpha, adjustment)

    @checked
    def save(self, path: str | Path) -> Path:
        """Write them to a file with their date and digest; `read_hypotheses` checks both."""
        if not self.written:
            raise OptionError(
                "these hypotheses have no date: make them with written='2026-09-01', the day on "
                "which they were written down."
            )
        target = named_path(path, OptionError)
        head = f"# written {self.written}, sha256 {self.digest}"
        write_whole(target, f"{head}\n{self.text.strip()}\n")
        return target

    def _text(self) -> str:
        head = f"{len(self.hypotheses)} hypotheses"
        head += f", written {self.written}" if self.written else ""
        lines = [f"{one.name}: {one.text}" for one in self.hypotheses]
        return "\n".join([f"{head}; sha256 {self.digest[:12]}", *lines])

    def _views(self) -> list[str | Table]:
        rows = [(one.name, one.text) for one in self.hypotheses]
        table = pd.DataFrame(rows, columns=["name", "hypothesis"]).set_index("name")
        return [str(self).splitlines()[0], Table(table, "")]


@checked
def hypotheses(text: str, *, written: str | None = None) -> Hypotheses:
    """Hypotheses about a model, to be judged on a fit.

    Parameters
    ----------
    text : str
        A line each, which a name and a colon may begin and "#" may end::

            H1: KS ~ KSSE > 0                        # a direction
            H2: KR ~ KSSE in [-.10, .10]             # an interval
            H3: KS ~ NPC = KR ~ NPC within .10       # an equality, with what counts as one
            H4: NPC ~~ KSSE != 0
            H5: indirect NPC -> KS > 0               # also "total NPC -> KS"
            H6: R2 KS > .10
            H7: KS ~ KSSE [rural] > 0                # in one group

        An equality without a margin can be contradicted, but not supported.
    written : str, optional
        The day on which they were written down, as "2026-09-01".

    Raises
    ------
    OptionError
        With the line that cannot be read.
    """
    if written is not None:
        _check_date(written)
    return Hypotheses(parse_hypotheses(text), text, written or "")


@checked
def read_hypotheses(path: str | Path) -> Hypotheses:
    """Hypotheses from a file; with the head that `Hypotheses.save` writes, its digest is checked.

    Raises
    ------
    DataError
        Where the file cannot be read, or was changed after it was written.
    OptionError
    """
    text = text_of(path)
    head = _HEAD.match(text)
    if head is None and re.search(r"^\s*#.*\bsha256\b", text, re.M):
        raise DataError(
            f"{str(path)!r} names a digest, but its first line is not the one that was written "
            "('# written DATE, sha256 DIGEST'): it was changed. Take the file as it was; or drop "
            "the line, and they are hypotheses without a date."
        )
    if head is None:
        return hypotheses(text)
    found = hypotheses(text[head.end() :], written=head["date"])
    if found.digest != head["digest"]:
        raise DataError(
            f"{str(path)!r} was changed after it was written: its hypotheses have the digest "
            f"{found.digest[:12]}, its first line says {head['digest'][:12]}. Take the file as it "
            "was; or drop the first line, and they are hypotheses without a date."
        )
    return found


def _check_date(written: str) -> None:
    try:
        known = date.fromisoformat(written).isoformat()
    except ValueError:
        known = ""
    if not known or known != written:
        raise OptionError(f"written={written!r}: give a date, as '2026-09-01'.")
