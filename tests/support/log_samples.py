"""The same requests as logs of every kind, with damaged lines among them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_BEGIN = datetime(2024, 6, 30, 22, tzinfo=UTC)
_PATHS = ("/v1/chat/completions", "/v1/files/abc?page=2", "/v1/embeddings", "/")
_ADDRESSES = ("1.1.1.1", "2a01:4f8::1", "5.61.0.9", "10.0.0.1", "203.0.113.7", "no-address")


@dataclass(frozen=True, slots=True)
class Request:
    """What a line of a log tells."""

    number: int

    @property
    def address(self) -> str:
        """One of a few, of which one is none; the higher numbers have their own."""
        if self.number % 3 == 0:
            return f"91.{self.number % 200}.{self.number % 7}.4"
        return _ADDRESSES[self.number % len(_ADDRESSES)]

    @property
    def at(self) -> datetime:
        """Over two days."""
        return _BEGIN + timedelta(seconds=97 * self.number)

    @property
    def path(self) -> str:
        """One of a few, with a query or without."""
        return _PATHS[self.number % len(_PATHS)]


def _json(told: Callable[[Request], object]) -> Callable[[Request], str]:
    return lambda request: json.dumps(told(request))


def _ours(one: Request) -> object:
    return {
        "time": one.at.isoformat(),
        "address": one.address,
        "organization": None if one.number % 5 == 0 else f"org-{one.number % 4}",
        "key": f"sk-proj-{one.number % 6:032d}",
        "host": "api.example.com",
        "path": one.path,
        "model": f"m{one.number % 3}",
        "tokens": one.number,
    }


def _gateway(one: Request) -> object:
    return {**dict(_ours(one)), "verdict": "allow", "generation": "7"}  # type: ignore[call-overload]


def _cloudflare(one: Request) -> object:
    return {
        "ClientIP": one.address,
        "EdgeStartTimestamp": int(one.at.timestamp() * 10**9),
        "ClientRequestHost": "api.example.com",
        "ClientRequestPath": one.path,
    }


def _google(one: Request) -> object:
    url = f"https://api.example.com{one.path}"
    return {
        "httpRequest": {"remoteIp": one.address, "requestUrl": url},
        "timestamp": one.at.isoformat(),
    }


def _combined(one: Request) -> str:
    return (
        f"{one.address} - jo do [{one.at:%d/%b/%Y:%H:%M:%S +0000}] "
        f'"GET {one.path} HTTP/1.1" 200 12 "-" "a \\"client\\""'
    )


def _alb(one: Request) -> str:
    client = f"[{one.address}]:1" if ":" in one.address else f"{one.address}:1"
    url = f"https://api.example.com:443{one.path}"
    return (
        f"https {one.at:%Y-%m-%dT%H:%M:%S.%fZ} app/lb/1 {client} 10.0.0.1:80 0.1 0.2 0.3 200 200 "
        f'1 2 "GET {url} HTTP/1.1" "curl" ECDHE TLSv1.2 -'
    )


def _cloudfront(one: Request) -> str:
    said = (f"{one.at:%Y-%m-%d}", f"{one.at:%H:%M:%S}", one.address, "GET", "h.example", one.path)
    return "\t".join(said)


def _envoy(one: Request) -> str:
    return (
        f'[{one.at:%Y-%m-%dT%H:%M:%S.000Z}] "GET {one.path} HTTP/1.1" 200 - 0 1 2 1 '
        f'"9.9.9.9,{one.address}" "curl" "id" "api.example.com" "10.0.0.1:80"'
    )


_CLOUDFRONT = ("#Version: 1.0", "#Fields: date time c-ip cs-method cs(Host) cs-uri-stem")
_DAMAGED = (b'{"address": "1.1.1.1", "ti', b"", b"\xff\xfe not text", b"   ")

_LINES: dict[str, tuple[tuple[str, ...], Callable[[Request], str]]] = {
    "regiongate.json": ((), _json(_gateway)),
    "cloudflare.json": ((), _json(_cloudflare)),
    "google.json": ((), _json(_google)),
    "own.json": ((), _json(_ours)),
    "combined.log": ((), _combined),
    "alb.log": ((), _alb),
    "cloudfront.log": (_CLOUDFRONT, _cloudfront),
    "envoy.log": ((), _envoy),
}

NAMES = (*_LINES, "own.json.gz", "combined.log.zst", "own.csv", "own.parquet")
"""The names of the samples."""


def write(folder: Path, name: str, count: int = 120) -> Path:
    """Writes one of the samples, with `count` requests, and returns its path."""
    path = folder / name
    requests = [Request(number) for number in range(count)]
    if name == "own.parquet":
        pq.write_table(_table(requests), path, row_group_size=25)
    elif name == "own.csv":
        path.write_text("".join(_csv(requests)), "utf-8")
    elif name.endswith(".gz"):
        path.write_bytes(gzip.compress(_text(name.removesuffix(".gz"), requests)))
    elif name.endswith(".zst"):
        content = _text(name.removesuffix(".zst"), requests)
        with pa.CompressedOutputStream(path, "zstd") as file:
            file.write(content)
    else:
        path.write_bytes(_text(name, requests))
    return path


def _text(name: str, requests: Iterable[Request]) -> bytes:
    head, line = _LINES[name]
    lines = [*(text.encode() for text in head), *(line(one).encode() for one in requests)]
    for number, damaged in enumerate(_DAMAGED):
        lines.insert(40 + 17 * number, damaged)
    return b"\n".join(lines)  # The last line has no end: logs are cut off.


def _csv(requests: Iterable[Request]) -> Iterable[str]:
    yield "time,address,organization,path,tokens\n"
    for one in requests:
        path = f'"{one.path}\n,"' if one.number % 10 == 0 else one.path
        yield f"{one.at.isoformat()},{one.address},org-{one.number % 4},{path},{one.number}\n"


def _table(requests: list[Request]) -> pa.Table:
    return pa.table(
        {
            "time": pa.array([one.at for one in requests], pa.timestamp("ms", "UTC")),
            "noise": pa.array([b"\0" * 50 for _ in requests]),
            "address": [one.address for one in requests],
            "organization": pa.array(
                [f"org-{one.number % 4}" for one in requests]
            ).dictionary_encode(),
            "tokens": pa.array([one.number for one in requests], pa.int32()),
        }
    )
