"""Writes down what goes over the wire, masked, and stops what does not stop by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from regiongate.conformance.exchange import Exchange, Headers
from regiongate.conformance.mask import masked, masked_bytes


class Recorder:
    """Holds the exchanges of one check, in order; one that is under way stands there as it is."""

    def __init__(self, key: str) -> None:
        self._key = key
        self.drafts: list[Draft] = []

    def begin(self, method: str, url: str, headers: Mapping[str, str], sent: bytes) -> Draft:
        """Note a request that is about to be sent."""
        draft = Draft(self._key, method, url, _headers(headers, self._key), sent)
        self.drafts.append(draft)
        return draft

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was asked and answered so far."""
        return tuple(draft.exchange() for draft in self.drafts)


class Draft:
    """An exchange while it happens."""

    def __init__(self, key: str, method: str, url: str, headers: Headers, sent: bytes) -> None:
        self._key = key
        self._begun = time.monotonic()
        self._asked = (method, masked(url, key), headers, masked_bytes(sent, key))
        self._status: int | None = None
        self._headers: Headers = ()
        self._pieces: list[bytes] = []
        self._arrivals: list[tuple[int, float]] = []
        self.size = 0
        self.broken: str | None = None

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Note how an answer begins."""
        self._status, self._headers = status, _headers(headers, self._key)

    def arrived(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Note the pieces of a body, and hand them on."""
        for piece in pieces:
            self.size += len(piece)
            self._pieces.append(piece)
            self._arrivals.append((self.size, time.monotonic() - self._begun))
            yield piece

    def exchange(self) -> Exchange:
        """What is known by now. Offsets are those of the wire, before the key was masked."""
        method, url, headers, sent = self._asked
        body = masked_bytes(b"".join(self._pieces), self._key)
        arrivals = tuple(self._arrivals)
        return Exchange(
            method, url, headers, sent, self._status, self._headers, body, arrivals, self.broken
        )


def _headers(headers: Mapping[str, str], key: str) -> Headers:
    return tuple((name.lower(), masked(value, key)) for name, value in headers.items())
