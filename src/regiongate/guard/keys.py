"""The API keys of a request, and which of them says whose it is: the rules of `keys.lua`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from regiongate.guard.asked import Values

MAX_KEY_BYTES = 4096
MAX_VALUES = 8

_BEARER = re.compile(rb"bearer[ \t]", re.IGNORECASE)
_LEADING = re.compile(rb"^\s*bearer\s+", re.IGNORECASE)
_BLANK = bytes(range(33))
_INVALID = "invalid"


class Key(NamedTuple):
    """What the keys of a request say.

    `short` are the first 16 hex digits of SHA-256 of the first key, `invalid` where that cannot be
    one, None without a key. `key` is the first one that the table knows, `organization` its owner.
    """

    short: str | None = None
    key: bytes | None = None
    organization: str | None = None


NO_KEY = Key()


def identify(headers: Values, names: Sequence[str], owners: Mapping[bytes, str | None]) -> Key:
    """Read the keys in the headers `names`, the first one first.

    `owners` has the digest of each key that is known, and whose it is. A worthless key beside the
    real one must not hide whose the real one is, so the first that is known counts.
    """
    short: str | None = None
    for name in names:
        values = headers(name)
        if not values:
            continue
        found = _bearer(values) if name == "authorization" else _plain(values)
        if found is None:
            continue
        if isinstance(found, list):
            short = short or _INVALID
        elif len(found) > MAX_KEY_BYTES:
            short = short or _INVALID
            continue
        for key in found if isinstance(found, list) else (found,):
            digest = hashlib.sha256(key).digest()
            short = short or digest[:8].hex()
            if digest in owners:
                return Key(short, key, owners[digest])
    return Key(short)


def _bearer(values: Sequence[bytes]) -> bytes | list[bytes] | None:
    """The key, several where it is not clear which, or None."""
    joined = values[0] if len(values) == 1 else b",".join(values)
    if b"," in joined:
        parts = joined.split(b",")
        if len(parts) > MAX_VALUES or len(set(parts)) > 1:
            if _BEARER.search(joined) is None:
                return None  # Another scheme, whose parameters commas separate.
            texts = [part for part in parts if part]
            return list(_usable(_LEADING.sub(b"", text) for text in _ends(texts)))
        joined = parts[0]
    return joined[7:].strip(_BLANK) or None if _BEARER.match(joined) else None


def _plain(values: Sequence[bytes]) -> bytes | list[bytes] | None:
    if len(values) > MAX_VALUES or len(set(values)) > 1:
        return list(_usable(iter(_ends(values))))
    return values[0].strip(_BLANK) or None


def _ends(values: Sequence[bytes]) -> Sequence[bytes]:
    """The first eight and the last: a client must not make us hash thousands."""
    return values if len(values) <= MAX_VALUES else [*values[:MAX_VALUES], values[-1]]


def _usable(texts: Iterator[bytes]) -> Iterator[bytes]:
    for text in texts:
        key = text.strip(_BLANK)
        if key and len(key) <= MAX_KEY_BYTES:
            yield key
