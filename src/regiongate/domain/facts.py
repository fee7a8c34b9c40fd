"""Facts about an address other than its region: anonymizers, cloud, AS. No region follows from one.

A policy may have a verdict for a kind of anonymizer. Cloud and AS make no verdict; they are told
to whoever is refused, because they say where a call really left from and who can move it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from regiongate.domain.place import RELAY

ANONYMIZERS = ("tor", "vpn", "proxy", "hosting")
"""The kinds of anonymizers that may have a verdict."""

KINDS = (*ANONYMIZERS, RELAY)
"""Every kind of anonymizer that a source of facts may state."""

CLOUD_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._:/()-]{0,62}[A-Za-z0-9.)])?")
"""What a provider or a cloud region is written like: it travels in a header."""

EDGE = "Cloudflare"
"""The provider that runs code near whoever calls it, so that there is no region to choose."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a cloud region is: its name in words ("Hong Kong"), and its ISO 3166 code (`HK`)."""

    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Cloud:
    """A cloud, and which of its regions an address is in.

    `provider` is a name for people ("AWS"), `region` what the provider itself calls the region
    (`ap-east-1`), None where it names none. `location` is None where nobody has said where that
    region is: it is never guessed.
    """

    provider: str
    region: str | None = None
    location: Site | None = None

    @property
    def words(self) -> str:
        """The cloud as people read it: "AWS ap-east-1, Hong Kong"."""
        named = self.provider if self.region is None else f"{self.provider} {self.region}"
        return named if self.location is None else f"{named}, {self.location.name}"


@dataclass(frozen=True, slots=True)
class AutonomousSystem:
    """Who announces the address (RFC 1930): the number (32 bits, RFC 6793), and a name if known."""

    number: int
    name: str | None = None

    @property
    def words(self) -> str:
        """The AS as people read it: "AS64500 Example"."""
        return f"AS{self.number}" if self.name is None else f"AS{self.number} {self.name}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What sources state of an address. `anonymizers` are the kinds, sorted, each once."""

    anonymizers: tuple[str, ...] = ()
    cloud: Cloud | None = None
    autonomous_system: AutonomousSystem | None = None


NO_FACTS = Facts()
"""What is known of an address about which no source states anything."""


def combined(first: Facts, second: Facts) -> Facts:
    """What two sources state together: kinds accumulate, of clouds and of AS the first counts."""
    return Facts(
        anonymizers=tuple(sorted({*first.anonymizers, *second.anonymizers})),
        cloud=first.cloud or second.cloud,
        autonomous_system=first.autonomous_system or second.autonomous_system,
    )


def advice(cloud: str, *, edge: bool) -> str:
    """What to do where a call from a cloud is refused for its region, as one sentence.

    `cloud` is `Cloud.words`, or the placeholder by which a proxy fills them in; `edge` says that
    it is one of `EDGE`.
    """
    if edge:
        return (
            f"This call left from {cloud}, which runs code near whoever calls it: give the Worker "
            "a placement hint in a supported country, or make the call from a machine that is in "
            "one."
        )
    return (
        f"This call left from {cloud}: pin the function, job or machine that makes it to a cloud "
        "region in a supported country."
    )


def advice_on(cloud: Cloud) -> str:
    """The advice for an address in a cloud."""
    return advice(cloud.words, edge=cloud.provider == EDGE)
