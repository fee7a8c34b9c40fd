"""What commands need that write to organizations: the policy, and the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from regiongate import policyfile
from regiongate.cli.mail_options import sender_of
from regiongate.cli.options import FilePath
from regiongate.compiler.bundle import POLICY, POLICY_FILE
from regiongate.control.notices.desk import Desk, desk
from regiongate.control.secrets import link_secret
from regiongate.domain.errors import CannotRun
from regiongate.domain.policy import Policy
from regiongate.gateway.state import State
from regiongate.geo.store.catalogue import Catalogue

F = TypeVar("F", bound=Callable[..., Any])


def policy_option(command: F) -> F:
    """`--policy`: the policy file; None for the one in force at the gateway."""
    text = "The policy file.  [default: the policy in force at the gateway of --state]"
    return click.option("--policy", "policy_path", type=FilePath(), help=text)(command)


def read_policy(path: Path | None, state_dir: Path, catalogue: Catalogue) -> Policy:
    """The policy of a file, else the one in force. Raises ProblemsFound or CannotRun."""
    return policyfile.load(path or _in_force(State(state_dir.resolve())), catalogue.named())


def open_desk(policy: Policy, mail: Mapping[str, str | None], state_dir: Path) -> Desk:
    """The desk at which notices are written; `mail` is what `sender_options` gave. CannotRun."""
    return desk(policy, sender_of(mail), link_secret(state_dir.resolve()))


def _in_force(state: State) -> Path:
    generation = state.current()
    if generation is None:
        raise CannotRun(f"no gateway has run in {state.root}: name a --policy")
    return state.bundle(generation) / POLICY / POLICY_FILE
