"""`hand_over`: providers in region, and the organizations that agreed to be served by one."""

from __future__ import annotations

from collections.abc import Iterable

from regiongate.domain.hand_over import Agreement, Provider
from regiongate.policyfile.instant import EXPIRY
from regiongate.policyfile.reader import Reader
from regiongate.policyfile.region import REGION
from regiongate.policyfile.shape import Found, Key, Mapping, Section, Sequence, did_you_mean
from regiongate.policyfile.text import NAME as NAME_SHAPE
from regiongate.policyfile.text import ORGANIZATION as ORGANIZATION_SHAPE
from regiongate.policyfile.text import SENTENCE

NAME = Key("name", NAME_SHAPE, "The provider's name; the gateway is told under it where it is.")
REGIONS = Key("regions", Sequence(REGION, at_least=1), "The regions that it serves.")
PROVIDER = Key("provider", NAME_SHAPE, "The provider that serves the organization.")
ORGANIZATION = Key("organization", ORGANIZATION_SHAPE, "Its id, as the gateway sees it.")
REASON = Key("reason", SENTENCE, "How it agreed, in a sentence.")
APPROVER = Key("approver", SENTENCE, "Who decided it.")
EXPIRES = Key("expires", EXPIRY, "When the agreement ends: a date, or `never`.")

PROVIDERS = Key(
    "providers", Sequence(Mapping((NAME, REGIONS)), at_least=1), "Who serves which regions."
)
ORGANIZATIONS = Key(
    "organizations",
    Sequence(Mapping((ORGANIZATION, PROVIDER, REASON, APPROVER, EXPIRES))),
    "Who agreed to be served by which of them.",
)
SHAPE = Mapping((PROVIDERS, ORGANIZATIONS))


def check(section: Section, reader: Reader) -> None:
    """No provider and no organization stands twice, and each agreement is with one of them."""
    _check_unique(section.items(PROVIDERS), NAME, "provider", reader)
    _check_unique(section.items(ORGANIZATIONS), ORGANIZATION, "organization", reader)
    names = [name.value for item in section.items(PROVIDERS) if (name := item.value.find(NAME))]
    for item in section.items(ORGANIZATIONS):
        named = item.value.find(PROVIDER)
        if named is not None and names and named.value not in names:
            message = f"`{named.value}` is not one of `hand_over.providers`"
            remedy = did_you_mean(named.value, names)
            reader.report(named.mark, "unknown-provider", message, remedy)


def providers(section: Section) -> tuple[Provider, ...]:
    """The providers of a file without problems."""
    return tuple(
        Provider(
            item.value.need(NAME), frozenset(region.value for region in item.value.items(REGIONS))
        )
        for item in section.items(PROVIDERS)
    )


def agreements(section: Section) -> tuple[Agreement, ...]:
    """The agreements of a file without problems."""
    return tuple(_agreement(item.value) for item in section.items(ORGANIZATIONS))


def _agreement(item: Section) -> Agreement:
    return Agreement(
        organization=item.need(ORGANIZATION),
        provider=item.need(PROVIDER),
        reason=item.need(REASON),
        approver=item.need(APPROVER),
        expires=item.need(EXPIRES),
    )


def _check_unique(
    items: Iterable[Found[Section]], key: Key[str], what: str, reader: Reader
) -> None:
    first: dict[str, int] = {}
    for item in items:
        named = item.value.find(key)
        if named is None:
            continue
        if named.value in first:
            message = f"{named.value} stands here a second time"
            remedy = f"keep this entry or the one on line {first[named.value]}"
            reader.report(named.mark, f"duplicate-{what}", message, remedy)
        first.setdefault(named.value, named.mark.line)
