"""A notice: what one organization is told at one event, as facts. Its words are elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from urllib.parse import urlsplit

from regiongate.domain.appeal import AppealOutcome
from regiongate.domain.contact import Contact
from regiongate.domain.evidence import EvidenceKind
from regiongate.domain.exemption import Scope
from regiongate.domain.facts import Cloud
from regiongate.domain.instant import require_instants
from regiongate.domain.line import is_line
from regiongate.domain.measure import Measure, Phase

NOTICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
"""What the id of a notice is made of: it becomes a Message-ID, an envelope id and a file name."""


class Event(StrEnum):
    """What happened, or will, that an organization is told of."""

    ANNOUNCEMENT = "announcement"
    REMINDER = "reminder"
    ON_THE_DAY = "on-the-day"
    SUSPENSION_PROPOSED = "suspension-proposed"
    SUSPENDED = "suspended"
    RELEASED = "released"
    APPEAL_RECEIVED = "appeal-received"
    APPEAL_DECIDED = "appeal-decided"
    EXEMPTION_ENDING = "exemption-ending"


class ReleaseCause(StrEnum):
    """Why an organization is released."""

    LIST_CHANGED = "list-changed"
    SOURCES_CHANGED = "sources-changed"
    TRAFFIC_ENDED = "traffic-ended"
    APPEAL_GRANTED = "appeal-granted"
    REVIEW = "review"


def _one_line(name: str, text: str) -> None:
    if not is_line(text):
        raise ValueError(f"{name} is {text!r}: it must be one line of text, and not empty")


def _web(name: str, link: str) -> None:
    _one_line(name, link)
    parts = urlsplit(link)
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in link:
        raise ValueError(f"{name} is {link!r}: write http://… or https://…")


@dataclass(frozen=True, slots=True)
class Addressee:
    """The organization that a notice is about: its id, its name, and whom of it we write to."""

    id: str
    name: str
    contact: Contact

    def __post_init__(self) -> None:
        """A name with a line break could begin another header."""
        _one_line("the id of the organization", self.id)
        _one_line("the name of the organization", self.name)


@dataclass(frozen=True, slots=True)
class Provider:
    """In whose name a notice speaks: the API as people call it, and the policy it rests on.

    `contact` is the policy's: `mailto:…` or `https://…`.
    """

    api: str
    policy: str
    version: str
    contact: str

    def __post_init__(self) -> None:
        """Each stands in a line of the message."""
        for name in ("api", "policy", "version", "contact"):
            _one_line(f"`{name}` of the provider", getattr(self, name))
        if not self.contact.startswith("mailto:"):
            _web("the contact of the policy", self.contact)


@dataclass(frozen=True, slots=True)
class Links:
    """Where an organization can see what we see, appeal, and find alternatives."""

    self_check: str
    appeal: str
    alternatives: str

    def __post_init__(self) -> None:
        """They are opened by a click, so nothing but the web will do."""
        for name in ("self_check", "appeal", "alternatives"):
            _web(f"the link `{name}`", getattr(self, name))


@dataclass(frozen=True, slots=True)
class Listed:
    """What a message lists of many: those shown, and how many more there are."""

    shown: tuple[str, ...]
    more: int = 0

    def __post_init__(self) -> None:
        """A count of what is not shown is no list."""
        if self.more < 0 or (self.more and not self.shown):
            raise ValueError(f"{self.more} more than nothing")
        for text in self.shown:
            _one_line("a listed fact", text)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the survey saw of an organization's traffic from unsupported regions.

    `keys` are prefixes of API keys, none where the log named none. `networks` are /24 or /48.
    `regions` are ISO 3166 codes, none where the sources did not say. `first` and `last` are
    instants. `requests` came from there, of `total` that the organization made from the day
    `since` to the day `until` (UTC, both included).
    """

    keys: Listed
    networks: Listed
    regions: Listed
    clouds: tuple[Cloud, ...]
    first: datetime
    last: datetime
    requests: int
    total: int
    since: date
    until: date

    def __post_init__(self) -> None:
        """Numbers that contradict each other would be told as evidence."""
        require_instants(self.first, self.last)
        if not 0 < self.requests <= self.total:
            raise ValueError(f"{self.requests} of {self.total} requests is no share")
        if not self.networks.shown:
            raise ValueError("traffic that was seen came from some network: name it")
        if self.first > self.last or self.since > self.until:
            raise ValueError("what was seen first was not seen last")

    @property
    def share(self) -> Fraction:
        """The part of the requests that came from unsupported regions, over 0 and up to 1."""
        return Fraction(self.requests, self.total)


@dataclass(frozen=True, slots=True)
class Suspension:
    """A suspension and what it rests on. `at` is its earliest instant, or when it was decided."""

    evidence: tuple[EvidenceKind, ...]
    at: datetime

    def __post_init__(self) -> None:
        """Two independent kinds at least: location alone suspends nobody."""
        require_instants(self.at)
        if len(set(self.evidence)) < 2:
            raise ValueError("a suspension rests on two kinds of evidence or more")


@dataclass(frozen=True, slots=True)
class Release:
    """Since when an organization is released, and why."""

    cause: ReleaseCause
    at: datetime

    def __post_init__(self) -> None:
        """An instant has a time zone."""
        require_instants(self.at)


@dataclass(frozen=True, slots=True)
class AppealReceived:
    """An appeal that was received: its id, when, and by when it is answered."""

    id: str
    received: datetime
    due: datetime

    def __post_init__(self) -> None:
        """Each stands in a line of the message."""
        _one_line("the id of the appeal", self.id)
        require_instants(self.received, self.due)


@dataclass(frozen=True, slots=True)
class AppealDecision:
    """What became of an appeal. `reason` is what the approver wrote, in whatever language.

    `until` (None for no end) is when the exemption or the correction ends.
    """

    outcome: AppealOutcome
    at: datetime
    reason: str
    until: datetime | None
    may_reopen: bool

    def __post_init__(self) -> None:
        """No decision without a reason."""
        require_instants(self.at, self.until)
        _one_line("the reason of the decision", self.reason)


@dataclass(frozen=True, slots=True)
class EndingExemption:
    """An exemption that ends. `value` is the key prefix or the network, None for organizations."""

    scope: Scope
    value: str | None
    ends: datetime

    def __post_init__(self) -> None:
        """A key or a network is named, an organization is the one that the notice is about."""
        require_instants(self.ends)
        if (self.value is None) is not (self.scope is Scope.ORGANIZATION):
            raise ValueError(f"an exemption for {self.scope} with the value {self.value!r}")
        if self.value is not None:
            _one_line("the value of the exemption", self.value)


NEEDS: Mapping[Event, tuple[str, ...]] = MappingProxyType(
    {
        Event.ANNOUNCEMENT: ("block", "seen"),
        Event.REMINDER: ("block", "seen"),
        Event.ON_THE_DAY: ("block", "seen"),
        Event.SUSPENSION_PROPOSED: ("seen", "suspension"),
        Event.SUSPENDED: ("seen", "suspension"),
        Event.RELEASED: ("release",),
        Event.APPEAL_RECEIVED: ("appeal",),
        Event.APPEAL_DECIDED: ("appeal", "decision"),
        Event.EXEMPTION_ENDING: ("block", "exemption"),
    }
)
"""Which facts an event cannot be told without."""


AHEAD = frozenset({Event.ANNOUNCEMENT, Event.REMINDER})
"""What is told before the date of the block; afterwards it would say what is no longer so."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything that one message says. `at` is the instant from which it speaks.

    The id is what a bounce is recognized by, so it must not be one that others can guess.
    """

    id: str
    event: Event
    at: datetime
    organization: Addressee
    provider: Provider
    links: Links
    measure: Measure
    seen: Seen | None = None
    suspension: Suspension | None = None
    release: Release | None = None
    appeal: AppealReceived | None = None
    decision: AppealDecision | None = None
    exemption: EndingExemption | None = None

    def __post_init__(self) -> None:
        """An event has the facts that it needs, or there is no notice."""
        require_instants(self.at)
        if not NOTICE_ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is not an id of a notice: letters, digits, - and _")
        missing = [name for name in NEEDS[self.event] if getattr(self, name) is None]
        if missing:
            raise ValueError(f"notice {self.id}: {self.event} needs {', '.join(missing)}")
        if self.event in AHEAD and self.block is not None and self.block <= self.at:
            raise ValueError(f"notice {self.id}: {self.event} comes before the date that it names")

    @property
    def block(self) -> datetime | None:
        """From when calls are refused."""
        return self.measure.start(Phase.BLOCK)

    @property
    def suspend(self) -> datetime | None:
        """From when accounts may be suspended."""
        return self.measure.start(Phase.SUSPEND)
