"""A notice for each event, with all of its facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from regiongate.control.links.appeal import appeal_link
from regiongate.control.switch.link import plan_link
from regiongate.domain.appeal import AppealOutcome
from regiongate.domain.contact import Contact
from regiongate.domain.evidence import EvidenceKind
from regiongate.domain.exemption import Scope
from regiongate.domain.facts import EDGE, Cloud, Site
from regiongate.domain.measure import Measure, Phase
from regiongate.domain.notice import (
    Addressee,
    AppealDecision,
    AppealReceived,
    EndingExemption,
    Event,
    Links,
    Listed,
    Notice,
    Provider,
    Release,
    ReleaseCause,
    Seen,
    Suspension,
)
from regiongate.notify.letter import Letter, compose
from regiongate.notify.sender import Sender

MEASURE = Measure(
    "America/Los_Angeles",
    (
        (Phase.WARN, datetime(2024, 6, 25, 7, tzinfo=UTC)),
        (Phase.BLOCK, datetime(2024, 7, 9, 7, tzinfo=UTC)),
        (Phase.SUSPEND, datetime(2024, 8, 9, 7, tzinfo=UTC)),
    ),
)

SEEN = Seen(
    keys=Listed(("sk-ab12…", "sk-cd34…")),
    networks=Listed(("192.0.2.0/24", "2001:db8:1::/48"), more=1240),
    regions=Listed(("HK", "UA-43")),
    clouds=(
        Cloud("AWS", "ap-east-1", Site("Hong Kong", "HK")),
        Cloud(EDGE),
    ),
    first=datetime(2024, 6, 3, 21, 5, tzinfo=UTC),
    last=datetime(2024, 6, 24, 1, 30, tzinfo=UTC),
    requests=1234,
    total=29380,
    since=date(2024, 6, 1),
    until=date(2024, 6, 24),
)

SITE = "https://api.example.com/region-access"
_SECRET, _LINKS_END = bytes(32), datetime(2025, 8, 9, 7, tzinfo=UTC)

LINKS = Links(
    self_check=f"{SITE}/.well-known/region-access",
    appeal=appeal_link(SITE, "org-42", 17, _SECRET, _LINKS_END),
    alternatives=plan_link(SITE, "org-42", _SECRET, _LINKS_END),
)

SENDER = Sender("Example API", "notices@example.com", "bounces@example.com", "example.com")
LETTER_DATE = datetime(2024, 7, 2, 8, 0, 5, tzinfo=UTC)

_AT = {
    Event.ANNOUNCEMENT: datetime(2024, 6, 25, 8, tzinfo=UTC),
    Event.REMINDER: datetime(2024, 7, 2, 8, tzinfo=UTC),
}


def notice(event: Event, language: str = "en") -> Notice:
    """The notice of an event for an organization that all the facts are known of."""
    return Notice(
        id=f"n-{list(Event).index(event)}-5f0c2a",
        event=event,
        at=_AT.get(event, datetime(2024, 7, 9, 7, tzinfo=UTC)),
        organization=Addressee(
            "org-42", "Café Nord & Söhne", Contact("ops+gate@example.net", language)
        ),
        provider=Provider("Example API", "example-api", "2024-07-01", "mailto:access@example.com"),
        links=LINKS,
        measure=MEASURE,
        **_particulars(event),  # type: ignore[arg-type]
    )


def letter(event: Event, language: str = "en") -> Letter:
    """The letter that tells it, as the third of its case."""
    return compose(notice(event, language), SENDER, LETTER_DATE, ("n-a-1", "n-b-2"))


def denied(of: Notice) -> Notice:
    """The same notice about an appeal that was denied and may be reopened."""
    assert of.decision is not None
    told = replace(of.decision, outcome=AppealOutcome.DENIED, until=None, may_reopen=True)
    return replace(of, decision=told)


def _particulars(event: Event) -> dict[str, object]:
    seen = {"seen": SEEN}
    kinds = (EvidenceKind.TRAFFIC, EvidenceKind.BILLING, EvidenceKind.ANONYMIZERS)
    suspension = {"suspension": Suspension(kinds, datetime(2024, 8, 9, 7, tzinfo=UTC))}
    received = datetime(2024, 7, 10, 16, 20, tzinfo=UTC)
    appeal = {"appeal": AppealReceived("a-93", received, datetime(2024, 7, 17, 16, 20, tzinfo=UTC))}
    decided = AppealDecision(
        outcome=AppealOutcome.EXEMPTION,
        at=datetime(2024, 7, 12, 9, tzinfo=UTC),
        reason="The geofeed of your provider places 192.0.2.0/24 in Frankfurt.",
        until=datetime(2025, 1, 1, 8, tzinfo=UTC),
        may_reopen=False,
    )
    ending = EndingExemption(Scope.NETWORK, "192.0.2.0/24", datetime(2025, 1, 1, 8, tzinfo=UTC))
    release = Release(ReleaseCause.TRAFFIC_ENDED, datetime(2024, 8, 1, 7, tzinfo=UTC))
    known: dict[Event, dict[str, object]] = {
        Event.SUSPENSION_PROPOSED: {**seen, **suspension},
        Event.SUSPENDED: {**seen, **suspension},
        Event.RELEASED: {"release": release},
        Event.APPEAL_RECEIVED: {**appeal},
        Event.APPEAL_DECIDED: {**appeal, "decision": decided},
        Event.EXEMPTION_ENDING: {"exemption": ending},
    }
    return known.get(event, {**seen})
