"""What could not be loaded from `assets/`, for the log at start-up and for the pages."""

import logging

from core.errors import BadTable
from core.pharmacy.knowledge import knowledge
from core.safety.red_flags import load_problem
from core.terms.drug_names import drug_names

LOG = logging.getLogger("auscult")


def problems() -> tuple[BadTable, ...]:
    """Every table that is missing, each with file, line and column."""
    found = (drug_names().problem, load_problem())
    return (*filter(None, found), *knowledge().tables.problems.values())


def log_problems() -> None:
    for problem in problems():
        LOG.error("table left out: %s", problem.detail)
