"""The files of the demonstration: a policy, the provider's books, and a log of two weeks."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from string import Template

from regiongate.policyfile.span import written

DAYS = 14
"""So many days the log goes back."""

_COLUMNS = (
    *("organization", "name", "plan", "contact", "language", "verified"),
    *("key_sha256", "key_prefix"),
)
_PATHS = ("/v1/chat/completions", "/v1/embeddings", "/v1/models")


@dataclass(frozen=True, slots=True)
class Customer:
    """An organization of the demonstration: where it calls from, and how often on a day."""

    id: str
    name: str
    language: str
    addresses: tuple[str, ...]
    calls: int

    @property
    def key(self) -> str:
        """Its API key: one that is good for nothing but this."""
        return f"sk-demo-{self.id}-0123456789abcdef"


CUSTOMERS = (
    Customer("harbour", "Harbour Logistics", "en", ("18.162.0.1", "8.8.8.8"), 40),
    Customer("longmen", "Longmen Software", "zh-CN", ("1.2.4.8", "223.5.5.5"), 90),
    Customer("pars", "Pars Data", "fa", ("5.160.0.1", "178.33.1.1"), 25),
    Customer("lumiere", "Lumière Traduction", "en", ("178.33.1.1",), 60),
)
"""Who uses the API: three of them at least partly from unsupported regions."""

APPEALS = CUSTOMERS[1]
"""The one that is blocked, appeals, and is exempted."""


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of the measure: from when is warned, reminded and blocked."""

    warn: datetime
    remind: datetime
    block: datetime


def write_policy(folder: Path, dates: Dates) -> None:
    """Write `policy.yaml` into a folder, over the one that is there."""
    (folder / "policy.yaml").write_text(_policy(dates), encoding="utf-8")


def write_world(folder: Path, until: datetime) -> None:
    """Write `organizations.csv` and `access.log`, which ends at an instant, into a folder."""
    (folder / "organizations.csv").write_text(_books(), encoding="utf-8")
    lines = (json.dumps(line) + "\n" for line in _log(until))
    (folder / "access.log").write_text("".join(lines), encoding="utf-8")


def _policy(dates: Dates) -> str:
    template = files("regiongate.demo").joinpath("policy.yaml").read_text(encoding="utf-8")
    return Template(template).substitute(
        observe=_utc(dates.warn - timedelta(days=DAYS)),
        warn=_utc(dates.warn),
        block=_utc(dates.block),
        reminder=written(dates.block - dates.remind),
    )


def _books() -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    for one in CUSTOMERS:
        digest = hashlib.sha256(one.key.encode()).hexdigest()
        contact = f"api@{one.id}.example"
        row = (one.id, one.name, "team", contact, one.language, "true", digest, one.key[:12])
        table.writerow(row)
    return text.getvalue()


def _log(until: datetime) -> Iterator[dict[str, object]]:
    """The calls of two weeks, one after the other, as the gateway logs them."""
    begin = until - timedelta(days=DAYS)
    for day in range(DAYS):
        for one in CUSTOMERS:
            for call in range(one.calls):
                at = begin + timedelta(days=day, seconds=call * 86_400 // one.calls)
                yield _line(one, at, call, f"{one.id}-{day}-{call}")


def _line(one: Customer, at: datetime, call: int, request: str) -> dict[str, object]:
    # Of three calls the first two come from the first address.
    address = one.addresses[0 if call % 3 < 2 else -1]
    return {
        "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "request_id": request,
        "address": address,
        "verdict": "allow",
        "organization": one.id,
        "key": hashlib.sha256(one.key.encode()).hexdigest()[:16],
        "method": "POST",
        "host": "api.example.com",
        "path": _PATHS[call % len(_PATHS)],
        "status": 200,
        "bytes": 512,
        "duration_ms": 20,
        "generation": "0-demo",
    }


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
