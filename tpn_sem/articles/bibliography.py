"""Papers and books that what is computed here follows, as entries of BibTeX."""

from __future__ import annotations

from typing import NamedTuple


class Reference(NamedTuple):
    """A paper, book or chapter.

    Attributes
    ----------
    key : str
        As BibTeX calls it.
    authors : tuple of str
        "Family, I. N." each.
    year : int
    title, source : str
        The source is a journal, a publisher, or the book that a chapter stands in.
    volume, pages : str
        Empty where there are none.
    kind : {"article", "book", "incollection", "misc"}
    """

    key: str
    authors: tuple[str, ...]
    year: int
    title: str
    source: str
    volume: str = ""
    pages: str = ""
    kind: str = "article"

    @property
    def cited(self) -> str:
        """As a text cites it: "Yuan & Bentler, 2000"."""
        families = [name.split(",")[0] for name in self.authors]
        if len(families) > 2:
            return f"{families[0]} et al., {self.year}"
        return f"{' & '.join(families)}, {self.year}"

    @property
    def listed(self) -> str:
        """As a list of references has it, in the manner of APA 7."""
        names, last = ", ".join(self.authors[:-1]), self.authors[-1]
        whole = f"{names}, & {last}" if names else last
        where = f"{self.source}, {self.volume}" if self.volume else self.source
        where += f", {self.pages}" if self.pages and self.kind == "article" else ""
        if self.kind == "incollection":
            where = f"In {self.source} (pp. {self.pages})"
        stop = "" if whole.endswith(".") else "."
        return f"{whole}{stop} ({self.year}). {self.title}. {where}."

    @property
    def bibtex(self) -> str:
        """As an entry of BibTeX."""
        source = {"article": "journal", "book": "publisher", "incollection": "booktitle"}
        fields = {
            "author": " and ".join(self.authors),
            "year": str(self.year),
            "title": f"{{{self.title}}}",
            source.get(self.kind, "howpublished"): self.source,
            "volume": self.volume,
            "pages": self.pages.replace("–", "--"),
        }
        lines = [f"  {name} = {{{_escaped(text)}}}," for name, text in fields.items() if text]
        return "\n".join([f"@{self.kind}{{{self.key},", *lines, "}"])


def _escaped(text: str) -> str:
    return text.replace("&", r"\&").replace("%", r"\%")


_STRUCTURAL = "Structural Equation Modeling"
_MULTIVARIATE = "Multivariate Behavioral Research"
_METHODS = "Psychological Methods"
_BRITISH = "British Journal of Mathematical and Statistical Psychology"

_ENTRIES = (
    Reference(
        "arbuckle1996",
        ("Arbuckle, J. L.",),
        1996,
        "Full information estimation in the presence of incomplete data",
        "Advanced structural equation modeling: Issues and techniques",
        pages="243–277",
        kind="incollection",
    ),
    Reference(
        "asparouhov2010",
        ("Asparouhov, T.", "Muthén, B."),
        2010,
        "Simple second order chi-square correction",
        "Technical appendix of Mplus",
        kind="misc",
    ),
    Reference(
        "bell2002",
        ("Bell, R. M.", "McCaffrey, D. F."),
        2002,
        "Bias reduction in standard errors for linear regression with multi-stage samples",
        "Survey Methodology",
        "28",
        "169–181",
    ),
    Reference(
        "bentler1990",
        ("Bentler, P. M.",),
        1990,
        "Comparative fit indexes in structural models",
        "Psychological Bulletin",
        "107",
        "238–246",
    ),
    Reference(
        "brosseau2012",
        ("Brosseau-Liard, P. E.", "Savalei, V.", "Li, L."),
        2012,
        "An investigation of the sample performance of two nonnormality corrections for RMSEA",
        _MULTIVARIATE,
        "47",
        "904–930",
    ),
    Reference(
        "brosseau2014",
        ("Brosseau-Liard, P. E.", "Savalei, V."),
        2014,
        "Adjusting incremental fit indices for nonnormality",
        _MULTIVARIATE,
        "49",
        "460–470",
    ),
    Reference(
        "browne1984",
        ("Browne, M. W.",),
        1984,
        "Asymptotically distribution-free methods for the analysis of covariance structures",
        _BRITISH,
        "37",
        "62–83",
    ),
    Reference(
        "du2022",
        ("Du, H.", "Bentler, P. M."),
        2022,
        "Distributionally weighted least squares in structural equation modeling",
        "Psychological Methods",
        "27",
        "519–540",
    ),
    Reference(
        "efron1993",
        ("Efron, B.", "Tibshirani, R. J."),
        1993,
        "An introduction to the bootstrap",
        "Chapman & Hall",
        kind="book",
    ),
    Reference(
        "graham2003",
        ("Graham, J. W.",),
        2003,
        "Adding missing-data-relevant variables to FIML-based structural equation models",
        _STRUCTURAL,
        "10",
        "80–100",
    ),
    Reference(
        "hu1999",
        ("Hu, L.", "Bentler, P. M."),
        1999,
        "Cutoff criteria for fit indexes in covariance structure analysis: Conventional criteria "
        "versus new alternatives",
        _STRUCTURAL,
        "6",
        "1–55",
    ),
    Reference(
        "joreskog1969",
        ("Jöreskog, K. G.",),
        1969,
        "A general approach to confirmatory maximum likelihood factor analysis",
        "Psychometrika",
        "34",
        "183–202",
    ),
    Reference(
        "katsikatsou2012",
        ("Katsikatsou, M.", "Moustaki, I.", "Yang-Wallentin, F.", "Jöreskog, K. G."),
        2012,
        "Pairwise likelihood estimation for factor analysis models with ordinal data",
        "Computational Statistics & Data Analysis",
        "56",
        "4243–4258",
    ),
    Reference(
        "klein2000",
        ("Klein, A.", "Moosbrugger, H."),
        2000,
        "Maximum likelihood estimation of latent interaction effects with the LMS method",
        "Psychometrika",
        "65",
        "457–474",
    ),
    Reference(
        "klein2007",
        ("Klein, A. G.", "Muthén, B. O."),
        2007,
        "Quasi-maximum likelihood estimation of structural equation models with multiple "
        "interaction and quadratic effects",
        _MULTIVARIATE,
        "42",
        "647–673",
    ),
    Reference(
        "muthen1984",
        ("Muthén, B.",),
        1984,
        "A general structural equation model with dichotomous, ordered categorical, and "
        "continuous latent variable indicators",
        "Psychometrika",
        "49",
        "115–132",
    ),
    Reference(
        "muthen1994",
        ("Muthén, B. O.",),
        1994,
        "Multilevel covariance structure analysis",
        "Sociological Methods & Research",
        "22",
        "376–398",
    ),
    Reference(
        "satorra1994",
        ("Satorra, A.", "Bentler, P. M."),
        1994,
        "Corrections to test statistics and standard errors in covariance structure analysis",
        "Latent variables analysis: Applications for developmental research",
        pages="399–419",
        kind="incollection",
    ),
    Reference(
        "savalei2021",
        ("Savalei, V.",),
        2021,
        "Improving fit indices in structural equation modeling with categorical data",
        _MULTIVARIATE,
        "56",
        "390–407",
    ),
    Reference(
        "schuberth2023",
        ("Schuberth, F.",),
        2023,
        "The Henseler–Ogasawara specification of composites in structural equation modeling: A "
        "tutorial",
        _METHODS,
        "28",
        "843–859",
    ),
    Reference(
        "steiger1990",
        ("Steiger, J. H.",),
        1990,
        "Structural model evaluation and modification: An interval estimation approach",
        _MULTIVARIATE,
        "25",
        "173–180",
    ),
    Reference(
        "tucker1973",
        ("Tucker, L. R.", "Lewis, C."),
        1973,
        "A reliability coefficient for maximum likelihood factor analysis",
        "Psychometrika",
        "38",
        "1–10",
    ),
    Reference(
        "white1982",
        ("White, H.",),
        1982,
        "Maximum likelihood estimation of misspecified models",
        "Econometrica",
        "50",
        "1–25",
    ),
    Reference(
        "yuan2000",
        ("Yuan, K.-H.", "Bentler, P. M."),
        2000,
        "Three likelihood-based methods for mean and covariance structure analysis with nonnormal "
        "missing data",
        "Sociological Methodology",
        "30",
        "165–200",
    ),
    Reference(
        "zhang2023",
        ("Zhang, X.", "Savalei, V."),
        2023,
        "New computations for RMSEA and CFI following FIML and TS estimation with missing data",
        _METHODS,
        "28",
        "263–283",
    ),
)

REFERENCES = {entry.key: entry for entry in _ENTRIES}
"""Entries by their keys."""


def software(version: str) -> Reference:
    """The library itself."""
    return Reference(
        "tpn_sem",
        ("The tpn_sem developers",),
        2026,
        f"tpn_sem: Structural equation modelling in Python (version {version})",
        "Computer software",
        kind="misc",
    )
