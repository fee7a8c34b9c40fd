"""What the labels of a source of facts mean, by the kind of the source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from regiongate.domain.facts import CLOUD_NAME, KINDS, AutonomousSystem, Facts
from regiongate.geo.facts.providers import cloud
from regiongate.geo.formats.raw import Fault, Label, LabelCheck
from regiongate.geo.formats.rejects import shown

_LARGEST_AS = 2**32 - 1  # RFC 6793


class Kind(NamedTuple):
    """How the labels of one kind of source are read.

    `fields` are those that are read where nobody names others, None where the format's own label
    is; `check` finds what is wrong with a label, and `facts` reads one that is right. None is what
    states nothing.
    """

    fields: tuple[str, ...] | None
    check: LabelCheck
    facts: Callable[[Label], Facts | None]


def _anonymizer_fault(label: Label) -> Fault | None:
    if not label[0] or label[0].lower() in KINDS:
        return None
    remedy = f"write one of: {', '.join(KINDS)}"
    return Fault("anonymizer", f"{shown(label[0])} is no kind of anonymizer", remedy)


def _anonymizer(label: Label) -> Facts | None:
    return Facts(anonymizers=(label[0].lower(),)) if label[0] else None


def _cloud_fault(label: Label) -> Fault | None:
    wrong = next((text for text in label[:2] if text and not CLOUD_NAME.fullmatch(text)), None)
    if wrong is None:
        return None
    remedy = "use at most 64 letters, digits, spaces and . _ : / ( ) -"
    return Fault("cloud", f"{shown(wrong)} is no name of a provider or of a cloud region", remedy)


def _cloud(label: Label) -> Facts | None:
    if not label[0]:
        return None
    return Facts(cloud=cloud(label[0], label[1] if len(label) > 1 else ""))


def _number(text: str) -> int | None:
    """An AS number, written `64500` or `AS64500`; None when it is none."""
    digits = text.removeprefix("AS")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 10):
        return None
    return int(digits) if int(digits) <= _LARGEST_AS else None


def _as_fault(label: Label) -> Fault | None:
    if not label[0] or _number(label[0]) is not None:
        return None
    return Fault("as-number", f"{shown(label[0])} is no AS number", "write 64500 or AS64500")


def _as(label: Label) -> Facts | None:
    number = _number(label[0])
    if not number:  # 0 says that nobody announces the address (RFC 7607).
        return None
    name = label[1] if len(label) > 1 else ""
    return Facts(autonomous_system=AutonomousSystem(number, name or None))


FACT_KINDS: Mapping[str, Kind] = {
    "anonymizer": Kind(None, _anonymizer_fault, _anonymizer),
    "cloud": Kind(None, _cloud_fault, _cloud),
    "as": Kind(
        # As MaxMind and DB-IP write them, and as IPinfo does.
        ("autonomous_system_number|asn", "autonomous_system_organization|as_name"),
        _as_fault,
        _as,
    ),
}
"""The kinds of sources that state facts."""
