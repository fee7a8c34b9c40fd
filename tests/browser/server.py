"""A town behind a real server: `python -m tests.browser.server FOLDER PORT [SEED]`."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import httpx
import uvicorn

from regiongate.server.app import create_app
from tests.browser.town import build

_PATIENCE = 90.0


def main(folder: Path, port: int) -> None:
    """Build the town in an empty folder, and serve it as `regiongate serve` would."""
    app = create_app(build(folder, port))
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        access_log=False,
        lifespan="off",
        log_level="warning",
        proxy_headers=False,
        server_header=False,
    )


def repeat(seed: int) -> None:
    """From here on this process makes the same ids whenever it runs, for pictures of them."""
    secrets.token_bytes = Random(seed).randbytes  # type: ignore[assignment]  # noqa: S311


@contextmanager
def served(folder: Path, port: int, *seed: int) -> Iterator[str]:
    """The origin of a town that another process builds and serves, once it does."""
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "tests.browser.server", *map(str, (folder, port, *seed))]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as process:
        try:
            deadline = time.monotonic() + _PATIENCE
            while not _answers(url):
                assert process.poll() is None, "the town did not come to be"
                assert time.monotonic() < deadline, "the town takes too long"
                time.sleep(0.1)
            yield url
        finally:
            process.terminate()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/static/look.css").is_success
    except httpx.TransportError:
        return False


if __name__ == "__main__":
    for _seed in sys.argv[3:]:
        repeat(int(_seed))
    main(Path(sys.argv[1]), int(sys.argv[2]))
