"""The body of a letter: plain text, and HTML as the richer alternative (RFC 2046, 5.1.4)."""

from __future__ import annotations

import hashlib
import re
from base64 import encodebytes
from email.quoprimime import body_encode
from functools import lru_cache

from regiongate.notify.words import Words

_ASCII = bytes(range(127))
_UNSAFE = re.compile(b"[^\t\n -<>-~]")
_LINE = 76
"""How long a line of quoted-printable may be (RFC 2045, section 6.7)."""


def alternatives(said: Words) -> tuple[str, str]:
    """The boundary, and both parts with the lines around them, as they go over the wire."""
    digest = hashlib.sha256(f"{said.text}\0{said.html}".encode()).hexdigest()
    # `=_` cannot stand in quoted-printable or base64, so no part can hold the boundary.
    boundary = f"=_{digest[:32]}"
    language = said.choice.language.code
    parts = [_part("plain", said.text, language), _part("html", said.html, language)]
    between = f"--{boundary}\r\n"
    return boundary, f"{between}{parts[0]}\r\n{between}{parts[1]}\r\n--{boundary}--\r\n"


def _part(subtype: str, content: str, language: str) -> str:
    encoding, body = _encoded(content)
    return (
        "MIME-Version: 1.0\r\n"
        f"Content-Language: {language}\r\n"
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n"
        f"\r\n{body}"
    )


def _encoded(content: str) -> tuple[str, str]:
    """UTF-8 in the shorter of the two encodings that any relay carries, and its name."""
    # Base64 makes four octets of three; quoted-printable makes three of each that is not ASCII.
    octets = content.encode()
    others = len(octets.translate(None, _ASCII))
    if others * 6 < len(octets):
        return "quoted-printable", _quoted(octets)
    # Base64 carries what it is given, so line ends must be those of mail (RFC 2049, 4).
    lines = encodebytes(octets.replace(b"\n", b"\r\n"))
    return "base64", lines.replace(b"\n", b"\r\n").decode("ascii")


def _quoted(octets: bytes) -> str:
    """Quoted-printable: most lines are short, and so are what they were but for a few octets."""
    quoted = _UNSAFE.sub(lambda found: b"=%02X" % found[0][0], octets)
    return "\r\n".join(
        [
            short if len(short) <= _LINE and short[-1:] not in (" ", "\t") else _broken(line)
            for short, line in zip(
                quoted.decode("ascii").split("\n"), octets.split(b"\n"), strict=True
            )
        ]
    )


@lru_cache(maxsize=1000)
def _broken(line: bytes) -> str:
    return body_encode(line.decode("latin-1"), eol="\r\n")
