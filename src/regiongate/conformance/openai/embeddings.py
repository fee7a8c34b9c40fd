"""Embeddings, as numbers and as the base64 that the SDK asks for by itself."""

from __future__ import annotations

import base64
import struct
from typing import Any

from regiongate.conformance.answer import Answer, at, listed
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.seat import Seat

_TEXTS = ["a small house", "a large sea"]


def ask(seat: Seat) -> object:
    """The same two texts in both forms."""
    model, create = seat.embedding_model, seat.client.embeddings.create
    return [
        create(model=model, input=_TEXTS, encoding_format="float"),
        create(model=model, input=_TEXTS),
    ]


def judge(answer: Answer) -> Finding:
    """Two vectors of one length, in order, and the same ones in both forms."""
    forms = [exchange.document for exchange in answer.exchanges]
    if len(forms) < 2:
        return judged(["only one of two forms was answered"], "")
    plain, packed = (_vectors(document) for document in forms[:2])
    if plain is None or len(plain) != len(_TEXTS):
        return judged(["no vector for each text"], "")
    wrongs = _order(forms[0]) + _order(forms[1])
    if len({len(vector) for vector in plain}) != 1:
        wrongs.append("vectors differ in length")
    if packed is None or not _close(plain, packed):
        wrongs.append("base64 carries other numbers")
    return judged(wrongs, f"{len(plain[0])} numbers each", dimensions=len(plain[0]))


def _order(document: Any) -> list[str]:
    indexes = [at(item, "index") for item in listed(document, "data")]
    return [] if indexes == [0, 1] else ["the vectors' indexes are not in order"]


def _vectors(document: Any) -> list[list[float]] | None:
    found = [_numbers(at(item, "embedding")) for item in listed(document, "data")]
    vectors = [vector for vector in found if vector]
    return vectors if vectors and len(vectors) == len(found) else None


def _numbers(given: Any) -> list[float] | None:
    """Numbers of JSON, or little-endian 32-bit floats in base64."""
    try:
        if isinstance(given, list):
            return [float(number) for number in given]
        packed = base64.b64decode(given, validate=True)
        return list(struct.unpack(f"<{len(packed) // 4}f", packed))
    except (OverflowError, TypeError, ValueError, struct.error):
        return None


def _close(some: list[list[float]], others: list[list[float]]) -> bool:
    """Whether two forms say the same, within what a 32-bit float can hold."""
    if [len(vector) for vector in some] != [len(vector) for vector in others]:
        return False
    pairs = (p for a, b in zip(some, others, strict=True) for p in zip(a, b, strict=True))
    return all(abs(a - b) <= 1e-4 * max(1.0, abs(a)) for a, b in pairs)
