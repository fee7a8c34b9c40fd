"""What a survey finds: who uses the API from where, in numbers. Signals are numbers, not guilt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from regiongate.domain.attested import Attested


@dataclass(frozen=True, slots=True)
class Rows:
    """Every row of the logs, counted once.

    `read` are those within the time looked at, `outside` those beyond it. A row is located when a
    region can be said of its address, unknown when no source knows it, special when it lies in a
    special-purpose block, rejected when it has no address or no time that can be read.
    """

    read: int
    located: int
    unknown: int
    special: int
    rejected: int
    outside: int = 0

    def __post_init__(self) -> None:
        """Nothing is lost and nothing counted twice."""
        if self.read != self.located + self.unknown + self.special + self.rejected:
            raise ValueError(f"the rows do not add up: {self}")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the requests of somebody, and which share of all of them it is (0 to 1).

    `tokens` is None where the log counts none.
    """

    requests: int
    tokens: int | None
    share: float


@dataclass(frozen=True, slots=True)
class Unsupported:
    """The part from unsupported regions: by country (ISO 3166-1), by part of one (3166-2), when."""

    part: Part
    countries: Mapping[str, int]
    regions: Mapping[str, int]
    first_seen: datetime | None
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Network:
    """A /24 or /48 from which requests came that are not simply allowed, and what is known of it.

    `region` is the most exact that is known, None for none. The facts are those of one address in
    it; `verdict` is what its requests get once the measure is fully in force (`would`).
    """

    network: str
    requests: int
    region: str | None
    verdict: str
    anonymizers: tuple[str, ...]
    cloud: str | None
    cloud_region: str | None
    asn: int | None
    as_name: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What is told of an organization and of a key alike.

    `countries` are all countries with their requests, `verdicts` the requests by what they would
    get at the instant of judging, by the standing of their organization. `networks` are those with
    most requests that are not simply allowed, `networks_in_all` how many of these there are.
    `hosts`, `paths` and `models` are examples from these requests (from all requests where there
    are none), and not a list of all. Times are None where the log has none.
    """

    requests: int
    tokens: int | None
    unsupported: Unsupported
    disputed: Part
    anonymizer: Part
    countries: Mapping[str, int]
    verdicts: Mapping[str, int]
    first_seen: datetime | None
    last_seen: datetime | None
    days_active: int
    networks: tuple[Network, ...]
    networks_in_all: int
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Journey:
    """Two sightings of one key, one after the other, that lie far apart: a number, not guilt.

    `km` is between the middles of the two regions, so it says nothing of neighbours. `hours` is
    from the last request of a day in the one to the first in the other, 0 where both were seen at
    the same time; `kmh` is None then.
    """

    departure: str
    arrival: str
    at: datetime
    km: int
    hours: float
    kmh: int | None


@dataclass(frozen=True, slots=True)
class Key:
    """One key: a digest or a public prefix, None for requests without one.

    `most_countries` is the largest number of countries on one day, `on` that day.
    """

    key: str | None
    seen: Seen
    most_countries: int
    on: date | None
    journeys: tuple[Journey, ...]
    journeys_in_all: int


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One organization, None for requests of none; `state` by the organizations file."""

    id: str | None
    state: str
    seen: Seen
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """The first and the last request that was read; None where the logs have no times."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Judging:
    """The policy and the instant of the verdicts, and why that instant."""

    policy: str
    version: str
    list: str
    at: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Survey:
    """The result: affected organizations, those with most unsupported requests first.

    `organizations_seen` counts all of them, the unaffected included. `attested` is what those say
    of their own users whose word was asked for.
    """

    judging: Judging
    period: Period
    rows: Rows
    organizations_seen: int
    organizations: tuple[Surveyed, ...]
    attested: tuple[Attested, ...] = ()
