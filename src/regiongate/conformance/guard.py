"""The transport under the SDKs: it sends to one origin only, records, and cuts off.

Only this file and the two that build an SDK's client know httpx2, which the SDKs bring along.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx2

from regiongate.conformance.address import Origin
from regiongate.conformance.headers import unwanted
from regiongate.conformance.limits import Limits
from regiongate.conformance.recorder import Draft, Recorder


class CutOff(httpx2.TransportError):
    """The answer is not taken any further; the message says why."""


class Guard(httpx2.BaseTransport):
    """Lets the requests of one check pass to one origin, until an instant of the monotonic clock.

    The answer is asked for without compression and refused with it: a few bytes could become
    gigabytes after the count.
    """

    def __init__(
        self,
        inner: httpx2.BaseTransport,
        origin: Origin,
        recorder: Recorder,
        limits: Limits,
        *,
        until: float,
        key: str,
    ) -> None:
        self._inner = inner
        self._origin = origin
        self._recorder = recorder
        self._limits = limits
        self._until = until
        self._key = key

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request, and hand over its answer while it is counted."""
        for name in unwanted(request.headers.multi_items(), self._key):
            request.headers.pop(name, None)
        request.headers["accept-encoding"] = "identity"
        sent = request.read()
        draft = self._recorder.begin(request.method, str(request.url), request.headers, sent)
        try:
            return self._answer(request, draft)
        except httpx2.TransportError as error:
            draft.broken = str(error) or type(error).__name__
            raise

    def _answer(self, request: httpx2.Request, draft: Draft) -> httpx2.Response:
        url = request.url
        port = url.port or (443 if url.scheme == "https" else 80)
        # Compared as the base URL was read: an SDK or a server must not choose another place.
        if Origin(url.scheme, url.host, port) != self._origin:
            raise CutOff(f"a request to {url.host} was not sent: it is not {self._origin.host}")
        left = max(self._until - time.monotonic(), 0.001)
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), left)
        answer = self._inner.handle_request(request)
        draft.answered(answer.status_code, answer.headers)
        if answer.headers.get("content-encoding", "identity") != "identity":
            answer.close()
            raise CutOff("the answer is compressed although that was not asked for")
        assert isinstance(answer.stream, httpx2.SyncByteStream)  # noqa: S101 -- a sync transport.
        stream = Counted(answer.stream, draft, self._check)
        return httpx2.Response(
            answer.status_code, headers=answer.headers, stream=stream, request=request
        )

    def _check(self, draft: Draft) -> None:
        if draft.size > self._limits.answer_bytes:
            raise CutOff(f"the answer is longer than {self._limits.answer_bytes} bytes")
        if time.monotonic() > self._until:
            raise CutOff(f"the answer does not end within {self._limits.check_seconds:g} seconds")


class Counted(httpx2.SyncByteStream):
    """A body that is counted, and ends in `CutOff` where it is too much."""

    def __init__(
        self, inner: httpx2.SyncByteStream, draft: Draft, check: Callable[[Draft], None]
    ) -> None:
        self._inner = inner
        self._draft = draft
        self._check = check

    def __iter__(self) -> Iterator[bytes]:
        try:
            for piece in self._draft.arrived(iter(self._inner)):
                self._check(self._draft)
                yield piece
        except httpx2.TransportError as error:
            self._draft.broken = str(error) or type(error).__name__
            raise

    def close(self) -> None:
        """Give the connection back."""
        self._inner.close()
