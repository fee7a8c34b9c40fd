"""`python -m bench.guard_app NAME FOLDER PORT`: one API in Python, bare or behind a middleware.

All are served by one uvicorn process and answer the same constant.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import uvicorn

from bench.library_rounds import ENVIRONMENT
from regiongate.guard.asgi import RegionGate
from regiongate.guard.check.app import make_app
from regiongate.guard.check.service import Service
from regiongate.guard.guard import Guard

App = Callable[[Any, Any, Any], Awaitable[None]]

TRUSTED = ["127.0.0.0/8"]
BLOCKED = frozenset({"BY", "CN", "CU", "HK", "IR", "KP", "MO", "RU", "SY", "VE"})
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"27")]
_BODY = b'{"object":"list","data":[]}'


async def plain(_scope: Any, _receive: Any, send: Any) -> None:
    """The API itself."""
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _BODY})


def by_geoip2(home: Path) -> App:
    """What one writes oneself: the last forwarded address, its country, a set of countries."""
    sys.path.append(str(next(ENVIRONMENT.glob("lib/python*/site-packages"))))
    reader: Any = import_module("geoip2.database").Reader(home / "country.mmdb")
    absent: Any = import_module("geoip2.errors").AddressNotFoundError

    async def app(scope: Any, receive: Any, send: Any) -> None:
        forwarded = dict(scope["headers"]).get(b"x-forwarded-for", b"")
        address = forwarded.rpartition(b",")[2].strip().decode("latin-1")
        try:
            country = reader.country(address or scope["client"][0]).country.iso_code
        except absent:
            country = None
        if country not in BLOCKED:
            await plain(scope, receive, send)
            return
        body = json.dumps({"error": {"code": "unsupported", "country": country}}).encode()
        await send({"type": "http.response.start", "status": 403, "headers": _HEADERS[:1]})
        await send({"type": "http.response.body", "body": body})

    return app


def made(name: str, home: Path) -> Any:
    """The application of a row."""
    if name == "geoip2":
        return by_geoip2(home)
    if name == "asgi":
        return RegionGate(plain, home / "bundle", trusted=TRUSTED)
    if name == "check":
        return make_app(Service(Guard(home / "bundle", trusted=TRUSTED)))
    return plain


def main(name: str, home: str, port: str) -> None:
    """Serve until somebody ends it."""
    uvicorn.run(
        made(name, Path(home)),
        port=int(port),
        access_log=False,
        lifespan="off",
        log_level="warning",
        proxy_headers=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
