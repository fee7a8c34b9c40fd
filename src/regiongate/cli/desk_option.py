"""What commands need that write to organizations: the policy, and the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from regiongate import policyfile
from regiongate.cli.change import Change
from regiongate.cli.gateway_options import state_option
from regiongate.cli.mail_options import sender_of, sender_options, taken
from regiongate.cli.options import FilePath, at_option, dry_run_option, json_option, sources_option
from regiongate.cli.store_option import store_option
from regiongate.cli.together import gathered, together
from regiongate.compiler.bundle import POLICY, POLICY_FILE
from regiongate.control.notices.desk import Desk, desk
from regiongate.control.secrets import link_secret
from regiongate.domain.errors import CannotRun
from regiongate.domain.policy import Policy
from regiongate.gateway.state import State
from regiongate.geo.store.catalogue import Catalogue

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class DeskChange(Change):
    """A change of which organizations are told: by which policy, and in whose name.

    `policy_path` is None for the policy in force at the gateway; `sender` is what `sender_options`
    gave.
    """

    policy_path: Path | None
    catalogue: Catalogue
    sender: Mapping[str, str | None]

    def policy(self) -> Policy:
        """The policy. Raises ProblemsFound or CannotRun."""
        return read_policy(self.policy_path, self.state_dir, self.catalogue)

    def desk(self, policy: Policy) -> Desk:
        """The desk at which notices are written. Raises CannotRun."""
        return open_desk(policy, self.sender, self.state_dir)


def desk_options(command: F) -> F:
    """What says how organizations are told, and what `change_options` are: all of it `change`."""
    options = (policy_option, sender_options, at_option, sources_option, state_option)
    last = (store_option, json_option, dry_run_option)
    return together(*options, *last, as_desk_change)(command)


def as_desk_change(command: F) -> F:
    """The same for a command that has these options in an order of its own."""
    gathering = gathered(DeskChange, "change")(command)

    @wraps(command)
    def telling(*args: Any, **said: Any) -> Any:
        sender = taken(said)
        return gathering(*args, sender=sender, **said)

    return cast("F", telling)


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
