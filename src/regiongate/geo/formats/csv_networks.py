"""CSV of networks: `network,region`; of nested networks the most specific one counts."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network

import numpy as np

from regiongate.domain.address import IPNetwork
from regiongate.geo.formats.raw import RawTable
from regiongate.geo.formats.rows import Rejects, label_problem, rows
from regiongate.geo.ranges import BadRange, from_networks


def read(content: bytes, file: str, fields: Sequence[str] | None = None) -> RawTable:
    """The labels of a CSV of networks; the columns have fixed places, so `fields` says nothing."""
    del fields
    rejects = Rejects(file)
    lines: list[int] = []
    networks: list[tuple[IPNetwork, int]] = []
    number: dict[str, int] = {}
    for line, cells in rows(content, file):
        network = _network(line, cells, rejects)
        if network is not None:
            lines.append(line)
            networks.append((network, number.setdefault(cells[1], len(number))))
    try:
        steps = from_networks(networks)
    except BadRange as error:
        for one, other in error.rows:
            message = f"{networks[other][0]} has another region on line {lines[one]}"
            rejects.add(lines[other], "twice", message, "keep one of the two")
        rejects.raise_if_any()
        raise
    rejects.raise_if_any()
    counts = np.bincount([value for _, value in networks], minlength=len(number))
    return RawTable(steps, tuple(number), tuple(int(count) for count in counts))


def _network(line: int, cells: list[str], rejects: Rejects) -> IPNetwork | None:
    """The network of a row, or None when the row was rejected."""
    if len(cells) < 2:
        rejects.add(line, "columns", f"{len(cells)} column", "write network,region")
        return None
    try:
        network = ip_network(cells[0])
    except ValueError as error:
        rejects.add(line, "bad-network", str(error), "write it as address/length")
        return None
    problem = label_problem(cells[1])
    if problem is not None:
        rejects.add(line, *problem)
        return None
    return network
