"""What every format is read into, before it is asked which labels are places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

from regiongate.geo.steps import Steps

Label = tuple[str, ...]
"""What a source says of an address: one text for each field that was asked for, "" for none."""


class Fault(NamedTuple):
    """What is wrong with a part of a row, before it is known where the row stands."""

    code: str
    message: str
    remedy: str


LabelCheck = Callable[[Label], Fault | None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read out of a file.

    `fields` name the fields that make up a label, in their order; None stands for those of the
    region, which each format knows. `formats/fields.py` says how they are written. `check` finds
    what is wrong with a label: None when every text will do. `label` is what each row of a format
    without labels gets.
    """

    fields: tuple[str, ...] | None = None
    check: LabelCheck | None = None
    label: Label | None = None


ANYTHING = Wanted()
"""The usual fields, whatever they hold."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """Labels over the address space as a source writes them: `steps` values index into `labels`.

    `labels` are distinct, in the order in which the file has them first. `rows[i]` counts the rows
    (in a MaxMind DB the ranges) with label `i`. `date` is the day the file says its data was made
    on, None when it does not say. `unreachable` counts the rows of IPv6 within networks that stand
    for IPv4, under the name of the network: no address is looked up there.
    """

    steps: Steps
    labels: tuple[Label, ...]
    rows: tuple[int, ...]
    date: date | None = None
    unreachable: Mapping[str, int] = field(default_factory=dict)


class Reader(Protocol):
    """Reads the content of a file in one format; `file` is what errors call it.

    Raises SourceError with every bad row, or MmdbError.
    """

    def __call__(self, content: bytes, file: str, wanted: Wanted = ANYTHING) -> RawTable:
        """Reads the whole content at once."""
        ...
