"""What a paper's methods section has to say of a fit, and the references that it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .._version import __version__
from ..arguments import checked
from ..drawing import Shown, Table
from ..errors import NotAvailableError
from ..fit import Fit, read_fit
from ..writing import write_whole
from .bibliography import REFERENCES, Reference, software
from .methods_sentences import Sentence, methods_sentences


@dataclass(frozen=True, repr=False)
class Citation(Shown):
    """A methods paragraph and its references.

    Attributes
    ----------
    paragraph : str
        How the model was estimated and judged, with citations in the manner of APA 7.
    references : tuple of Reference
        In alphabetical order.
    """

    paragraph: str
    references: tuple[Reference, ...]

    @checked
    def to_bibtex(self, path: str | Path | None = None) -> str:
        """The references as BibTeX; written to a file where `path` names one."""
        text = "\n\n".join(entry.bibtex for entry in self.references) + "\n"
        if path is not None:
            write_whole(path, text)
        return text

    def _views(self) -> Iterable[str | Table]:
        yield self.paragraph
        yield "References"
        yield from (entry.listed for entry in self.references)


@checked
def cite(fit: Fit) -> Citation:
    """Write the methods paragraph of a fit, and the references that it needs.

    It says what was done, of estimator, errors, test, missing answers, clusters and indices; what
    was found, and whether it was wise, is for the author to say.

    Parameters
    ----------
    fit : Fit

    Raises
    ------
    NotAvailableError
        For a fit that did not converge: there is nothing to report.
    """
    read_fit(fit, "cite", levels=True)
    if not fit.converged:
        raise NotAvailableError("cite: the fit did not converge; there is nothing to report.")
    own = software(__version__)
    sentences = [Sentence(f"The model was fitted with tpn_sem {__version__} ({{}}).", ())]
    sentences += methods_sentences(fit)
    first, *others = sentences
    words = [first.words.format(own.cited), *(one.cited(REFERENCES) for one in others)]
    keys = {key for one in others for key in one.keys}
    found = [own, *(REFERENCES[key] for key in keys)]
    return Citation(" ".join(words), tuple(sorted(found, key=lambda entry: entry.listed)))
