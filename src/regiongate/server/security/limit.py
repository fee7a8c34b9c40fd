"""How often a network may ask: a bucket of tokens for each network and purpose, in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from types import MappingProxyType

from regiongate.domain.address import IPAddress

_LARGEST = 100_000
_BITS = {4: 32 - 24, 6: 128 - 48}


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` at once, and then `rate` a second."""

    rate: float
    burst: int

    def __post_init__(self) -> None:
        """A bucket that holds nothing, or never fills, would be a wall."""
        if self.rate <= 0 or self.burst < 1:
            raise ValueError(f"{self} lets nobody through")


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "guess": Limit(rate=1 / 60, burst=10),
        "login": Limit(rate=1 / 6, burst=20),
        "page": Limit(rate=2, burst=60),
        "appeal": Limit(rate=1 / 300, burst=5),
        "refusal": Limit(rate=1 / 60, burst=10),
        "api": Limit(rate=50, burst=200),
    }
)
"""What is limited for each network: wrong secrets, logins, public pages, appeals,
links by a refusal, the API."""


@dataclass(slots=True)
class _Bucket:
    """How many tokens were in it at an instant of the monotonic clock."""

    tokens: float
    at: float


class Limiter:
    """The buckets of one process. Threads may share it. A purpose that has no limit is a KeyError.

    At most `largest` buckets are kept; then the one that was used longest ago goes, and its
    network begins anew. `forgotten` counts how often that let somebody ask sooner.
    """

    def __init__(self, limits: Mapping[str, Limit] = LIMITS, largest: int = _LARGEST) -> None:
        self._limits = limits
        self._largest = largest
        self._buckets: OrderedDict[tuple[str, int, int], _Bucket] = OrderedDict()
        self._lock = Lock()
        self.forgotten = 0

    def take(self, purpose: str, address: IPAddress, at: float) -> float | None:
        """Ask once: None, or for how many seconds to wait, and then nothing is taken.

        All addresses of a /24 or /48 share a bucket. `at` is of the monotonic clock, in seconds.
        """
        limit = self._limits[purpose]
        with self._lock:
            bucket = self._filled(purpose, address, limit, at)
            if bucket.tokens < 1:
                return (1 - bucket.tokens) / limit.rate
            bucket.tokens -= 1
            return None

    def wait(self, purpose: str, address: IPAddress, at: float) -> float | None:
        """The same, and nothing is taken: whether the next would have to wait."""
        limit = self._limits[purpose]
        with self._lock:
            known = self._buckets.get(_key(purpose, address))
            tokens = limit.burst if known is None else _tokens(known, limit, at)
            return None if tokens >= 1 else (1 - tokens) / limit.rate

    def _filled(self, purpose: str, address: IPAddress, limit: Limit, at: float) -> _Bucket:
        key = _key(purpose, address)
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= self._largest:
                self._forget(at)
            bucket = self._buckets[key] = _Bucket(limit.burst, at)
        bucket.tokens, bucket.at = _tokens(bucket, limit, at), max(bucket.at, at)
        self._buckets.move_to_end(key)
        return bucket

    def _forget(self, at: float) -> None:
        (purpose, _, _), oldest = self._buckets.popitem(last=False)
        limit = self._limits[purpose]
        if _tokens(oldest, limit, at) < limit.burst:
            self.forgotten += 1


def _tokens(bucket: _Bucket, limit: Limit, at: float) -> float:
    return min(limit.burst, bucket.tokens + max(0.0, at - bucket.at) * limit.rate)


def _key(purpose: str, address: IPAddress) -> tuple[str, int, int]:
    return purpose, address.version, int(address) >> _BITS[address.version]
