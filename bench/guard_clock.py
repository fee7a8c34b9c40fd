"""`python -m bench.guard_clock NAME FOLDER`: one application of `bench.guard_app` without a server.

Prints the microseconds of a processor that one request takes, the best of several passes.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from bench.guard_app import made
from regiongate import Gate

ADDRESSES = 2_000
_PASSES = 15


def requests(home: Path) -> list[dict[str, Any]]:
    """Requests as ASGI has them, from addresses of everywhere that the bundle lets pass."""
    gate = Gate.open(home / "bundle")
    texts = (home / "addresses.txt").read_text().splitlines()
    allowed = [text for text in texts if gate.decide(text).verdict == "allow"][:ADDRESSES]
    return [
        {
            "type": "http",
            "method": "GET",
            "path": "/v1/models",
            "query_string": b"",
            "client": ("127.0.0.1", 5000),
            "headers": [
                (b"host", b"api.example"),
                (b"x-forwarded-for", text.encode()),
                (b"authorization", b"Bearer sk-0123456789abcdef"),
            ],
        }
        for text in allowed
    ]


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send(_message: Any) -> None:
    pass


async def _once(app: Any, scopes: list[dict[str, Any]]) -> float:
    """Seconds of the processor for one pass over all requests."""
    begun = time.process_time()
    for scope in scopes:
        await app(scope, _receive, _send)
    return time.process_time() - begun


def main(name: str, folder: str) -> None:
    """Measure and print one number."""
    home = Path(folder)
    app, scopes = made(name, home), requests(home)
    took = min(asyncio.run(_once(app, scopes)) for _ in range(_PASSES))
    print(took / len(scopes) * 1e6)


if __name__ == "__main__":
    main(*sys.argv[1:])
