"""Clients of the official SDKs over our own transport. Needs the extra `switching`."""

from __future__ import annotations

from importlib import import_module
from types import TracebackType
from typing import Any, Self

import httpx2

from regiongate.conformance.address import origin_of
from regiongate.conformance.answer import Failure
from regiongate.conformance.guard import Guard
from regiongate.conformance.limits import Limits
from regiongate.conformance.mask import masked
from regiongate.conformance.recorder import Recorder
from regiongate.conformance.seat import Seat
from regiongate.conformance.target import Target
from regiongate.domain.offer import Speech

_STRANGER = "sk-nobody-has-issued-this-key-0000"
_CLIENTS = {Speech.OPENAI: "OpenAI", Speech.ANTHROPIC: "Anthropic"}


class Session:
    """One pool of connections for a whole run; each check has clients of its own."""

    def __init__(self, target: Target, limits: Limits) -> None:
        self._target = target
        self._limits = limits
        self._origin = origin_of(target.base_url)
        # Either SDK takes a second to import, and a run needs one of them.
        self._sdk: Any = import_module(target.dialect.value)
        self._pool = httpx2.HTTPTransport()

    def seat(self, recorder: Recorder, until: float, model: str, embedding_model: str) -> Seat:
        """What one check asks with, until an instant of the monotonic clock."""
        ours, strange = (
            self._client(recorder, until, key) for key in (self._target.key, _STRANGER)
        )
        return Seat(ours, strange, model, embedding_model)

    def failure(self, error: Exception) -> Failure:
        """What an exception of an SDK, or of its reading, says."""
        connecting = isinstance(error, self._sdk.APIConnectionError)
        words = str(error.__cause__ or error) if connecting else str(error)
        return Failure(type(error).__name__, masked(words, self._target.key)[:500], connecting)

    def _client(self, recorder: Recorder, until: float, key: str) -> Any:
        """No retries: a row tells what one request was answered. No proxy, no redirect."""
        guard = Guard(self._pool, self._origin, recorder, self._limits, until=until, key=key)
        http = httpx2.Client(transport=guard, follow_redirects=False, trust_env=False)
        create = getattr(self._sdk, _CLIENTS[self._target.dialect])
        return create(base_url=self._target.base_url, api_key=key, max_retries=0, http_client=http)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._pool.close()
