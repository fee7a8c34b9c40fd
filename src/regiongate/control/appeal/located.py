"""A geofeed that was sent with an appeal, as the corrections that it asks for."""

from __future__ import annotations

from regiongate.control.grant.correct import Located
from regiongate.domain import geofeed
from regiongate.domain.errors import Problem, ProblemsFound
from regiongate.policyfile.geofeeds import corrections, told

SILENT = "geofeed-silent"
"""The code of a row that names no region: a feed may have it, a correction may not."""


def located(content: bytes, name: str) -> list[Located]:
    """Where the rows of a geofeed say that networks are.

    Raises ProblemsFound, with every row that cannot be read, that speaks of more than the networks
    of one holder, whose region ISO 3166 does not know, or that contradicts another; and for a row
    without a region: the gateway knows no correction that says nothing.
    """
    found = geofeed.read(content, name)
    problems = list(found.problems)
    said: dict[Located, int] = {}
    for row in corrections(found.rows, name, problems):
        if row.region is None:
            message = f"{row.network} has no country"
            remedy = "name the networks that are to be corrected one by one"
            problems.append(Problem(name, row.line, 1, SILENT, message, remedy))
            continue
        said.setdefault(Located(row.network, row.region), row.line)
    problems += _contradictions(said, name)
    if not said and not problems:
        problems.append(_problem(name, 1, "It names no network", "write one a line"))
    if problems:
        raise ProblemsFound(told(sorted(problems), name))
    return list(said)


def _contradictions(said: dict[Located, int], name: str) -> list[Problem]:
    first: dict[object, tuple[str, int]] = {}
    problems = []
    for one, line in said.items():
        region, where = first.setdefault(one.network, (one.region, line))
        if region != one.region:
            message = f"{one.network} ({one.region}) is {region} in line {where}"
            problems.append(_problem(name, line, message, "keep one of the two"))
    return problems


def _problem(file: str, line: int, message: str, remedy: str) -> Problem:
    return Problem(file, line, 1, "geofeed-region", message, remedy)
