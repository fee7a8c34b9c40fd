"""The text that Tor ships as `geoip` and `geoip6`, made from the IPFire location database.

IPv4 ends are integers, IPv6 ends addresses, and `??` is an unknown place. The two files joined
are one source.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime

from regiongate.geo.formats import csv_ranges
from regiongate.geo.formats.raw import ANYTHING, RawTable, Wanted

_GENERATED = re.compile(rb"^# Generated: +\w{3}, (\d{2} \w{3} \d{4}) ", re.MULTILINE)


def read(content: bytes, file: str, wanted: Wanted = ANYTHING) -> RawTable:
    """The labels of a Tor geoip file, with the day on which its comment says it was made."""
    return replace(csv_ranges.read(content, file, wanted), date=generated_on(content))


def generated_on(content: bytes) -> date | None:
    """The day that the comment at the top names; the oldest one where files were joined."""
    days = [_day(match.decode("ascii")) for match in _GENERATED.findall(content)]
    return min((day for day in days if day is not None), default=None)


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(f"{text} +0000", "%d %b %Y %z").date()
    except ValueError:
        return None
