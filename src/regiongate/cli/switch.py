"""`regiongate switch`: how an organization moves to an API that serves its region."""

from __future__ import annotations

import click

from regiongate.cli.lazy import Lazy, LazyGroup

LAZY = {
    "plan": Lazy(
        "regiongate.cli.switch_plan:plan",
        "Write down for ORGANIZATION where it can go, at what cost, and what to change.",
    ),
    "check": Lazy(
        "regiongate.cli.switch_check:check",
        "Check whether an endpoint does what the SDKs expect.",
    ),
}
"""In the order of the work; each needs libraries of its own."""


@click.group(cls=LazyGroup, lazy=LAZY)
def switch() -> None:
    """Help an organization to move to an API that serves its region."""
