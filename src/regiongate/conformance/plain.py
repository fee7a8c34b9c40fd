"""A stranger's text as it may be shown."""

from __future__ import annotations

_ODD = "\N{REPLACEMENT CHARACTER}"
_LONGEST = 500


def plain(text: str, longest: int = _LONGEST) -> str:
    """A text without what a terminal would obey or no encoding can carry, cut where it is long.

    Line breaks stay.
    """
    shown = "".join(c if c.isprintable() or c == "\n" else _ODD for c in text[:longest])
    return shown if len(text) <= longest else f"{shown}…"
