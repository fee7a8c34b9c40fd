"""Spans of time and shares as they stand in a policy file: `30d`, `12h`, `50%`."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction

from regiongate.policyfile.node import ScalarNode
from regiongate.policyfile.reader import Reader, Wrong
from regiongate.policyfile.shape import Scalar

_SPAN = r"[1-9][0-9]{0,3}[smhd]"
_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_SHARE = r"([1-9][0-9]?|100)%"


def _span(node: ScalarNode, _: Reader) -> timedelta:
    if re.fullmatch(_SPAN, node.text, re.ASCII) is None:
        raise Wrong("bad-span", f"`{node.shown}` is not a span of time", "write 30d or 12h")
    return int(node.text[:-1]) * _UNITS[node.text[-1]]


def _share(node: ScalarNode, _: Reader) -> Fraction:
    if re.fullmatch(_SHARE, node.text, re.ASCII) is None:
        raise Wrong("bad-share", f"`{node.shown}` is not a share", "write 1% to 100%")
    return Fraction(int(node.text[:-1]), 100)


SPAN = Scalar(_span, {"type": "string", "pattern": f"^{_SPAN}$"})
"""Days, hours, minutes or seconds, whole ones."""

SHARE = Scalar(_share, {"type": "string", "pattern": f"^{_SHARE}$"})
"""A part of a whole in whole per cent; the value is over 0 and up to 1."""


def written(span: timedelta) -> str:
    """A span as it stands in a policy file."""
    for unit, length in _UNITS.items():
        if span % length == timedelta(0):
            return f"{span // length}{unit}"
    raise ValueError(f"{span} is not a span of whole seconds")


def per_cent(share: Fraction) -> str:
    """A share as it stands in a policy file."""
    return f"{int(share * 100)}%"
