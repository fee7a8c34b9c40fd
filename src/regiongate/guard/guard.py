"""The guard: what becomes of a request, under the bundle in force."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from types import MappingProxyType

from regiongate.domain.fault import UNDECIDED, UNREADABLE
from regiongate.domain.refusal import SELF_CHECK_PATH
from regiongate.domain.verdict import Verdict
from regiongate.domain.warning import links
from regiongate.guard import words
from regiongate.guard.address import Nobody, Settled, Unreadable
from regiongate.guard.asked import Asked
from regiongate.guard.in_force import Counts, InForce
from regiongate.guard.keys import NO_KEY, Key, identify
from regiongate.guard.opened import Believed, Opened
from regiongate.guard.outcome import Outcome, Passed
from regiongate.guard.request_id import fresh, readable

_BENT = re.compile(r"//|/\.{1,2}(?:/|$)|\?")
"""A question mark in a path that came without its query was written `%3f`."""


_NO_WARNING: Mapping[str, str] = MappingProxyType({})


class Guard:
    """Answers requests by the bundle at a path. All methods may be called from several threads."""

    def __init__(
        self,
        bundle: str | PathLike[str],
        *,
        trusted: Sequence[str] | None = None,
        trusted_hops: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open the bundle in a folder, or the one in force in the state directory of a gateway.

        `trusted` and `trusted_hops` stand instead of what the bundle says of its gateway's proxies.
        Raises CannotRun or ProblemsFound (regiongate.domain.errors) when there is no sound bundle.
        """
        self._in_force = InForce(Path(bundle), Believed(trusted, trusted_hops), clock)

    @property
    def opened(self) -> Opened:
        """The bundle in force."""
        return self._in_force.opened

    @property
    def counts(self) -> Counts:
        """How many bundles this process has opened, and how many it could not."""
        return self._in_force.counts

    def refresh(self) -> bool:
        """Look for another bundle now instead of within a second; see `InForce.refresh`."""
        return self._in_force.refresh()

    def close(self) -> None:
        """Watch for other bundles no longer."""
        self._in_force.close()

    def ask(self, asked: Asked) -> Outcome:
        """What becomes of a request."""
        opened = self._in_force.opened
        try:
            settled = opened.addresses.settle(asked.peer, asked.headers("x-forwarded-for"))
        except Unreadable:
            return words.faulty(UNREADABLE, _request_id(asked, True))
        except Nobody:
            return words.faulty(UNDECIDED, _request_id(asked, False))
        request_id = _request_id(asked, settled.trusted)
        organization, key = _whose(opened, asked, settled)
        named = None if key.key is not None else organization
        checking = asked.path == SELF_CHECK_PATH
        path = None
        if not checking and opened.opens(asked.path) and not _is_bent(asked.path):
            path = asked.path
        answer = opened.gate.decide(settled.address, named, api_key=key.key, path=path)
        cloud = opened.cloud(settled.address)
        if checking:
            told = words.self_check(opened.policy, answer, settled.address, cloud, request_id)
            return replace(told, organization=organization)
        # Only a gateway can hand a request over; here it is refused, as without an agreement.
        if answer.verdict.refuses or answer.verdict is Verdict.HAND_OVER:
            refused = words.refusal(opened.policy, answer, cloud, request_id)
            return replace(refused, organization=organization)
        warned = answer.verdict is Verdict.WARN
        return Passed(
            said=opened.sayings.of(answer, cloud, organization),
            key=key.short,
            request_id=request_id,
            warning=words.warned(answer, cloud) if warned else _NO_WARNING,
            link=links(opened.policy.refusal.appeal) if warned else None,
            untold=None if settled.trusted else opened.settings.organization_header,
            organization=organization,
        )


def _is_bent(path: str) -> bool:
    """Whether a server might take a path for another one."""
    return _BENT.search(path) is not None


def _whose(opened: Opened, asked: Asked, settled: Settled) -> tuple[str | None, Key]:
    """The organization of a request, and its key where keys are asked for."""
    settings = opened.settings
    if opened.tokens is not None:
        return opened.tokens.organization(asked), NO_KEY
    if settings.api_keys:
        key = identify(asked.headers, settings.api_key_headers, opened.keys)
        return key.organization, key
    if settings.organization_header is not None and settled.trusted:
        # Given twice it arrives joined by a comma, matches no id, and so gains nothing.
        joined = b",".join(asked.headers(settings.organization_header))
        return joined.decode("latin-1") or None, NO_KEY
    return None, NO_KEY


def _request_id(asked: Asked, believed: bool) -> str:
    """The id of a request: a trusted proxy's, where it is one, or a new one."""
    if asked.request_id is not None:
        return asked.request_id
    said = readable(asked.headers("x-request-id")) if believed else None
    return said or fresh()
