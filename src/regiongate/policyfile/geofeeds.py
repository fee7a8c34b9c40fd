"""A geofeed beside the policy file, as corrections: rows whose regions ISO 3166 knows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from regiongate.domain import geofeed
from regiongate.domain.address import SPECIAL_BLOCKS
from regiongate.domain.errors import Problem
from regiongate.domain.geofeed import GeofeedRow
from regiongate.domain.network_rule import Network
from regiongate.policyfile import iso
from regiongate.policyfile.network import require_reachable
from regiongate.policyfile.node import Mark
from regiongate.policyfile.reader import Reader, Wrong
from regiongate.policyfile.region import region

MAX_BYTES = 1 << 25
MOST_TOLD = 100
"""A file that is no geofeed is wrong in every row; the first ones tell the story."""
SHORTEST = {4: 8, 6: 16}
"""The shortest prefix of a row by version of IP: registries give nobody a wider network."""
_PRIVATE = {
    version: tuple(
        block
        for block in SPECIAL_BLOCKS
        if block.group == "private" and block.network.version == version
    )
    for version in SHORTEST
}


@dataclass(frozen=True, slots=True)
class Correction:
    """A row that says where a network is, in a code that databases answer with.

    A `region` None takes the network out of a wider row: nothing is corrected there. `vague` is
    what the row has for a part of the country that ISO does not know.
    """

    line: int
    network: Network
    region: str | None
    vague: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A geofeed: `name` as the policy writes it, `path` as problems do, SHA-256, corrections."""

    name: str
    path: str
    digest: str
    corrections: tuple[Correction, ...]


def beside(name: str, mark: Mark, reader: Reader) -> Feed | None:
    """The geofeed of a name, or None when it cannot be read; the reader then knows why."""
    path = reader.folder / name
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"The geofeed `{name}` cannot be read ({error.strerror})"
        reader.report(mark, "geofeed-unreadable", message, "put it beside the policy file")
        return None
    if len(data) > MAX_BYTES:
        message = f"The geofeed `{name}` is larger than {MAX_BYTES} bytes"
        reader.report(mark, "too-large", message, "leave out what needs no correction")
        return None
    found = geofeed.read(data, str(path))
    problems = list(found.problems)
    rows = corrections(found.rows, str(path), problems)
    reader.problems += told(sorted(problems), str(path))
    if not any(row.region for row in rows) and not problems:
        message = f"The geofeed `{name}` names no country, so it corrects nothing"
        reader.report(mark, "geofeed-empty", message, "remove the entry")
    return Feed(name, str(path), hashlib.sha256(data).hexdigest(), rows)


def told(problems: list[Problem], file: str) -> list[Problem]:
    """The first problems of a file, and how many more there are."""
    more = len(problems) - MOST_TOLD
    if more <= 0:
        return problems
    last = problems[MOST_TOLD]
    message = f"{more} more rows are wrong"
    rest = Problem(file, last.line, last.column, "geofeed-rows", message, "is it a geofeed?")
    return [*problems[:MOST_TOLD], rest]


def corrections(
    rows: tuple[GeofeedRow, ...], file: str, problems: list[Problem]
) -> tuple[Correction, ...]:
    """The rows of a feed, those that name no region too; what is wrong is added to `problems`."""
    found = []
    for row in rows:
        try:
            require_reachable(row.network)
            require_of_one_holder(row.network)
            found.append(_correction(row))
        except Wrong as wrong:
            problems.append(Problem(file, row.line, 1, wrong.code, wrong.message, wrong.remedy))
    return tuple(found)


def require_of_one_holder(network: Network) -> None:
    """Raises `Wrong` for a row that speaks of more than one holder's own addresses.

    What a customer sends must not move half of the internet, nor everybody's private networks.
    """
    shortest = SHORTEST[network.version]
    if network.prefixlen < shortest:
        message = f"`{network}` is wider than the network of any one holder"
        remedy = f"name networks of /{shortest} or more; a wider one stands under `networks`"
        raise Wrong("geofeed-network", message, remedy)
    for block in _PRIVATE[network.version]:
        if block.network.overlaps(network):
            message = f"`{network}` holds addresses of {block.network} ({block.kind}, {block.rfc})"
            remedy = "these are nobody's in particular: remove the row, or use `networks`"
            raise Wrong("geofeed-network", message, remedy)


def _correction(row: GeofeedRow) -> Correction:
    """The part where ISO knows it, else the country; a territory by the code of its own."""
    code = None if row.country is None else region(row.country)
    vague = row.vague
    if row.part is not None and iso.name_of(row.part) is not None:
        code = iso.own_code(row.part) or row.part
    elif row.part is not None:
        vague = row.part
    return Correction(row.line, row.network, code, vague)
