"""What a command is told that changes the store, and the transaction in which it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from regiongate.cli.gateway_options import state_option
from regiongate.cli.options import at_option, dry_run_option, json_option
from regiongate.cli.store_option import open_store, store_option
from regiongate.cli.together import gathered, together
from regiongate.control.rehearsal import Transaction, transactions

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Change:
    """At which instant, in which store, told in which form, and whether only rehearsed.

    `store_url` is None for the store in `state_dir`.
    """

    at: datetime
    state_dir: Path
    store_url: str | None
    as_json: bool
    dry_run: bool

    @property
    def kept(self) -> bool:
        """Whether anything is kept of it."""
        return not self.dry_run

    @property
    def is_(self) -> str:
        """The verb of a sentence that says what became of something."""
        return "would be" if self.dry_run else "is"

    @contextmanager
    def transactions(self) -> Iterator[Transaction]:
        """Where a verb gets its transactions; of a rehearsal nothing is kept. Raises CannotRun."""
        with (
            closing(open_store(self.store_url, self.state_dir)) as database,
            transactions(database, rehearsed=self.dry_run) as transaction,
        ):
            yield transaction

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """The same for who needs one."""
        with self.transactions() as transaction, transaction() as connection:
            yield connection


def as_change(command: F) -> F:
    """For a command that has its own words for some of these options, or its own order of them."""
    return gathered(Change, "change")(command)


def change_options(command: F) -> F:
    """`--at`, `--state`, `--store`, `--json`, `--dry-run`: the command gets them as `change`."""
    options = (at_option, state_option, store_option, json_option, dry_run_option)
    return together(*options, as_change)(command)


def rehearsal_options(command: F) -> F:
    """The same, with `--dry-run` right behind `--at` on the help page."""
    options = (at_option, dry_run_option, state_option, store_option, json_option)
    return together(*options, as_change)(command)
