"""Which codes of countries and of languages there are."""

from __future__ import annotations

import re
from functools import cache

import pycountry

_TAG = re.compile(
    # RFC 5646, 2.1: language, script, region, variants, extensions, private use.
    r"(?P<language>[a-z]{2,3})(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?"
    r"(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(-[a-wy-z0-9](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?",
    re.IGNORECASE,
)
_LONGEST_TAG = 60


@cache
def countries() -> frozenset[str]:
    """The codes of ISO 3166-1, and that of Kosovo, which registers companies without having one."""
    return frozenset({country.alpha_2 for country in pycountry.countries} | {"XK"})


@cache
def is_language_tag(tag: str) -> bool:
    """Whether a tag (BCP 47) is well formed and its language is one of ISO 639."""
    found = _TAG.fullmatch(tag)
    if found is None or len(tag) > _LONGEST_TAG:
        return False
    language = found["language"].lower()
    name = "alpha_2" if len(language) == 2 else "alpha_3"
    return pycountry.languages.get(**{name: language}) is not None
