"""Texts in CSV that a spreadsheet opens without taking any of them for a formula.

An id or a path in a log is written by whoever calls the API. A cell that begins with `=`, `+`, `-`
or `@` runs as a formula where the file is opened; and where a semicolon parts cells, as in many
locales, a cell may begin in the middle of ours (OWASP, "CSV Injection"). So an apostrophe is put
before such a sign wherever a cell could begin, and before an apostrophe that stands there, so that
taking one away again gives the text back.
"""

from __future__ import annotations

import re

_BEGIN = r'(^|[;\t\r\n])(["\s]*)'
_SIGNS = "=+\\-@'\uff1d\uff0b\uff0d\uff20"

_HARMFUL = re.compile(f"{_BEGIN}(?=[{_SIGNS}])")
_HARMLESS = re.compile(f"{_BEGIN}'(?=[{_SIGNS}])")
_SUSPECT = re.compile(f"[{_SIGNS}]")


def harmless(text: str) -> str:
    """The text with an apostrophe before every sign that could begin a formula."""
    return _HARMFUL.sub(r"\1\2'", text) if _SUSPECT.search(text) else text


def exact(text: str) -> str:
    """The text of which `harmless` made this one."""
    return _HARMLESS.sub(r"\1\2", text)
