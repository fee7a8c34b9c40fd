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

    def _once(self, connection: sa.Connection, key: str, at: datetime, work: Work) -> Response:
        try:
            kept = once.once(connection, self.person, key, self.fingerprint, at)
        except KeyUsed as error:
            raise Refused(422, "key-used", str(error)) from error
        if kept is not None:
            return Response(kept.body, kept.status, {**kept.headers, _REPLAYED: "true"})
        made = work(connection, at)
        headers = {
            name: value for name, value in made.headers.items() if name in ("content-type", "etag")
        }
        once.keep(connection, self.person, key, made.status_code, headers, bytes(made.body))
        return made


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
