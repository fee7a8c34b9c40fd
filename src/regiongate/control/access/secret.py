"""Secrets that are handed out: random, known by their digest only, and easy to find where leaked.

A secret is its kind (`rg_` for a token, `rgs_` for a session, `rgl_` for a login), 43 characters
that say 256 random bits in base 62, and 6 that say the CRC-32 of all before. So a scanner of
sources tells a secret of ours from any other word, and what was mistyped is not looked up.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from zlib import crc32

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BITS, _LENGTH, _CHECKSUM = 256, 43, 6
_SHAPE = re.compile(rf"(rg[sl]?)_[0-9A-Za-z]{{{_LENGTH + _CHECKSUM}}}", re.ASCII)
_ANYWHERE = re.compile(rb"rg[sl]?_[0-9A-Za-z]{%d}" % (_LENGTH + _CHECKSUM))


class Kind(StrEnum):
    """What a secret opens; the first letters of its text."""

    TOKEN = "rg"  # noqa: S105
    SESSION = "rgs"
    LOGIN = "rgl"


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret for whom it is made, and the digest by which it is known afterwards."""

    text: str = field(repr=False)
    digest: str


def new_secret(kind: Kind) -> NewSecret:
    """A new secret of a kind."""
    said = f"{kind}_{_in_base_62(secrets.randbits(_BITS), _LENGTH)}"
    text = said + _checksum(said)
    return NewSecret(text, _sha256(text))


def digest_of(secret: str, kind: Kind) -> str | None:
    """The SHA-256 of a secret, in hexadecimal; None for what is no secret of this kind."""
    shape = _SHAPE.fullmatch(secret)
    if shape is None or shape[1] != kind or _checksum(secret[:-_CHECKSUM]) != secret[-_CHECKSUM:]:
        return None
    return _sha256(secret)


def holds_secret(content: bytes) -> bool:
    """Whether a secret of ours stands anywhere in a content."""
    found = (one.decode("ascii") for one in _ANYWHERE.findall(content))
    return any(_checksum(one[:-_CHECKSUM]) == one[-_CHECKSUM:] for one in found)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("ascii")).hexdigest()


def _checksum(said: str) -> str:
    return _in_base_62(crc32(said.encode("ascii")), _CHECKSUM)


def _in_base_62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, rest = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[rest])
    return "".join(reversed(digits))
