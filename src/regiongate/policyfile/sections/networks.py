"""`networks`: what the policy itself says about a network, by whose word, until when."""

from __future__ import annotations

from collections.abc import Iterator

from regiongate.domain.facts import ANONYMIZERS
from regiongate.domain.network_rule import Network, NetworkRule
from regiongate.policyfile.instant import EXPIRY
from regiongate.policyfile.network import NETWORK as NETWORK_SHAPE
from regiongate.policyfile.reader import Reader
from regiongate.policyfile.region import REGION as REGION_SHAPE
from regiongate.policyfile.sections.location import VERDICT as VERDICT_SHAPE
from regiongate.policyfile.shape import Found, Key, Mapping, Section
from regiongate.policyfile.text import SENTENCE, choice

NETWORK = Key("network", NETWORK_SHAPE, "The network with its prefix length.")
REGION = Key("region", REGION_SHAPE, "Where the network really is.", required=False)
VERDICT = Key("verdict", VERDICT_SHAPE, "What happens to it, wherever it is.", required=False)
ANONYMIZER = Key(
    "anonymizer",
    choice("a kind of anonymizer", ANONYMIZERS, "unknown-anonymizer"),
    "Which kind of anonymizer it is.",
    required=False,
)
REASON = Key("reason", SENTENCE, "Why, in a sentence.")
APPROVER = Key("approver", SENTENCE, "Who decided it.")
EXPIRES = Key("expires", EXPIRY, "When it ends: a date, or `never`.")
SHAPE = Mapping(
    (NETWORK, REGION, VERDICT, ANONYMIZER, REASON, APPROVER, EXPIRES),
    one_of=("region", "verdict", "anonymizer"),
)


def check(items: tuple[Found[Section], ...], ruled: set[str], reader: Reader) -> None:
    """No two entries contradict each other, and each has an effect.

    `ruled` are the kinds of anonymizers for which the policy has a verdict.
    """
    for item in items:
        kind = item.value.find(ANONYMIZER)
        if kind is not None and kind.value not in ruled:
            message = f"`{kind.value}` has no verdict, so this entry changes nothing"
            remedy = f"add `{kind.value}` to `location.anonymizers`"
            reader.report(kind.mark, "anonymizer-without-rule", message, remedy)
    seen: dict[Network, Section] = {}
    # The widest first, so that whatever a network lies in has been seen before it.
    for network, section in sorted(_named(items), key=lambda pair: pair[0].value.prefixlen):
        for wider in _with_wider(network.value):
            if wider in seen:
                _check_nested(network, section, wider, seen[wider], reader)
        seen.setdefault(network.value, section)


def build(item: Section) -> NetworkRule:
    """One rule of a file without problems."""
    return NetworkRule(
        network=item.need(NETWORK),
        region=item.optional(REGION),
        verdict=item.optional(VERDICT),
        anonymizer=item.optional(ANONYMIZER),
        reason=item.need(REASON),
        approver=item.need(APPROVER),
        expires=item.need(EXPIRES),
    )


def _named(items: tuple[Found[Section], ...]) -> Iterator[tuple[Found[Network], Section]]:
    for item in items:
        network = item.value.find(NETWORK)
        if network is not None:
            yield network, item.value


def _with_wider(network: Network) -> Iterator[Network]:
    for length in range(network.prefixlen, -1, -1):
        yield network.supernet(new_prefix=length)


def _check_nested(
    network: Found[Network], inner: Section, wider: Network, outer: Section, reader: Reader
) -> None:
    if network.value == wider:
        message = f"{wider} stands here a second time"
        reader.report(network.mark, "overlapping-networks", message, "keep one of the entries")
        return
    pairs = (
        (inner.optional(REGION), outer.optional(REGION)),
        (inner.optional(VERDICT), outer.optional(VERDICT)),
        (inner.optional(ANONYMIZER), outer.optional(ANONYMIZER)),
    )
    for ours, theirs in pairs:
        if ours is not None and theirs is not None and ours != theirs:
            message = f"{network.value} ({ours}) lies in {wider} ({theirs})"
            remedy = "split the wider network so that each address is named once"
            reader.report(network.mark, "overlapping-networks", message, remedy)
