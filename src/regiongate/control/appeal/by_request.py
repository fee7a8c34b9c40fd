"""The link to an appeal by a refusal: whoever was refused a moment ago shows which request it was.

The id of a request is random, and only who got the refusal knows it; the network must be the same
as well, because a trusted proxy may pass on ids that a client made up. The gateway says whose
request it was. Whatever is wrong has one answer, None: nobody learns here which ids there are,
whose they are, or who has a case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import sqlalchemy as sa

from regiongate.control.links.appeal import appeal_link
from regiongate.control.log_line import find_line
from regiongate.domain.address import BadAddress, IPAddress, canonical
from regiongate.domain.errors import CannotRun
from regiongate.domain.exemption import folded
from regiongate.domain.verdict import Verdict
from regiongate.store.cases import Cases

LASTS = timedelta(days=1)
"""How long the link works; another refusal gives another."""

OLDEST = timedelta(days=30)
"""How old a refusal may be; the log may reach back less far."""

NEWEST = 1 << 30
"""Bytes of the gateway's log that are searched for a refusal, from its end: about two million
requests. Anybody may ask for a search, so none takes longer because the log has grown."""

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REFUSED = {verdict.value for verdict in Verdict if verdict.refuses}


@dataclass(frozen=True, slots=True)
class Refused:
    """Which request was refused, who shows it from where, and at which instant."""

    request: str
    client: IPAddress
    at: datetime


def link_by_request(
    connection: sa.Connection, said: Refused, log: Path, site: str, secret: bytes
) -> str | None:
    """The link to the appeal of the organization whose request was refused; None: there is none."""
    organization = _whose(said, log)
    case = None if organization is None else Cases(connection).open_of(organization)
    if case is None:
        return None
    return appeal_link(site, case.organization, case.number, secret, said.at + LASTS)


def _whose(said: Refused, log: Path) -> str | None:
    if _ID.fullmatch(said.request) is None:
        return None
    try:
        line = find_line(log, said.request, NEWEST)
        when = datetime.fromisoformat(str(line["time"]))
        address = canonical(str(line["address"]).partition("%")[0])
    except (CannotRun, BadAddress, ValueError, KeyError, TypeError):
        return None
    if line.get("verdict") not in _REFUSED or not said.at - OLDEST <= when <= said.at + LASTS:
        return None
    if folded(ip_network(address)) != folded(ip_network(said.client)):
        return None
    organization = line.get("organization")
    return organization if isinstance(organization, str) and organization else None
