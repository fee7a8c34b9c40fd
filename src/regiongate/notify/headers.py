"""Texts and names as header lines of a mail (RFC 2047), folded so that nothing is lost.

The newer header classes of the standard library lose or double spaces where they fold a text that
is partly ASCII, and fold differently from version to version; the older `Header` does neither when
a text is encoded as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.header import Header
from email.utils import formataddr
from functools import lru_cache

_COLUMNS = 76
"""How long a line with an encoded word may be (RFC 2047, section 2)."""

_PLAIN = re.compile("[!-~]+(?: [!-~]+)*")
"""Words of ASCII with a space between them, which are folded into themselves."""


def line(name: str, value: str) -> str:
    """A header whose value is ASCII, folded at its spaces where it is long."""
    if _PLAIN.fullmatch(value) and len(name) + len(value) + 2 <= _COLUMNS:
        return f"{name}: {value}\r\n"
    return _folded(name, value)


def ids(name: str, value: Sequence[str]) -> str:
    """Ids, one on each line: folded away from its name, an id is not found by every server."""
    return f"{name}: " + "\r\n ".join(value) + "\r\n"


@lru_cache(maxsize=1000)
def text(name: str, value: str) -> str:
    """A text as the header with this name, encoded where it is not ASCII."""
    charset = "us-ascii" if value.isascii() else "utf-8"
    return line(name, Header(value, charset, _COLUMNS, header_name=name).encode())


def person(name: str, who: str, address: str) -> str:
    """A name and an address as the header with this name."""
    if who.isascii():
        whole = formataddr((who, address))
        short = _PLAIN.fullmatch(whole) and len(name) + len(whole) + 2 <= _COLUMNS
        return line(name, whole) if short else text(name, whole)
    header = Header(who, "utf-8", _COLUMNS, header_name=name)
    header.append(f"<{address}>", "us-ascii")
    return line(name, header.encode())


def _folded(name: str, value: str) -> str:
    folded = Header(value, header_name=name).encode(linesep="\r\n", maxlinelen=_COLUMNS)
    return f"{name}: {folded}\r\n"
