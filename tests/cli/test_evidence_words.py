"""What evidence says on a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from regiongate.cli.evidence_words import line, words
from regiongate.domain.evidence import Evidence, EvidenceKind

FIRST, LAST = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
FACT = {
    "country": "IR",
    "since": "2024-01-02",
    "until": None,
    "source": "invoices",
    "stated": "2026-05-01",
}
DETAILS: dict[EvidenceKind, tuple[dict[str, Any], str]] = {
    EvidenceKind.TRAFFIC: (
        {"requests": 560, "unsupported": 378, "regions": ["CN", "IR"], "days": 1},
        "378 of 560 requests (67.5 %) from unsupported regions (CN, IR), on 1 day",
    ),
    EvidenceKind.ANONYMIZERS: (
        {"requests": 4, "anonymized": 3, "days": 2},
        "3 of 4 requests (75 %) through anonymizers, on 2 days",
    ),
    EvidenceKind.MANY_COUNTRIES: (
        {"most": 3, "keys": 1, "days": 2, "countries": ["CN", "DE", "FR"]},
        "up to 3 countries of one key on one day; 1 key, 2 days, CN, DE, FR",
    ),
    EvidenceKind.BILLING: (
        {"facts": [FACT], "supported": ["FR"]},
        "IR since 2024-01-02, by invoices (stated 2026-05-01); and supported: FR",
    ),
    EvidenceKind.CARD: (
        {"facts": [FACT | {"since": None, "until": "2027-01-01"}], "supported": []},
        "IR until 2027-01-01, by invoices (stated 2026-05-01)",
    ),
    EvidenceKind.PHONE: (
        {"facts": [FACT | {"since": None}, FACT | {"country": "CN"}], "supported": []},
        "IR, by invoices (stated 2026-05-01); CN since 2024-01-02, by invoices (stated 2026-05-01)",
    ),
    EvidenceKind.REGISTRATION: (
        {"facts": [FACT], "supported": []},
        "IR since 2024-01-02, by invoices (stated 2026-05-01)",
    ),
    EvidenceKind.OWNERSHIP: (
        {"unsupported": "3/5", "unknown": "1/10", "chains": [], "sources": ["register"]},
        "60 % owned from unsupported regions (unknown 10 %), by register",
    ),
}


@pytest.mark.parametrize("kind", EvidenceKind)
def test_each_kind_has_its_words(kind: EvidenceKind) -> None:
    """No kind is shown as JSON: each says in a line what its numbers mean."""
    detail, says = DETAILS[kind]
    assert words(Evidence(kind, FIRST, LAST, detail)) == says


def test_a_line_has_everything() -> None:
    """Family, weight and time stand beside the words, so that a person can judge them."""
    detail, says = DETAILS[EvidenceKind.OWNERSHIP]
    assert line(Evidence(EvidenceKind.OWNERSHIP, FIRST, LAST, detail)) == (
        f"ownership (company, weight 3, 2026-06-01 to 2026-07-01): {says}"
    )
