"""Attested countries: where a trusted customer says that its own end users are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HEADER = "x-region-attested"
"""The request header by which it says so; its value is a code of ISO 3166-1."""


@dataclass(frozen=True, slots=True)
class Attested:
    """What an organization has said in a survey's logs: requests by country, most of them first.

    `unsupported` are those of countries that the policy does not support. `unread` requests had a
    value that names no country. Nothing of this is counted as where anybody was seen.
    """

    organization: str
    countries: Mapping[str, int]
    unsupported: int
    unread: int
