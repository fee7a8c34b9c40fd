"""A signed head: that a chain had so many events at an instant, and which the last of them was.

Signatures are Ed25519 (RFC 8032) over `domain.chain.head_message`. A public key is written as its
32 bytes in hexadecimal.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from regiongate.domain import chain
from regiongate.domain.chain import Head
from regiongate.domain.errors import CannotRun


@dataclass(frozen=True, slots=True)
class SignedHead:
    """`at` is the text of `chain.instant`; `key` (public) and `signature` are hexadecimal."""

    head: Head
    at: str
    key: str
    signature: str

    @classmethod
    def of(cls, said: Any) -> SignedHead:
        """From the JSON value of `to_json`. Raises ValueError."""
        try:
            head = said["head"]
            number, texts = head["number"], (head["hash"], head["at"])
            more = (said["key"], said["signature"])
        except (TypeError, KeyError):
            raise ValueError("it is no signed head") from None
        if type(number) is not int or not all(isinstance(text, str) for text in (*texts, *more)):
            raise ValueError("it is no signed head")
        return cls(Head(number, texts[0]), texts[1], *more)

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        head = {"number": self.head.number, "hash": self.head.hash, "at": self.at}
        return {"head": head, "key": self.key, "signature": self.signature}

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether the holder of a key has signed it, whatever key it names itself."""
        try:
            key.verify(bytes.fromhex(self.signature), chain.head_message(self.head, self.at))
        except (InvalidSignature, ValueError):
            return False
        return True


def sign(head: Head, key: Ed25519PrivateKey, at: datetime) -> SignedHead:
    """Sign a head as it is at an instant."""
    when = chain.instant(at)
    signature = key.sign(chain.head_message(head, when)).hex()
    return SignedHead(head, when, written(key.public_key()), signature)


def written(key: Ed25519PublicKey) -> str:
    """A public key as its 32 bytes in hexadecimal."""
    return key.public_bytes_raw().hex()


def pem(key: Ed25519PublicKey) -> str:
    """A public key as other programs read it (RFC 8410)."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode("ascii")


def public_key(said: str) -> Ed25519PublicKey:
    """A public key from its hexadecimal form, or from a file that holds that or PEM.

    Raises CannotRun when it is none.
    """
    try:
        text = said if _is_written(said) else Path(said).read_text("ascii").strip()
    except (OSError, ValueError):
        raise _no_key(said) from None
    try:
        if _is_written(text):
            return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))
        found = serialization.load_pem_public_key(text.encode())
    except (ValueError, TypeError):
        raise _no_key(said) from None
    if not isinstance(found, Ed25519PublicKey):
        raise _no_key(said)
    return found


def read_head(path: Path, key: Ed25519PublicKey) -> Head:
    """The head in a file of its own, or at the end of an export, signed by the holder of a key.

    Raises CannotRun when there is none, or it is signed by somebody else.
    """
    found = _signed(path)
    if not found.is_signed_by(key):
        raise CannotRun(f"the head in {path} is not signed by {written(key)}: whose is it?")
    return found.head


def _signed(path: Path) -> SignedHead:
    try:
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRun(f"cannot read a signed head from {path}: {error}") from error
    for candidate in (text, text.rpartition("\n")[2]):
        try:
            return SignedHead.of(json.loads(candidate))
        except ValueError:
            continue
    raise CannotRun(f"{path} holds no signed head: regiongate audit head prints one")


def _is_written(text: str) -> bool:
    return len(text) == 64 and all(digit in "0123456789abcdef" for digit in text)


def _no_key(said: str) -> CannotRun:
    remedy = "give what `regiongate audit key` prints, or a file with it"
    return CannotRun(f"{said!r} is no public key: {remedy}")
