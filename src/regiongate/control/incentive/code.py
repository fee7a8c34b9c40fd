"""The text of a claim code: what it says, and the signature of its issuer.

It is `rgc1.SAID.SIGNATURE`, both in base64url without padding (RFC 4648, section 5). SAID is JSON;
the signature is Ed25519 (RFC 8032) over a purpose of its own and SAID, so nothing else that the
same key might sign passes for a code. The issuer alone signs, and whoever has its public key
checks without asking it.
"""

from __future__ import annotations

import base64
import json
import re
from datetime import date

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from regiongate.domain.chain import canonical_json
from regiongate.domain.claim import ClaimCode
from regiongate.domain.errors import CannotRun

LONGEST = 1000
"""Characters of a code: two names of 100 and the rest, and base64 makes four of three."""

_PURPOSE = b"regiongate claim code 1\0"
_SHAPE = re.compile(r"rgc1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})", re.ASCII)


class BadCode(CannotRun):
    """A claim code that proves nothing; the message says why."""


def seal(code: ClaimCode, key: Ed25519PrivateKey) -> str:
    """The text of a code; the same code and key make the same text."""
    said = {
        "expires": code.expires.isoformat(),
        "id": code.id,
        "issued": code.issued.isoformat(),
        "issuer": code.issuer,
        "offer": code.offer,
    }
    words = _written(canonical_json(said).encode())
    return f"rgc1.{words}.{_written(key.sign(_PURPOSE + words.encode()))}"


def read(text: str) -> ClaimCode:
    """What a code says, believed by nobody yet: who says so is for `require_signed`.

    Raises BadCode where it is none.
    """
    shape = _SHAPE.fullmatch(text) if len(text) <= LONGEST else None
    try:
        if shape is None:
            raise ValueError(text)
        _bytes(shape[2])
        said = json.loads(_bytes(shape[1]))
        issued, expires = (date.fromisoformat(said[name]) for name in ("issued", "expires"))
        return ClaimCode(said["issuer"], said["id"], issued, expires, said["offer"])
    except (ValueError, KeyError, TypeError):
        message = "this is no claim code, or not all of it: copy it once more, from rgc1 on"
        raise BadCode(message) from None


def require_signed(text: str, key: Ed25519PublicKey) -> None:
    """Raise BadCode where a text that was read is not signed with a key."""
    body, _, signature = text.rpartition(".")
    try:
        key.verify(_bytes(signature), _PURPOSE + body.removeprefix("rgc1.").encode())
    except InvalidSignature:
        issuer = read(text).issuer
        message = f"this claim code is not signed with the key that {issuer} is trusted with"
        raise BadCode(f"{message}: it was changed, or the issuer has a new key") from None


def _written(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """Raises ValueError for another spelling of the same bytes (RFC 4648, section 3.5)."""
    found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _written(found) != text:
        raise ValueError(text)
    return found
