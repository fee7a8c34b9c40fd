"""Reading formats in tests: from texts to labels at addresses, and the problems of bad files."""

from ipaddress import ip_address

import pytest

from regiongate.geo.formats import FORMATS, Label, RawTable, Wanted
from regiongate.geo.labels import region_fault
from regiongate.geo.source import SourceError

REGIONS = Wanted(check=region_fault)


def read(format: str, content: str | bytes, wanted: Wanted = REGIONS) -> RawTable:
    """The table of a file with this content."""
    return FORMATS[format](content if isinstance(content, bytes) else content.encode(), "f", wanted)


def label_at(table: RawTable, address: str | int) -> Label | None:
    """What the table says of an address."""
    number = address if isinstance(address, int) else int(ip_address(address))
    value = table.steps.lookup(number)
    return None if value < 0 else table.labels[value]


def first_at(table: RawTable, *addresses: str) -> list[str | None]:
    """The first text of the label at each address."""
    found = [label_at(table, address) for address in addresses]
    return [None if label is None else label[0] for label in found]


def problems(
    format: str, content: str | bytes, wanted: Wanted = REGIONS
) -> list[tuple[int, str, str]]:
    """Line, code and message of each problem of a file; every one has a remedy."""
    with pytest.raises(SourceError) as caught:
        read(format, content, wanted)
    assert all(problem.remedy for problem in caught.value.problems)
    return [(problem.line, problem.code, problem.message) for problem in caught.value.problems]


def codes(format: str, content: str | bytes, wanted: Wanted = REGIONS) -> list[tuple[int, str]]:
    """Line and code of each problem of a file."""
    return [(line, code) for line, code, _ in problems(format, content, wanted)]
