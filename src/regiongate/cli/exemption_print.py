"""Exemptions and corrections on a terminal and as JSON."""

from __future__ import annotations

from typing import Any

from regiongate.domain.exemption import Correction, Exemption

EXEMPTION_HEADINGS = ("id", "for", "subject", "until", "by", "reason", "ended", "appeal")
CORRECTION_HEADINGS = ("id", "network", "region", "until", "by", "reason", "ended", "appeal")


def exemption_record(one: Exemption) -> dict[str, Any]:
    """An exemption as JSON has it."""
    return {
        "id": one.id,
        "scope": one.scope.value,
        "subject": one.subject,
        "holder": one.holder,
        **_terms(one),
    }


def correction_record(one: Correction) -> dict[str, Any]:
    """A correction as JSON has it."""
    return {"id": one.id, "network": str(one.network), "region": one.region, **_terms(one)}


def exemption_row(one: Exemption) -> tuple[object, ...]:
    """An exemption under EXEMPTION_HEADINGS."""
    return (one.id, one.scope, one.subject, *_cells(one))


def correction_row(one: Correction) -> tuple[object, ...]:
    """A correction under CORRECTION_HEADINGS."""
    return (one.id, one.network, one.region, *_cells(one))


def _terms(one: Exemption | Correction) -> dict[str, Any]:
    return {
        "reason": one.reason,
        "approver": one.approver,
        "granted": one.granted,
        "expires": one.expires,
        "ended": one.ended,
        "ended_by": one.ended_by,
        "ended_reason": one.ended_reason,
        "appeal": one.appeal,
    }


def _cells(one: Exemption | Correction) -> tuple[object, ...]:
    until = "no end" if one.expires is None else one.expires
    return (until, one.approver, one.reason, one.ended, one.appeal)
