"""One line of text: what may stand in a header, in a row of a table, and on a terminal."""

from __future__ import annotations

import re

_NOT_IN_A_LINE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Line breaks, other control characters, and those that turn the direction of what follows.

Halves of characters beyond the first plane (surrogates) are no text: UTF-8 cannot write them.
"""


def is_line(text: str) -> bool:
    """Whether a text is one line, and not empty. Joiners, which Persian is written with, pass."""
    return bool(text.strip()) and _NOT_IN_A_LINE.search(text) is None
