"""What ISO 3166 says about a code, and what to write instead of the codes it does not know."""

from __future__ import annotations

from functools import cache

import pycountry

from regiongate.domain.region import STATE_OF_TERRITORY, country_of, is_region_shape, is_subdivision

USER_ASSIGNED = {"XK": "Kosovo"}
"""Codes outside ISO 3166-1 that the databases answer with, from its user-assigned range."""

_NO_CODE = "is not a region code"
_NOT_ASSIGNED = "is not assigned"

# What people write by mistake: what is wrong with it, and the remedy.
_MISTAKEN = {
    "UK": (_NO_CODE, "write GB (United Kingdom)"),
    "EL": (_NO_CODE, "write GR (Greece)"),
    "MI": (_NO_CODE, "did you mean MP (Northern Mariana Islands)?"),
    "EU": ("is not a country", "name its members"),
    "AP": ("is not a country", "name the countries that are meant"),
    "XX": (_NOT_ASSIGNED, "a location that nobody knows has `location.unknown`"),
    "ZZ": (_NOT_ASSIGNED, "a location that nobody knows has `location.unknown`"),
    "T1": (_NOT_ASSIGNED, "Tor has `location.anonymizers`"),
    "A1": (_NOT_ASSIGNED, "proxies have `location.anonymizers`"),
    "A2": (_NOT_ASSIGNED, "name the countries that are meant"),
}

# Parts that ISO 3166-2 lists and that have a code of their own in ISO 3166-1: databases answer
# with the latter only. Codes made of the two letters themselves (`US-PR`) need no entry.
_OWN_CODE = {
    "FI-01": "AX",
    "FR-971": "GP",
    "FR-972": "MQ",
    "FR-973": "GF",
    "FR-974": "RE",
    "FR-976": "YT",
    "NL-BQ1": "BQ",
    "NL-BQ2": "BQ",
    "NL-BQ3": "BQ",
    "NO-21": "SJ",
    "NO-22": "SJ",
    "CN-TW": "TW",
}


@cache
def countries() -> dict[str, str]:
    """Every code of ISO 3166-1 with its name, and the user-assigned ones, in order."""
    found = {country.alpha_2: _plain_name(country) for country in pycountry.countries}
    return dict(sorted((found | USER_ASSIGNED).items()))


@cache
def _parts() -> dict[str, str]:
    return {part.code: str(part.name) for part in pycountry.subdivisions}


def with_parts(country: str) -> list[str]:
    """A country's code and those of its parts (ISO 3166-2), sorted."""
    return [country, *sorted(code for code in _parts() if code.startswith(f"{country}-"))]


@cache
def _withdrawn() -> dict[str, str]:
    found = ((getattr(former, "alpha_2", ""), former) for former in pycountry.historic_countries)
    return {code: _plain_name(former) for code, former in found if code}


def name_of(region: str) -> str | None:
    """The name of a country or of a part of one; None for a code that ISO does not know."""
    if not is_subdivision(region):
        return countries().get(region)
    return _parts().get(region)


def mistake(text: str) -> tuple[str, str] | None:
    """What is wrong with a text that is no region code, and the remedy; None when it is one."""
    if is_region_shape(text) and name_of(text) is not None:
        return None
    if text in _MISTAKEN:
        return _MISTAKEN[text]
    if text in _withdrawn():
        return f"({_withdrawn()[text]}) was withdrawn", "name the countries that followed"
    return _NO_CODE, _remedy(text)


def _remedy(text: str) -> str:
    if text.upper() != text and name_of(text.upper()) is not None:
        return f"write {text.upper()}"
    if is_subdivision(text) and country_of(text) in countries():
        return f"ISO 3166-2 has no such part of {countries()[country_of(text)]}: look up its code"
    return _remedy_by_name(text)


def own_code(part: str) -> str | None:
    """The ISO 3166-1 code of a territory that ISO 3166-2 lists as a part of its state as well."""
    country, _, suffix = part.partition("-")
    return suffix if STATE_OF_TERRITORY.get(suffix) == country else _OWN_CODE.get(part)


def _remedy_by_name(text: str) -> str:
    try:
        country = pycountry.countries.lookup(text)
    except LookupError:
        return "write a code of ISO 3166-1 such as FR, or of ISO 3166-2 such as UA-43"
    return f"write {country.alpha_2} ({_plain_name(country)})"


def _plain_name(country: object) -> str:
    # "Venezuela, Bolivarian Republic of" reads badly in a sentence; ISO has a common name for it.
    return str(getattr(country, "common_name", None) or getattr(country, "name", ""))
