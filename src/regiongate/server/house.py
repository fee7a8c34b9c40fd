"""The house: what every page and endpoint works on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock

import sqlalchemy as sa
from fastapi import Request

from regiongate import offers, policyfile
from regiongate.compiler.bundle import POLICY, POLICY_FILE
from regiongate.compiler.sources import tables
from regiongate.control.notices.desk import Desk, desk
from regiongate.control.notices.post import Post
from regiongate.control.secrets import link_secret
from regiongate.domain.errors import CannotRun
from regiongate.domain.offer import Offers
from regiongate.domain.policy import Policy
from regiongate.gateway.state import State
from regiongate.geo.source import SourceTable
from regiongate.geo.store.catalogue import Catalogue
from regiongate.notify.sender import Sender
from regiongate.notify.settings import read_sender
from regiongate.server.security.limit import Limiter
from regiongate.server.settings import Settings
from regiongate.store.database import Database


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class House:
    """One server's things. `clock` is the only clock that any of its pages reads.

    `post` is by what notices are sent, None where this server sends none.
    """

    settings: Settings
    database: Database
    catalogue: Catalogue
    clock: Callable[[], datetime] = _now
    limiter: Limiter = field(default_factory=Limiter)
    post: Post | None = field(init=False)
    _read: tuple[str, Policy] | None = None
    _tables: tuple[Policy, list[SourceTable]] | None = None
    _offers: tuple[int, Offers] | None = None
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """There is one post for all who ask, so that they share its pace."""
        mail = self.settings.post
        self.post = None if mail is None else Post(mail, time.monotonic, time.sleep)

    @property
    def state(self) -> State:
        """The state directory of the gateway that this server speaks for."""
        return State(self.settings.state_dir.resolve())

    @cached_property
    def secret(self) -> bytes:
        """What links and short-lived cookies are signed with."""
        return link_secret(self.state.root)

    def close(self) -> None:
        """End what is under way, as long as there is a store to note it in."""
        if self.post is not None:
            self.post.close()

    def require_post(self) -> Post:
        """The post. Raises CannotRun where this server sends none."""
        if self.post is None:
            raise CannotRun(
                "this server sends no mail, because it was started without a relay: start"
                " `regiongate serve` with --relay, or send with `regiongate case notice --send`"
            )
        return self.post

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that reads."""
        with self.database.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that writes."""
        with self.database.writing() as connection:
            yield connection

    def policy(self) -> Policy:
        """The policy in force, or the file that was named. Raises CannotRun or ProblemsFound."""
        generation = self.state.current()
        path = self.settings.policy
        if path is None:
            if generation is None:
                raise CannotRun(f"no gateway has run in {self.state.root}: name a --policy")
            path = self.state.bundle(generation) / POLICY / POLICY_FILE
        key = f"{path} {path.stat().st_mtime_ns}" if path.exists() else str(path)
        with self._lock:
            if self._read is None or self._read[0] != key:
                self._read = (key, policyfile.load(path, self.catalogue.named()))
            return self._read[1]

    def offers(self) -> Offers:
        """The offers of other vendors, read again when their file changes.

        Raises ProblemsFound or CannotRun.
        """
        path = self.settings.offers
        changed = 0 if path is None or not path.exists() else path.stat().st_mtime_ns
        with self._lock:
            if self._offers is None or self._offers[0] != changed:
                self._offers = (changed, offers.given(path))
            return self._offers[1]

    def desk(self) -> Desk:
        """The desk at which notices are written. Raises CannotRun."""
        return desk(self.policy(), self.sender(), self.secret)

    def sender(self) -> Sender:
        """In whose name letters are written. Raises CannotRun where nobody was named."""
        return read_sender(self.settings.mail)

    def tables(self) -> list[SourceTable]:
        """The sources of the policy in force, in its order; read once for each policy."""
        policy = self.policy()
        with self._lock:
            if self._tables is None or self._tables[0] is not policy:
                self._tables = (policy, list(tables(policy, self.catalogue)))
            return self._tables[1]


def house_of(request: Request) -> House:
    """The house of the server that a request came to."""
    found: House = request.app.state.house
    return found
