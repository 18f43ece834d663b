"""The report of a study: its sections in the order of a paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..._version import __version__
from ...arguments import as_names, checked
from ...drawing.documents import Report, Section
from ...errors import OptionError, choose
from ...languages import speaking
from ..study import Study
from .sections import SECTIONS, SectionFunction
from .study_words import is_triangle, own_names


@checked
def study_report(
    study: Study,
    *,
    sections: Iterable[SectionFunction | str] | None = None,
    without: str | Sequence[str] = (),
    version: str = __version__,
    language: str = "en",
) -> Report:
    """The study as a report, from which a page, JSON, Word and LaTeX are written.

    Parameters
    ----------
    study : Study
    sections : iterable of keys or functions, optional
        Which sections, in order: keys of `SECTIONS`, and functions of your own from a study to a
        `Section` (or None, where it has nothing to say). All shipped ones if not given; yours among
        them as ``[*SECTIONS, mine]``.
    without : key or keys
        Sections that are left out. Notes that must be read before any number always stay.
    version : str
        Of this library, printed under the title.
    language : {"en", "ru", "kk"}
        English, Russian or Kazakh; what a catalogue lacks stays English.

    Returns
    -------
    Report

    Raises
    ------
    OptionError
        For a key or language that is unknown (it names the nearest), and for a function that
        returns something else than a section.
    """
    names = own_names(study)
    with speaking(language, names):  # figures are drawn in it
        made = _sections(study, sections, without)
    made_by = f"Made by tpn_sem {version}."
    return Report(title(study), made, study.notes, made_by, language, sorted(names))


def _sections(
    study: Study, sections: Iterable[SectionFunction | str] | None, without: str | Sequence[str]
) -> list[Section]:
    left_out = [choose("without", key, SECTIONS) for key in as_names("without", without)]
    chosen = list(SECTIONS if sections is None else sections)
    made = []
    for one in chosen:
        if isinstance(one, str):
            one = choose("sections", one, SECTIONS)
            if one in left_out:
                continue
            function = SECTIONS[one]
        else:
            function = one
        section = _made(function, study)
        if section is not None and section.key not in left_out:
            made.append(section)
    return made


def _made(function: SectionFunction, study: Study) -> Section | None:
    found: object = function(study)
    if found is None or isinstance(found, Section):
        return found
    name = getattr(function, "__name__", repr(function))
    raise OptionError(
        f"sections=: {name} returned a {type(found).__name__}: a section's function returns a "
        "Section, or None."
    )


def title(study: Study) -> str:
    """The triangle's name where it is the triangle; said to be synthetic where it is."""
    of_survey = ", on a synthetic survey" if study.synthetic else ""
    if is_triangle(study):
        return f"The triangle of learning factors{of_survey}"
    return f"A study of {', '.join(study.instrument.items)}{of_survey}"
