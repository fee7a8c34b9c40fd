"""The gate: a bundle opened in one's own process, asked about one address or about a column."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from regiongate.domain.address import canonical
from regiongate.domain.judge import judge, open_path
from regiongate.domain.organization import ORDINARY, Standing
from regiongate.geo.column.pages import pages
from regiongate.library import contents
from regiongate.library.answer import Answer
from regiongate.library.contents import Contents
from regiongate.library.decisions import Decisions
from regiongate.library.eras import Eras
from regiongate.library.find import Address, finder, text_of
from regiongate.library.many import Many
from regiongate.library.table import Group, opened, standing


class Gate:
    """One bundle, ready to decide. It never changes: for another generation open another gate.

    All methods may be called from several threads at once.
    """

    __slots__ = (
        "_clock", "_contents", "_era", "_eras", "_find", "_groups", "_keys", "_many",
        "_organizations", "_own", "_paths",
    )  # fmt: skip

    @classmethod
    def open(cls, bundle: str | os.PathLike[str], clock: Callable[[], float] = time.time) -> Gate:
        """Open the bundle in a folder, such as `regiongate bundle build` writes.

        It takes a second or so for a million networks. `clock` says the seconds since 1970, for
        questions that name no instant. Raises CannotRun or ProblemsFound (regiongate.domain.errors)
        when the folder holds no bundle or a damaged one.
        """
        return cls(contents.read(Path(bundle)), clock)

    def __init__(self, found: Contents, clock: Callable[[], float]) -> None:
        policy = found.reader.policy
        self._contents = found
        self._clock = clock
        self._organizations = found.reader.organizations()
        self._paths = policy.open_paths
        self._groups = {row.id: standing(row.standing.name) for row in self._organizations.values()}
        self._keys = {key: row for row in self._organizations.values() for key in row.keys}
        self._own = found.reader.keys
        self._eras = Eras(found.table, found.places, policy)
        self._era = self._eras.at(clock())
        paged = pages(found.steps)
        self._find = finder(found.steps, paged)
        self._many = Many(found.steps, paged, found.table.ordinary, self._groups)

    @property
    def generation(self) -> str:
        """The generation of the bundle, as log lines name it."""
        return self._contents.table.generation

    def decide(
        self,
        address: Address,
        organization: str | None = None,
        at: datetime | None = None,
        api_key: str | bytes | None = None,
        path: str | None = None,
    ) -> Answer:
        """What a request from an address gets: exactly what the gateway answers with this bundle.

        An organization that is not in the table is an ordinary one, as at the gateway, and so is
        the owner of an API key (text, or the bytes of a header) that is not. `at` (with a time
        zone) is now when it is left out. `path` counts where it is an open one. The address is text
        or an object of `ipaddress`, else TypeError is raised. Raises BadAddress, a ValueError, when
        the text is not exactly one address, and ValueError when `at` has no time zone or when an
        organization and an API key are given at once.
        """
        era = self._era
        if at is not None:
            era = self._eras.at(_seconds(at))
        elif not era.since <= (now := self._clock()) < era.until:
            era = self._era = self._eras.at(now)
        if organization is None and api_key is None and path is None:
            return era.ordinary[self._find(address)]
        return era.answers(self._group(organization, api_key, path))[self._find(address)]

    def decide_many(
        self,
        addresses: object,
        organizations: object = None,
        at: datetime | None = None,
        *,
        threads: int | None = None,
    ) -> Decisions:
        """What requests from a column of addresses get, all at one instant.

        Both columns may be Arrow arrays of text or bytes, chunked or not, NumPy arrays, lists, or
        whatever Arrow converts; a null organization is none. `threads` is how many work at once,
        one for each core when it is left out. A text that is no address has no verdict, and is
        counted. Raises BadColumn, a ValueError, when a column is none of texts or when the two
        differ in length, and ValueError for less than one thread.
        """
        if threads is not None and threads < 1:
            raise ValueError(f"{threads} threads decide nothing: give 1 or more, or leave it out")
        seconds = self._clock() if at is None else _seconds(at)
        return self._many.decide(self._eras.at(seconds), addresses, organizations, threads)

    def reason(
        self,
        address: Address,
        organization: str | None = None,
        at: datetime | None = None,
        api_key: str | bytes | None = None,
        path: str | None = None,
    ) -> str:
        """Why `decide` answers what it answers to the same question, in one sentence.

        It is judged anew and takes a hundred times as long. Raises what `decide` raises.
        """
        when = datetime.fromtimestamp(self._clock(), UTC) if at is None else at
        _seconds(when)
        reader = self._contents.reader
        held = self._standing(organization, api_key)
        place = reader.place(canonical(text_of(address)))
        return judge(reader.policy, place, held, when, path).reason

    def _group(
        self, organization: str | None, api_key: str | bytes | None, path: str | None
    ) -> Group:
        pattern = open_path(self._paths, path)
        if pattern is not None:
            return opened(pattern)
        if api_key is None:
            return self._groups.get(organization or "", self._contents.table.ordinary)
        return standing(self._standing(organization, api_key).name)

    def _standing(self, organization: str | None, api_key: str | bytes | None) -> Standing:
        """A key may have a standing of its own, else it has that of its organization."""
        if api_key is None:
            row = self._organizations.get(organization or "")
            return ORDINARY if row is None else row.standing
        if organization is not None:
            raise ValueError("an organization and an API key: give one of them")
        key = api_key.encode() if isinstance(api_key, str) else api_key
        digest = hashlib.sha256(key).digest()
        owner = self._keys.get(digest)
        return self._own.get(digest, ORDINARY if owner is None else owner.standing)


def _seconds(at: datetime) -> float:
    if not isinstance(at, datetime):
        raise TypeError(f"`at` is a datetime with a time zone, not {type(at).__name__}: {at!r}")
    if at.utcoffset() is None:
        raise ValueError(f"{at.isoformat()} has no time zone: say in which it is meant")
    return at.timestamp()
