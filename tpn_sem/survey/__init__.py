"""A survey before any model: read from a file, checked, described; its instrument.

Import from here: `read_survey`, `check`, `describe`, `Instrument`, `prepare`, `codebook`.
"""

from .checking import Finding, SurveyCheck, check
from .codebook import Codebook, codebook
from .description import Description, LittleTest, describe
from .instrument import Instrument
from .instrument_files import toml_text
from .preparation import Prepared, prepare, prepared
from .reading import read_survey
from .scales import Scale

__all__ = [
    "Codebook",
    "Description",
    "Finding",
    "Instrument",
    "LittleTest",
    "Prepared",
    "Scale",
    "SurveyCheck",
    "check",
    "codebook",
    "describe",
    "prepare",
    "prepared",
    "read_survey",
    "toml_text",
]
