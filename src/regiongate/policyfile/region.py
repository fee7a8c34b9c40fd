"""Region codes as they stand in a policy file."""

from __future__ import annotations

from typing import Any

from regiongate.domain.region import is_subdivision
from regiongate.policyfile import iso
from regiongate.policyfile.node import ScalarNode, shown
from regiongate.policyfile.reader import Reader, Wrong
from regiongate.policyfile.shape import Scalar

_COUNTRY: dict[str, Any] = {"$ref": "#/$defs/country"}
_PART: dict[str, Any] = {"type": "string", "pattern": "^[A-Z]{2}-[A-Z0-9]{1,3}$"}
DEFINITIONS: dict[str, Any] = {"country": {"type": "string", "enum": list(iso.countries())}}
"""What the schema says once and refers to."""


def region(text: str) -> str:
    """A code that ISO knows, as it is; raises `Wrong` for every other text."""
    mistake = iso.mistake(text)
    if mistake is not None:
        raise Wrong("unknown-region", f"`{shown(text)}` {mistake[0]}", mistake[1])
    own = iso.own_code(text)
    if own is not None:
        message = f"No database answers {text}: that territory has a code of its own"
        raise Wrong("unknown-region", message, f"write {own}")
    return text


def _any(node: ScalarNode, _: Reader) -> str:
    return region(node.text)


def _country(node: ScalarNode, _: Reader) -> str:
    code = region(node.text)
    if is_subdivision(code):
        message = f"{code} is a part of a country"
        raise Wrong("bad-region", message, "move it to `supported.except`")
    return code


def _part(node: ScalarNode, _: Reader) -> str:
    code = region(node.text)
    if not is_subdivision(code):
        message = f"{code} is a country, not a part of one"
        raise Wrong("bad-region", message, "move it to `supported.remove`")
    return code


REGION = Scalar(_any, {"anyOf": [_COUNTRY, _PART]})
"""A country or a part of one."""

COUNTRY = Scalar(_country, _COUNTRY)
"""A country (ISO 3166-1)."""

PART = Scalar(_part, _PART)
"""A part of a country (ISO 3166-2)."""
