"""A region: an ISO 3166-1 code (`FR`), or an ISO 3166-2 code (`UA-43`) for a part of one."""

from __future__ import annotations

import re

_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}\Z")

STATE_OF_TERRITORY: dict[str, str] = {
    # Codes of ISO 3166-1 for territories that are not states, with the state they belong to.
    # A geolocation database answers with these codes, so a list that names only states must
    # say whether they follow (`territories: follow-state`) or not.
    "AX": "FI",
    "FO": "DK",
    "GL": "DK",
    "SJ": "NO",
    "BV": "NO",
    "AW": "NL",
    "BQ": "NL",
    "CW": "NL",
    "SX": "NL",
    "BL": "FR",
    "GF": "FR",
    "GP": "FR",
    "MF": "FR",
    "MQ": "FR",
    "NC": "FR",
    "PF": "FR",
    "PM": "FR",
    "RE": "FR",
    "TF": "FR",
    "WF": "FR",
    "YT": "FR",
    "AI": "GB",
    "BM": "GB",
    "FK": "GB",
    "GG": "GB",
    "GI": "GB",
    "GS": "GB",
    "IM": "GB",
    "IO": "GB",
    "JE": "GB",
    "KY": "GB",
    "MS": "GB",
    "PN": "GB",
    "SH": "GB",
    "TC": "GB",
    "VG": "GB",
    "AS": "US",
    "GU": "US",
    "MP": "US",
    "PR": "US",
    "UM": "US",
    "VI": "US",
    "CC": "AU",
    "CX": "AU",
    "HM": "AU",
    "NF": "AU",
    "CK": "NZ",
    "NU": "NZ",
    "TK": "NZ",
    "HK": "CN",
    "MO": "CN",
}


def country_of(region: str) -> str:
    """The ISO 3166-1 code of a region: `UA` for `UA-43`, `FR` for `FR`."""
    return region[:2]


def is_subdivision(region: str) -> bool:
    """Whether the code names a part of a country (ISO 3166-2)."""
    return _SUBDIVISION.match(region) is not None


def is_region_shape(text: str) -> bool:
    """Whether a text is written like a region code; whether ISO knows it is another question."""
    return bool(_COUNTRY.match(text) or _SUBDIVISION.match(text))
