"""`regiongate bundle build` and `verify` as users run them, each in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench.geo_table import Spent
from bench.process import BenchError

POLICY = Path(__file__).parent.parent / "examples" / "policy.yaml"
AT = "2026-11-20T00:00:00Z"
_REGIONGATE = (sys.executable, "-c", "from regiongate.cli.main import main; main()")


def full_build(home: Path) -> Spent:
    """From the three bundled sources to a verified bundle, which Envoy has validated as well."""
    return added(_build(home / "full", POLICY), _verify(home / "full"))


def other_date(home: Path) -> Spent:
    """The policy with a day of its measure moved: what is drawn of the world stays."""
    return _change(home, "suspend: 2024-08-09", "suspend: 2024-08-10")


def other_rule(home: Path) -> Spent:
    """The policy with one network more corrected: the world is drawn anew from the same sources."""
    rule = (
        "  - network: 203.0.113.0/24\n    region: FR\n    reason: Another office.\n"
        "    approver: network-team@example.com\n    expires: never\n"
    )
    return _change(home, "\norganizations:\n", f"\n{rule}\norganizations:\n")


def added(one: Spent, two: Spent) -> Spent:
    """One after the other."""
    return Spent(one.seconds + two.seconds, one.cpu + two.cpu, max(one.peak, two.peak))


def _change(home: Path, before: str, after: str) -> Spent:
    parent = home / "parent"
    if not parent.exists():
        _build(parent, POLICY)
    text = POLICY.read_text("utf-8")
    if text.count(before) != 1:
        raise BenchError(f"{POLICY} does not hold {before!r} once")
    changed = home / "policy.yaml"
    changed.write_text(text.replace(before, after), "utf-8")
    return _build(home / "changed", changed, "--parent", str(parent))


def _build(out: Path, policy: Path, *more: str) -> Spent:
    shutil.rmtree(out, ignore_errors=True)
    return _run("build", "--policy", str(policy), "--at", AT, "--out", str(out), *more)


def _verify(folder: Path) -> Spent:
    return _run("verify", str(folder))


def _run(*arguments: str) -> Spent:
    """A command to its end; the kernel counts what it and the processes it waited for took."""
    command = [*_REGIONGATE, "bundle", *arguments]
    before = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        words = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise BenchError(f"{' '.join(command)}: {words.decode(errors='replace').strip()}")
    seconds = time.perf_counter() - before
    return Spent(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
