"""Texts and names as header values of a mail (RFC 2047), folded so that nothing is lost.

The newer header classes of the standard library lose or double spaces where they fold a text that
is partly ASCII, and fold differently from version to version; the older `Header` does neither when
a text is encoded as a whole.
"""

from __future__ import annotations

from email.header import Header
from email.policy import Compat32
from email.utils import formataddr

_COLUMNS = 76
"""How long a line with an encoded word may be (RFC 2047, section 2)."""

_IDS = ("Message-ID", "In-Reply-To", "References")


class _Policy(Compat32):
    """Writes ids as they are: folded away from its name, an id is not found by every server."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name in _IDS or _is_short(name, value):
            return f"{name}: {value}\n".replace("\n", self.linesep).encode("ascii")
        return super().fold_binary(name, value)


def _is_short(name: str, value: str) -> bool:
    """Whether a header stands on one line as it is, which need not be found out by folding it."""
    return len(name) + len(value) + 2 <= _COLUMNS and value.isascii() and value.isprintable()


POLICY = _Policy(linesep="\r\n", max_line_length=_COLUMNS)
"""How the headers of a letter are written."""


def text(name: str, value: str) -> str:
    """A text as the value of the header with this name, encoded where it is not ASCII."""
    charset = "us-ascii" if value.isascii() else "utf-8"
    return Header(value, charset, _COLUMNS, header_name=name).encode()


def person(name: str, who: str, address: str) -> str:
    """A name and an address as the value of the header with this name."""
    if who.isascii():
        return text(name, formataddr((who, address)))
    header = Header(who, "utf-8", _COLUMNS, header_name=name)
    header.append(f"<{address}>", "us-ascii")
    return header.encode()
