"""The guard: what becomes of a request, under the bundle in force."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from uuid import uuid4

from regiongate.compiler.envoy import names
from regiongate.domain.facts import Cloud
from regiongate.domain.refusal import SELF_CHECK_PATH
from regiongate.domain.verdict import Verdict
from regiongate.guard import words
from regiongate.guard.address import Nobody, Settled, Unreadable
from regiongate.guard.asked import Asked
from regiongate.guard.in_force import Counts, InForce
from regiongate.guard.keys import NO_KEY, Key, identify
from regiongate.guard.opened import Believed, Opened
from regiongate.guard.outcome import Outcome, Passed
from regiongate.library.answer import Answer

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
_BENT = re.compile(r"//|/\.{1,2}(?:/|$)")
"""In a path that a server might take for another one."""


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
            return words.unreadable(_request_id(asked, True))
        except Nobody:
            return words.undecided(_request_id(asked, False))
        request_id = _request_id(asked, settled.trusted)
        organization, key = _whose(opened, asked, settled)
        named = None if key.key is not None else organization
        checking = asked.path == SELF_CHECK_PATH
        path = None if checking or _BENT.search(asked.path) else asked.path
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
        response = {"x-request-id": request_id}
        if warned:
            response |= words.warning(answer, cloud)
        return Passed(
            request=_for_the_api(answer, cloud, organization, key, request_id),
            response=response,
            link=words.warning_link(opened.policy) if warned else None,
            strip=not settled.trusted,
            answer=answer,
            organization=organization,
        )


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
    said = asked.headers("x-request-id") if believed else []
    if len(said) == 1 and _REQUEST_ID.fullmatch(said[0]):
        return said[0].decode("ascii")
    return str(uuid4())


def _for_the_api(
    answer: Answer, cloud: Cloud | None, organization: str | None, key: Key, request_id: str
) -> dict[str, str]:
    """The headers that the API gets, as the gateway gives them to its upstream."""
    said = {
        names.COUNTRY: answer.country,
        names.REGION: answer.region,
        names.CLOUD: None if cloud is None else cloud.words,
        names.CLASS: answer.place_class.value,
        names.VERDICT: answer.verdict.value,
        names.WOULD: answer.would.value if answer.would is not answer.verdict else None,
        names.RULE: answer.rule,
        names.ORGANIZATION: organization,
        names.KEY: key.short,
        names.GENERATION: answer.generation,
        "x-request-id": request_id,
    }
    return {name: text for name, text in said.items() if text is not None}
