"""Providers in region as a gateway is told of them, with keys that open nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from regiongate.compiler.envoy.settings import ProviderInRegion, upstream

OURS = "sk-ours-there"
"""Our key at every one of them."""


def providers(
    folder: Path, names: Iterable[str], url: str = "http://127.0.0.1:9"
) -> tuple[ProviderInRegion, ...]:
    """Providers of these names, sorted, at one address; their keys are files in a folder."""
    return tuple(
        ProviderInRegion(name, upstream(url), PurePosixPath(_key(folder / f"{name}.key")))
        for name in sorted(names)
    )


def _key(path: Path) -> Path:
    path.write_text(f"{OURS}\n")
    path.chmod(0o600)
    return path
