"""Rows of a text file, one at a time, and what is wrong with them, all together."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from ipaddress import ip_address

from regiongate.domain.errors import Problem
from regiongate.geo.labels import is_label
from regiongate.geo.source import SourceError, file_error

MOST_KEPT = 1000
_MAPPED = 0xFFFF  # What stands above the IPv4 address in ::ffff:0:0/96.


class Rejects:
    """Collects what is wrong with the rows of a file: the first thousand kept, all counted."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.total = 0
        self._problems: list[Problem] = []

    def add(self, line: int, code: str, message: str, remedy: str) -> None:
        """Notes one problem at a line of the file, counted from 1."""
        self.total += 1
        if len(self._problems) < MOST_KEPT:
            self._problems.append(Problem(self.file, line, 1, code, message, remedy))

    def raise_if_any(self) -> None:
        """Raises SourceError when there was a problem."""
        if self.total:
            raise SourceError(self._problems, self.total)


def rows(content: bytes, file: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file with their line numbers: no comments, blank lines or header.

    Raises SourceError when the content is not UTF-8 or the file holds a cell past all sense.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8"
        raise file_error(file, "encoding", message, "save the file as UTF-8") from None
    reader = csv.reader(text.splitlines())
    first = True
    try:
        for cells in reader:
            if not cells or cells[0].startswith("#"):
                continue
            if first and not any(character.isdigit() for character in cells[0]):
                first = False  # A heading has no digit; every address has one, or a colon.
                if ":" not in cells[0]:
                    continue
            first = False
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        problem = Problem(file, reader.line_num, 1, "csv", str(error), "mend the quotes")
        raise SourceError([problem]) from None


def number_of(text: str) -> int:
    """The number of an address or integer in the address space, IPv4 below 2**32.

    An IPv4-mapped address is the IPv4 address; IP2Location writes IPv4 so. Raises ValueError.
    """
    number = int(text) if text.isdecimal() and text.isascii() else int(ip_address(text))
    if number >> 128:
        raise ValueError(f"{text!r} has more than 128 bits")
    return number & 0xFFFFFFFF if number >> 32 == _MAPPED else number


def label_problem(label: str) -> tuple[str, str, str] | None:
    """What is wrong with the label of a row (code, message, remedy), or None."""
    if is_label(label):
        return None
    return (
        "bad-region",
        f"{label!r} is no region code",
        "write ISO 3166-1 (FR) or 3166-2 (UA-43), in capitals",
    )
