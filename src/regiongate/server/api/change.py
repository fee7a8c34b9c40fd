"""A change over HTTP: done once for each idempotency key, and rehearsed where that is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Header, Query, Request, Response

from regiongate.control.access import once
from regiongate.control.access.once import KeyUsed
from regiongate.control.rehearsal import transactions
from regiongate.domain.access import Caller
from regiongate.server.entry.token import caller_of
from regiongate.server.house import House, house_of
from regiongate.server.problem import Refused

_REPLAYED = "idempotency-replayed"

Work = Callable[[sa.Connection, datetime], Response]
"""What is done within one transaction at an instant, and how it is answered."""


@dataclass(frozen=True, slots=True)
class Change:
    """What every endpoint that changes something takes: who asks, and how it is to be done.

    `if_match` is the version that the caller saw. `fingerprint` is a digest of the whole request.
    """

    house: House
    caller: Caller
    if_match: str | None
    key: str | None
    dry_run: bool
    fingerprint: str

    @property
    def person(self) -> str:
        """In whose name it is done."""
        return self.caller.person.name

    def make(self, work: Work) -> Response:
        """Do the work in one transaction, or give the answer that its key was given before."""
        at = self.house.clock()
        database = self.house.database
        with (
            transactions(database, rehearsed=self.dry_run) as transaction,
            transaction() as connection,
        ):
            if self.key is None or self.dry_run:
                return work(connection, at)
            return self._once(connection, self.key, at, work)

    def make_outside(
        self, work: Callable[[datetime], Response], require: Callable[[], object] = lambda: None
    ) -> Response:
        """Do work that has transactions of its own, or changes more than the store.

        The key is taken before and its answer kept afterwards. After a failure in between nobody
        knows how far the work came, so the key does nothing any more, and says so. What `require`
        raises refuses the change before that, and takes no key.
        """
        at = self.house.clock()
        if self.key is None or self.dry_run:
            require()
            return work(at)
        with self.house.writing() as connection:
            kept = self._claimed(connection, self.key, at)
            if kept is None:
                require()
        if kept is not None:
            return kept
        made = work(at)
        with self.house.writing() as connection:
            self._keep(connection, self.key, made)
        return made

    def refuse_rehearsal(self, instead: str) -> None:
        """Raise Refused where a change is to be rehearsed that can only be done."""
        if self.dry_run:
            raise Refused(422, "invalid", f"this cannot be rehearsed: {instead}")

    def _once(self, connection: sa.Connection, key: str, at: datetime, work: Work) -> Response:
        kept = self._claimed(connection, key, at)
        if kept is not None:
            return kept
        made = work(connection, at)
        self._keep(connection, key, made)
        return made

    def _claimed(self, connection: sa.Connection, key: str, at: datetime) -> Response | None:
        """The answer that the key was given before; None: it is taken now."""
        try:
            kept = once.once(connection, self.person, key, self.fingerprint, at)
        except KeyUsed as error:
            raise Refused(422, "key-used", str(error)) from error
        if kept is None:
            return None
        return Response(kept.body, kept.status, {**kept.headers, _REPLAYED: "true"})

    def _keep(self, connection: sa.Connection, key: str, made: Response) -> None:
        headers = {
            name: value for name, value in made.headers.items() if name in ("content-type", "etag")
        }
        once.keep(connection, self.person, key, made.status_code, headers, bytes(made.body))


async def _fingerprint(request: Request) -> str:
    """A digest of method, path, query and body."""
    said = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    said.update((request.headers.get("if-match", "") + "\n").encode())
    said.update(await request.body())
    return said.hexdigest()


def _change(
    house: Annotated[House, Depends(house_of)],
    caller: Annotated[Caller, Depends(caller_of)],
    fingerprint: Annotated[str, Depends(_fingerprint)],
    if_match: Annotated[str | None, Header(description="The ETag of what you read.")] = None,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            description="Any text of your own: sent again with it, a change is done once.",
            examples=["4f1c-release-case-7"],
        ),
    ] = None,
    dry_run: Annotated[
        bool, Query(description="Answer as if it were done, and change nothing.")
    ] = False,
) -> Change:
    return Change(house, caller, if_match, idempotency_key, dry_run, fingerprint)


TheChange = Annotated[Change, Depends(_change)]
