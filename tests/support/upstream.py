"""Starts the sample API as users do, as a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

ANNOUNCEMENT = "sample API listening on "


@contextmanager
def start_upstream(
    port: int | None = None, *, token_delay_ms: float = 20, strict: bool = False
) -> Iterator[str]:
    """The base URL (without `/v1`) of a sample API that runs until the block ends.

    Without `port` the operating system chooses one, which cannot collide with another test.
    """
    command = [sys.executable, "-m", "regiongate.sample"]
    options = ["--listen", f"127.0.0.1:{port or 0}", "--token-delay-ms", str(token_delay_ms)]
    options += ["--strict"] if strict else []
    with subprocess.Popen(command + options, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _announced_by(process)
        finally:
            _stop(process)


def _announced_by(process: subprocess.Popen[str]) -> str:
    """The URL in the first line of output; the socket is open by then, so no polling is needed."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith(ANNOUNCEMENT):
        raise RuntimeError(f"the sample API did not start (its errors are above): {line!r}")
    return line.removeprefix(ANNOUNCEMENT).strip()


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
