"""The optional source of facts `iporigin`: hosting, VPNs, Tor exits and relays.

The package's data has terms of its own (its NOTICE names them), so it is an extra.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from regiongate.domain.errors import CannotRun
from regiongate.domain.facts import Facts
from regiongate.domain.place import RELAY
from regiongate.geo import wide
from regiongate.geo.facts.table import FactTable
from regiongate.geo.ranges import from_ranges
from regiongate.geo.source import Source
from regiongate.geo.steps import NONE
from regiongate.geo.votes import without_v4_embeddings
from regiongate.geo.wide import U64

NAME = "iporigin"

_KINDS = {"hosting": "hosting", "vpn": "vpn", "tor": "tor"}
_RELAY = "private relay"
"""What the package calls a relay by its name alone: it counts it among the VPNs."""


def source() -> Source:
    """What is known of the source; CannotRun when the extra is not installed."""
    path = Path(_package().__file__).parent / "data" / "ranges.bin"
    return Source(
        name=NAME,
        version=version("iporigin"),
        date=datetime.fromtimestamp(_dataset().built_at, UTC).date(),
        licence="MIT, and for the data the terms in its NOTICE",
        origin="iporigin by Yuix Networks",
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        format="iporigin",
        path=path,
        kind="anonymizer",
    )


def load() -> FactTable:
    """The kinds that the package states. What it calls a CDN or a bot is no anonymizer."""
    known, data = source(), _dataset()
    kinds = [_kind(provider, kind) for provider, kind in data.labels]
    facts = tuple(Facts(anonymizers=(kind,)) for kind in sorted({kind for kind in kinds if kind}))
    number = {fact.anonymizers[0]: index for index, fact in enumerate(facts)}
    table = np.array([NONE if kind is None else number[kind] for kind in kinds], dtype=np.int32)
    first_hi, first_lo = _both(data.v4_starts, data.v6_starts)
    last_hi, last_lo = _both(data.v4_ends, data.v6_ends)
    values = table[np.array([*data.v4_labels, *data.v6_labels], dtype=np.int64)]
    said = values != NONE
    steps = from_ranges(first_hi[said], first_lo[said], last_hi[said], last_lo[said], values[said])
    return FactTable(known, without_v4_embeddings(steps)[0], facts)


def _kind(provider: str, kind: str) -> str | None:
    return RELAY if _RELAY in provider.lower() else _KINDS.get(kind)


def _both(v4: Sequence[int], v6: Sequence[int]) -> tuple[U64, U64]:
    return wide.split([*v4, *v6])


def _dataset() -> Any:
    _package()
    return import_module("iporigin.core").dataset()


def _package() -> Any:
    try:
        return import_module("iporigin")
    except ImportError as error:
        message = "the source iporigin needs the package of that name, which is not installed"
        raise CannotRun(f"{message}: pip install 'regiongate[iporigin]'") from error
