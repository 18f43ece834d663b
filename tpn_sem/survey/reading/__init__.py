"""Files of answers: formats, encodings, separators, missing answers and labels recognised.

Import from here: `read_survey`, and `Reading`, its record of what was decided. A format is one
file that gives a `FileFormat`, entered in `shipped_formats`.
"""

from .read_survey import read_survey
from .reading_record import Reading, file_rows

__all__ = ["Reading", "file_rows", "read_survey"]
