"""The engine against a slow, obvious loop over the same rows."""

from __future__ import annotations

import json
import tempfile
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.compiler.geography import lookup
from regiongate.domain.address import BadAddress, canonical
from regiongate.domain.place import locate
from regiongate.survey.scan import Span
from tests.support.gateway import few_tables
from tests.support.logs import AT, Looked, look, policy

START = datetime(2024, 7, 1, tzinfo=UTC)
MIDDLE = START + timedelta(days=1, hours=12)

ADDRESSES = [
    *("1.2.4.1", "1.2.4.2", "77.88.1.1", "8.8.8.8", "80.67.160.1", "203.119.25.1"),
    *("240e::1", "2001:4860::8888", "::ffff:1.2.4.1", "9.9.9.9", "127.0.0.1", "192.0.2.1"),
    *("", "nonsense", "1.2.4", "1.2.4.1:80", " 8.8.8.8", "1.2.4.1\x00"),
]

Row = dict[str, Any]

rows = st.lists(
    st.fixed_dictionaries(
        {
            "address": st.sampled_from(ADDRESSES),
            "time": st.integers(0, 3 * 86400 * 1000).map(
                lambda ms: (START + timedelta(milliseconds=ms)).isoformat()
            ),
        },
        optional={
            "organization": st.sampled_from(["acme", "other", ""]),
            "key": st.sampled_from(["sk-1", "sk-2"]),
            "tokens": st.integers(0, 9),
            "path": st.sampled_from(["/v1/a/b?c", "/v1/a", "/"]),
        },
    ),
    max_size=30,
)
damaged = st.lists(
    st.sampled_from(["{", "[]", "7", '{"address":"8.8.8.8"}', '{"address":"8.8.8.8","time":"x"}']),
    max_size=4,
)


def _slow(found: list[Row], span: Span) -> tuple[Counter[str], dict[Any, Counter[str]]]:
    """What rows there are, and for each organization and key what it did."""
    tables, said, counted = few_tables(), policy(), Counter[str]()
    by: dict[Any, Counter[str]] = defaultdict(Counter)
    for row in found:
        if _outside(row, span):
            counted["outside"] += 1
            continue
        try:
            place = lookup(said, tables, int(canonical(row["address"])))
        except BadAddress:
            counted["rejected"] += 1
            continue
        located = locate(said, place, AT)
        group = "special" if place.group else "located" if located.region else "unknown"
        counted[group] += 1
        one = by[row.get("organization") or None, row.get("key")]
        one["requests"] += 1
        one["tokens"] += row.get("tokens", 0)
        one["unsupported"] += bool(
            located.region and not located.supported and not located.disputed
        )
        one["disputed"] += located.disputed
        one[f"in {located.country}"] += located.country is not None
    return counted, by


def _outside(row: Row, span: Span) -> bool:
    at = datetime.fromisoformat(row["time"])
    since, until = span.since, span.until
    return (since is not None and at < since) or (until is not None and at >= until)


def _told(found: Looked) -> dict[Any, Counter[str]]:
    return {
        (one.id, key.key): Counter(
            {
                "requests": key.seen.requests,
                "tokens": key.seen.tokens or 0,
                "unsupported": key.seen.unsupported.part.requests,
                "disputed": key.seen.disputed.requests,
                **{f"in {country}": n for country, n in key.seen.countries.items()},
            }
        )
        for one in found.survey.organizations
        for key in one.keys
    }


@settings(max_examples=25, deadline=None)
@given(rows, damaged, st.randoms(use_true_random=False), st.booleans())
def test_engine_equals_loop(found: list[Row], bad: list[str], random: Any, cut: bool) -> None:
    """Rows and numbers are those of the loop, in whatever order and in however many files."""
    span = Span(until=MIDDLE) if cut else Span()
    counted, by = _slow(found, span)
    lines = [*map(json.dumps, found), *bad]
    with tempfile.TemporaryDirectory() as folder:
        one, several = Path(folder, "one.json"), Path(folder, "several")
        head = '{"address":"","time":"2024-07-01T00:00:00Z"}'  # Known by itself, and rejected.
        one.write_text("\n".join([head, *lines]))
        several.mkdir()
        random.shuffle(lines)
        ends = sorted([0, *(random.randrange(len(lines) + 1) for _ in range(2)), len(lines)])
        for number, (begin, end) in enumerate(pairwise(ends)):
            part = [head, *lines[begin:end]]
            (several / f"{number}.json").write_text("\n".join(part))
        first, second = look(one, span=span), look(several, span=span)
    seen = first.rows
    assert (seen.located, seen.unknown, seen.special) == tuple(
        counted[name] for name in ("located", "unknown", "special")
    )
    assert seen.rejected == counted["rejected"] + len(bad) + 1 == len(first.rejected)
    assert seen.outside == counted["outside"]
    assert _told(first) == by  # Counters are equal whose counts are; an absent one is 0.
    assert first.survey.organizations == second.survey.organizations
    assert first.cells == second.cells


@settings(max_examples=10, deadline=None)
@given(rows)
def test_parts_add_up(found: list[Row]) -> None:
    """An organization is the sum of its keys, and a part is never more than the whole."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log.json")
        head = '{"address":"8.8.8.8","time":"2024-07-01T00:00:00Z"}'
        log.write_text("\n".join([head, *map(json.dumps, found)]))
        survey = look(log).survey
    for one in survey.organizations:
        assert one.seen.requests == sum(key.seen.requests for key in one.keys)
        assert one.seen.requests == sum(one.seen.verdicts.values())
        assert 0 <= one.seen.unsupported.part.share <= 1
        assert sum(one.seen.unsupported.countries.values()) == one.seen.unsupported.part.requests
