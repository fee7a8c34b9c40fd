"""How long and how much a run waits for: the endpoint is a stranger, and may never stop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run takes at most."""

    check_seconds: float = 30.0
    """Seconds that one check may take, all its requests together."""
    run_seconds: float = 300.0
    """Seconds that the whole run may take; what is left then is not asked."""
    answer_bytes: int = 4 * 1024 * 1024
    """Bytes of one answer that are read; one that is longer is cut off and counts as wrong."""
