"""What a maker's checksum file says."""

from __future__ import annotations

import json
import re
from typing import Any

from regiongate.domain.errors import CannotRun

MOST_BYTES = 1 << 16
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


def sha256_in(content: bytes, where: str) -> str:
    """The SHA-256 digest that a checksum file names, in lower case.

    Read are the line of `sha256sum`, the digest alone, and JSON with a `sha256` in it. Raises
    CannotRun when the file names none, or more than one.
    """
    found = set(_SHA256.findall(_sha256_of_json(content) or content.decode("ascii", "replace")))
    if len(found) != 1:
        raise CannotRun(f"{where} names no SHA-256 digest: fetch it again later")
    return str(found.pop()).lower()


def _sha256_of_json(content: bytes) -> str | None:
    """The value of the key `sha256`, wherever it stands in a JSON object."""
    value: Any
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    while isinstance(value, dict):
        if "sha256" in value:
            return str(value["sha256"])
        value = next((inner for inner in value.values() if isinstance(inner, dict)), None)
    return None
