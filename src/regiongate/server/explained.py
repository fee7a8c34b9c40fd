"""The explanation of an address or a request, by what the gateway of a house knows."""

from __future__ import annotations

from typing import Any

from regiongate.control.explain import (
    Question,
    address_of,
    answer,
    by_bundle,
    by_request,
)
from regiongate.server.ground import ground_of
from regiongate.server.house import House


def explained(
    house: House, what: str, organization: str | None, path: str | None
) -> dict[str, Any]:
    """The explanation of an address, or of a request where it is no address. Raises CannotRun."""
    if not _is_address(what):
        return by_request(what, house.state.access_log, house.state.bundles)
    question = Question(what, house.clock(), organization, path)
    current = house.state.current()
    if current is not None:
        return by_bundle(question, house.state.bundle(current))
    return answer(question, ground_of(house, address_of(question)))


def _is_address(what: str) -> bool:
    """Whether it is meant as an address: a request id has dashes, and no address has."""
    return "-" not in what and ("." in what or ":" in what)
