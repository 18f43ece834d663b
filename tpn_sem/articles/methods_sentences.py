"""Sentences of a methods section, each with the references that it cites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..estimation import Estimation
from ..fit import Fit
from ..results import kind_to_report
from .bibliography import Reference


class Sentence(NamedTuple):
    """One sentence, with ``{}`` where references are cited, in their order.

    Attributes
    ----------
    words : str
    keys : tuple of str
    """

    words: str
    keys: tuple[str, ...] = ()

    def cited(self, known: Mapping[str, Reference]) -> str:
        """The sentence with its citations."""
        return self.words.format(*(known[key].cited for key in self.keys))


_ESTIMATED = {
    "ML": Sentence("Parameters were estimated by maximum likelihood ({}).", ("joreskog1969",)),
    "GLS": Sentence(
        "Parameters were estimated by generalised least squares ({}).", ("browne1984",)
    ),
    "WLS": Sentence(
        "Parameters were estimated by weighted least squares, weights from fourth-order moments "
        "({}).",
        ("browne1984",),
    ),
    "DLS": Sentence(
        "Parameters were estimated by distributionally weighted least squares ({}).",
        ("du2022",),
    ),
    "ULS": Sentence("Parameters were estimated by unweighted least squares ({}).", ("browne1984",)),
    "DWLS": Sentence("Parameters were estimated by diagonally weighted least squares.", ()),
    "PML": Sentence("Parameters were estimated by pairwise likelihood ({}).", ("katsikatsou2012",)),
}
_WAYS = {"DWLS": "diagonally weighted least squares", "WLS": "weighted least squares"}
_WAYS |= {"ULS": "unweighted least squares"}
_ERRORS = {
    "robust_huber_white": Sentence("Standard errors are from the sandwich ({}).", ("white1982",)),
    "robust_sem": Sentence("Standard errors are robust to non-normality ({}).", ("satorra1994",)),
    "two_stage": Sentence("Standard errors are two-stage ({}).", ("yuan2000",)),
    "robust_two_stage": Sentence("Standard errors are two-stage and robust ({}).", ("yuan2000",)),
    "cluster_cr2": Sentence(
        "Standard errors allow for clusters and are corrected for few of them (CR2; {}).",
        ("bell2002",),
    ),
    "cluster_cr3": Sentence(
        "Standard errors allow for clusters and are corrected for few of them (CR3; {}).",
        ("bell2002",),
    ),
    "bootstrap": Sentence("Standard errors are from the bootstrap ({}).", ("efron1993",)),
    "none": Sentence("Standard errors were not computed."),
}
_TESTS = {
    "satorra_bentler": ("a chi-square test corrected in its mean ({})", ("satorra1994",)),
    "yuan_bentler": ("a scaled chi-square test ({})", ("yuan2000",)),
    "yuan_bentler_mplus": ("a scaled chi-square test ({})", ("yuan2000",)),
    "mean_var_adjusted": ("a chi-square test adjusted in mean and variance ({})", ("satorra1994",)),
    "scaled_shifted": ("a scaled and shifted chi-square test ({})", ("asparouhov2010",)),
    "browne_residual_nt": ("a chi-square test of the residuals ({})", ("browne1984",)),
    "browne_residual_adf": ("a distribution-free test of the residuals ({})", ("browne1984",)),
    "browne_residual_nt_model": (
        "a chi-square test of the residuals, weighted at the model ({})",
        ("browne1984",),
    ),
    "browne_residual_adf_model": (
        "a distribution-free test of the residuals, weighted at the model ({})",
        ("browne1984",),
    ),
}
_GAPS = {
    "fiml": Sentence(
        "Missing answers were dealt with by full information ({}).", ("arbuckle1996",)
    ),
    "pairwise": Sentence("Each pair of items was taken from the rows that have both answers."),
    "two_stage": Sentence("Missing answers were met in two stages ({}).", ("yuan2000",)),
}
_GAPS |= {"fiml_x": _GAPS["fiml"], "robust_two_stage": _GAPS["two_stage"]}
_PRODUCTS = {
    "lms": Sentence(
        "Latent products were estimated by maximum likelihood (LMS; {}).", ("klein2000",)
    ),
    "qml": Sentence("Latent products were estimated by quasi-likelihood ({}).", ("klein2007",)),
}


def methods_sentences(fit: Fit) -> Iterator[Sentence]:
    """What was done, in the order in which a paper says it."""
    found = fit.estimation
    yield _estimator(found)
    if found.specification.options.correlation:
        yield Sentence(
            "The model was fitted to correlations, so that its estimates are standardised; their "
            "errors allow for that."
        )
    if found.specification.has_levels:
        yield Sentence(
            "The model has a level within clusters and one between them ({}).", ("muthen1994",)
        )
    if found.specification.options.products in _PRODUCTS:
        yield _PRODUCTS[str(found.specification.options.products)]
    if found.specification.roles.composites:
        yield Sentence("Composites were estimated with their weights ({}).", ("schuberth2023",))
    if found.options.se in _ERRORS:
        yield _ERRORS[found.options.se]
    yield from _rows(fit)
    yield from _judged(fit)


def _estimator(found: Estimation) -> Sentence:
    kind = found.discrepancy.name.split(",")[0]
    if not found.specification.categories:
        return _ESTIMATED.get(kind, Sentence(f"Parameters were estimated by {_escaped(kind)}."))
    if kind == "PML":
        return _ESTIMATED["PML"]
    count = len(found.specification.categories)
    items = "One item was" if count == 1 else f"{count} items were"
    return Sentence(
        f"{items} treated as ordinal: thresholds and polychoric correlations were fitted by "
        f"{_WAYS.get(kind, _escaped(kind))} ({{}}), in the "
        f"{found.specification.table.parameterization} parameterization.",
        ("muthen1984",),
    )


def _escaped(text: str) -> str:
    """A word of the user's that braces stand in, to be formatted."""
    return text.replace("{", "{{").replace("}", "}}")


def _rows(fit: Fit) -> Iterator[Sentence]:
    samples = fit.estimation.samples
    counts = [f"{_escaped(group.label)}: {group.n_observations}" for group in samples.groups]
    groups = f" ({'; '.join(counts)})" if fit.group_labels else ""
    yield Sentence(f"The analysis rests on {samples.n_observations} observations{groups}.")
    if samples.synthetic:
        yield Sentence("The data are synthetic: they describe no real people.")
    if fit.n_dropped:
        rows = "row was" if fit.n_dropped == 1 else "rows were"
        yield Sentence(f"{fit.n_dropped} {rows} left out because an answer was missing.")
    if samples.options.missing in _GAPS:
        yield _GAPS[samples.options.missing]
    if fit.estimation.specification.options.auxiliary:
        names = _escaped(", ".join(fit.estimation.specification.options.auxiliary))
        yield Sentence(
            f"Auxiliary variables ({names}) were included to make it more plausible that answers "
            "are missing at random ({}).",
            ("graham2003",),
        )
    if samples.cluster_labels:
        yield Sentence(
            f"Rows are clustered in {len(samples.cluster_labels)} units of "
            f"{_escaped(str(samples.options.cluster))!r}."
        )
    if samples.options.sampling_weights:
        yield Sentence("Rows were weighted by their sampling weights.")


def _judged(fit: Fit) -> Iterator[Sentence]:
    measures = fit.measures
    if not measures["df"] > 0:
        yield Sentence("The model is saturated, and its fit is not tested.")
        return
    test = fit.test()
    words, keys = _TESTS.get(test.name, ("the chi-square test", ()))
    if test.scaled:
        further, more = _TESTS[test.scaled]
        words, keys = f"{words} that scales {further}", (*keys, *more)
    yield Sentence(f"Exact fit was tested by {words}.", keys)
    kind = kind_to_report(measures)
    cited = {"CFI": "bentler1990", "TLI": "tucker1973", "RMSEA": "steiger1990", "SRMR": "hu1999"}
    shown = {
        name: key
        for name, key in cited.items()
        if measures.get(name.lower() + (kind if name != "SRMR" else "")) is not None
    }
    if shown:
        listed = [f"{name} ({{}})" for name in shown]
        words = f"{', '.join(listed[:-1])} and {listed[-1]}" if len(listed) > 1 else listed[0]
        yield Sentence(f"Approximate fit is described by {words}.", tuple(shown.values()))
    if kind == "_robust":
        yield _robust(fit)


def _robust(fit: Fit) -> Sentence:
    if fit.estimation.specification.categories:
        return Sentence("CFI, TLI and RMSEA are robust ones ({}).", ("savalei2021",))
    if fit.estimation.samples.options.missing.startswith("fiml"):
        return Sentence("CFI, TLI and RMSEA are robust ones ({}).", ("zhang2023",))
    return Sentence(
        "CFI, TLI and RMSEA are robust ones ({}; {}).", ("brosseau2012", "brosseau2014")
    )
