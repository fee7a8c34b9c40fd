"""A small bundle with which no gateway runs, for tests of one door alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from regiongate.compiler import bundle
from regiongate.compiler.snapshot import snapshot
from tests.support.bundles import SETTINGS, TRUST_STORE
from tests.support.gateway import LOOPBACK, few_tables, inputs
from tests.support.policies import policy_text

AT = datetime.fromisoformat("2026-06-30T00:00:00+00:00")


def files(
    folder: Path, settings: Mapping[str, Any] | None = None, **policy: Any
) -> Mapping[str, bytes]:
    """The files of a bundle that trusts proxies on this machine.

    `settings` changes its settings, `policy` its policy.
    """
    folder.mkdir(parents=True, exist_ok=True)
    what = inputs(folder, policy_text(**policy), None, few_tables())
    made = snapshot(what, AT, None)
    return bundle.files(made, replace(SETTINGS, trusted=LOOPBACK, **(settings or {})), TRUST_STORE)
