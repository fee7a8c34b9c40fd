"""The checks in their order, and the promise that a damaged bundle never crashes one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from regiongate.compiler.bundle import GENERATION
from regiongate.compiler.verify.behind import check_behind
from regiongate.compiler.verify.database import check_database
from regiongate.compiler.verify.decisions import check_decisions
from regiongate.compiler.verify.envoy import check_envoy
from regiongate.compiler.verify.expectations import check_expectations
from regiongate.compiler.verify.facts import check_facts
from regiongate.compiler.verify.finding import Finding
from regiongate.compiler.verify.gate import OpenBundle
from regiongate.compiler.verify.keys import check_keys
from regiongate.compiler.verify.manifest import MANIFEST, check_files, check_manifest
from regiongate.compiler.verify.organizations import check_organizations
from regiongate.compiler.verify.routes import check_routes

MOST_OF_ONE_CHECK = 20
"""A wrong file is wrong in thousands of ways; the first few tell the story."""


@dataclass(frozen=True, slots=True)
class Check:
    """One way of looking at a bundle: its name, the file it is about, and the code."""

    name: str
    file: str
    run: Callable[[OpenBundle], Iterator[Finding]]


CHECKS: tuple[Check, ...] = (
    # First whether the files are those that were written, then whether they mean what the
    # policy says; the binary comes last because it is another process.
    Check("files", MANIFEST, check_files),
    Check("manifest", MANIFEST, check_manifest),
    Check("database", "verdict.mmdb", check_database),
    Check("facts", "facts.mmdb", check_facts),
    Check("keys", "organizations.keys", check_keys),
    Check("organizations", "envoy/gate.json", check_organizations),
    Check("decisions", "envoy/gate.json", check_decisions),
    Check("routes", "envoy/bootstrap.json", check_routes),
    Check("behind", "envoy/bootstrap.json", check_behind),
    Check("tests", "policy/policy.yaml", check_expectations),
    Check("envoy", "envoy/bootstrap.json", check_envoy),
)


def verify(folder: Path, *, envoy: bool = True) -> list[Finding]:
    """Everything that is wrong with a bundle; empty when it is sound.

    `envoy` also asks the Envoy binary to validate the configuration.
    """
    return examine(folder, envoy=envoy)[0]


def examine(
    folder: Path, sound: OpenBundle | None = None, *, envoy: bool = True
) -> tuple[list[Finding], OpenBundle | None]:
    """What `verify` finds, and the bundle that was read, None where there is none to read.

    `sound` is a bundle in which it has found nothing: what is the same here, byte for byte, and was
    looked at there, is not looked at again.
    """
    opened = Check("manifest", MANIFEST, lambda _: iter(()))
    try:
        bundle = OpenBundle(folder, sound)
        # It names files and folders in all that follows.
        if GENERATION.fullmatch(bundle.generation) is None:
            message = f"{bundle.generation!r} is no generation"
            return [Finding("manifest", MANIFEST, message)], bundle
    except Exception as error:
        return [_broken(opened, error)], None
    checks = [check for check in CHECKS if envoy or check.name != "envoy"]
    found = [finding for check in checks for finding in _guarded(check, bundle)]
    bundle.sound = None  # A chain of all bundles there ever were would fill the memory.
    return found, bundle


def _guarded(check: Check, bundle: OpenBundle) -> list[Finding]:
    """What a check finds. Whatever a damaged file makes a reader raise is a finding too."""
    found: list[Finding] = []
    try:
        found.extend(islice(check.run(bundle), MOST_OF_ONE_CHECK + 1))
    except Exception as error:
        found.append(_broken(check, error))
    if len(found) > MOST_OF_ONE_CHECK:
        found[MOST_OF_ONE_CHECK:] = [Finding(check.name, check.file, "… and more of the same")]
    return found


def _broken(check: Check, error: Exception) -> Finding:
    lines = str(error).strip().splitlines() or [""]
    return Finding(check.name, check.file, f"cannot be read ({type(error).__name__}): {lines[0]}")
