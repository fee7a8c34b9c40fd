"""Who calls: organizations, half of them exempt or suspended, their API keys and their tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from functools import cache
from pathlib import Path

from regiongate.domain.organization import ORDINARY, Organization, Standing, State
from regiongate.policyfile import organizations

CLAIM = "organization"
TOKENS = 200
"""Signing takes a while in pure Python, so fewer tokens than keys; still far too many to guess."""

_BITS = 2048
_EXPONENT = 65537
# ASN.1 of `DigestInfo` with SHA-256, before the digest (RFC 8017, section 9.2).
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")


def table(count: int) -> tuple[Organization, ...]:
    """A table of `count` organizations. Every second one has a standing, the very first too."""
    states = (State.EXEMPT, State.ORDINARY, State.SUSPENDED, State.ORDINARY)
    return tuple(
        Organization(
            name(number),
            Standing(state) if state is not State.ORDINARY else ORDINARY,
            (hashlib.sha256(key(number).encode()).digest(),),
        )
        for number in range(count)
        for state in (states[number % 4],)
    )


def write(count: int, path: Path) -> Path:
    """The table as the file that `regiongate up --organizations` reads."""
    path.write_text(organizations.dump(table(count)))
    return path


def callers(count: int, wanted: int) -> list[int]:
    """Numbers of organizations that may call, spread over the whole table."""
    spread = [number * count // wanted for number in range(wanted)]
    return [number if number % 4 != 2 else number - 1 for number in spread]


def name(number: int) -> str:
    """The id of an organization."""
    return f"org-{number:06d}"


def key(number: int) -> str:
    """Its API key, as long as the real ones."""
    return "sk-" + hashlib.sha512(name(number).encode()).hexdigest()[:48]


def token(number: int) -> str:
    """A JSON Web Token that names the organization, signed with RS256 as identity providers do."""
    claims = {CLAIM: name(number), "sub": "somebody", "iat": 1_700_000_000, "exp": 4_000_000_000}
    head = {"alg": "RS256", "typ": "JWT", "kid": "bench"}
    text = ".".join(_text(json.dumps(part).encode()) for part in (head, claims))
    return f"{text}.{_text(_sign(text.encode()))}"


def write_jwks(path: Path) -> Path:
    """The public key of the tokens as a JSON Web Key Set."""
    modulus, _ = _key_pair()
    public = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "bench"}
    numbers = {"n": _text(modulus.to_bytes(_BITS // 8)), "e": _text(_EXPONENT.to_bytes(3))}
    path.write_text(json.dumps({"keys": [public | numbers]}))
    return path


def _sign(message: bytes) -> bytes:
    modulus, private = _key_pair()
    info = _SHA256 + hashlib.sha256(message).digest()
    padded = b"\x00\x01" + b"\xff" * (_BITS // 8 - len(info) - 3) + b"\x00" + info
    return pow(int.from_bytes(padded), private, modulus).to_bytes(_BITS // 8)


@cache
def _key_pair() -> tuple[int, int]:
    """Modulus and private exponent. A key for the bench alone: the same in every run."""
    numbers = random.Random("regiongate bench")  # noqa: S311 - this key protects nothing
    p, q = _prime(numbers), _prime(numbers)
    return p * q, pow(_EXPONENT, -1, (p - 1) * (q - 1))


def _prime(numbers: random.Random) -> int:
    top = 3 << (_BITS // 2 - 2)
    while True:
        candidate = numbers.getrandbits(_BITS // 2) | top | 1
        if candidate % _EXPONENT != 1 and all(
            pow(base, candidate - 1, candidate) == 1 for base in (2, 3, 5, 7)
        ):
            return candidate


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
