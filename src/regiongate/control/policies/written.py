"""A policy that exists as text only, laid where it can be read as a file is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

from regiongate.compiler.bundle import POLICY, POLICY_FILE
from regiongate.gateway.state import State

LONGEST = 512 * 1024
"""Characters of a policy file."""


@contextmanager
def written(text: str, state: State) -> Iterator[Path]:
    """The path of a policy file with this text.

    Beside it lies what lies beside the policy in force: a list, geofeeds. It goes afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="regiongate-policy-") as made:
        folder = Path(made) / "policy"
        current = state.current()
        if current is not None and (state.bundle(current) / POLICY).is_dir():
            copytree(state.bundle(current) / POLICY, folder)
        else:
            folder.mkdir()
        path = folder / POLICY_FILE
        path.write_text(text, "utf-8")
        yield path


def in_force(state: State) -> str | None:
    """The text of the policy in force, None where no gateway has run."""
    current = state.current()
    if current is None:
        return None
    return (state.bundle(current) / POLICY / POLICY_FILE).read_text("utf-8")
