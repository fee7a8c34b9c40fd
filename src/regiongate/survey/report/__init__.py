"""What a survey found, for people: tables as files, plots, and one HTML page that stands alone.

Everything is SQL over the tables of a survey (`survey/tables.py`), and what a caller knows besides
(`about.py`). No clock, nothing fetched, same input, same bytes.
"""

from regiongate.survey.report.about import About
from regiongate.survey.report.folder import Wanted, require_free, write
from regiongate.survey.report.result_file import result_pieces

__all__ = ["About", "Wanted", "require_free", "result_pieces", "write"]
