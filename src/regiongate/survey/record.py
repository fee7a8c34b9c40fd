"""A survey as JSON: the shape that `--json` promises, and more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from regiongate.domain.survey import Journey, Key, Network, Part, Seen, Survey, Surveyed

_OF_NETWORK = tuple(field.name for field in fields(Network))


def record(survey: Survey) -> dict[str, Any]:
    """The whole survey; instants are texts in UTC."""
    judging, rows = survey.judging, survey.rows
    return {
        "policy": {"name": judging.policy, "version": judging.version, "list": judging.list},
        "judged": {"at": _utc(judging.at), "because": judging.because},
        "period": {"from": _utc(survey.period.start), "to": _utc(survey.period.end)},
        "rows": asdict(rows),
        "organizations_seen": survey.organizations_seen,
        "organizations": [of_organization(one) for one in survey.organizations],
        "attested": [asdict(one) for one in survey.attested],
    }


def of_organization(one: Surveyed) -> dict[str, Any]:
    """One of `organizations`."""
    return {
        "id": one.id,
        "state": one.state,
        **_seen(one.seen),
        "keys": [_key(key) for key in one.keys],
    }


def _key(key: Key) -> dict[str, Any]:
    return {
        "key": key.key,
        **_seen(key.seen),
        "signals": {
            "most_countries_a_day": key.most_countries,
            "on": None if key.on is None else key.on.isoformat(),
            "journeys": [_journey(one) for one in key.journeys],
            "journeys_in_all": key.journeys_in_all,
        },
    }


def _seen(seen: Seen) -> dict[str, Any]:
    unsupported = seen.unsupported
    return {
        "requests": seen.requests,
        "tokens": seen.tokens,
        "unsupported": {
            **_part(unsupported.part),
            "countries": dict(unsupported.countries),
            "regions": dict(unsupported.regions),
            "first_seen": _utc(unsupported.first_seen),
            "last_seen": _utc(unsupported.last_seen),
        },
        "disputed": _part(seen.disputed),
        "anonymizer": _part(seen.anonymizer),
        "countries": dict(seen.countries),
        "verdicts": dict(seen.verdicts),
        "first_seen": _utc(seen.first_seen),
        "last_seen": _utc(seen.last_seen),
        "days_active": seen.days_active,
        "networks": [_network(one) for one in seen.networks],
        "networks_in_all": seen.networks_in_all,
        "examples": {"hosts": seen.hosts, "paths": seen.paths, "models": seen.models},
    }


def _part(part: Part) -> dict[str, Any]:
    return {"requests": part.requests, "tokens": part.tokens, "share": part.share}


def _network(network: Network) -> Mapping[str, Any]:
    return {name: getattr(network, name) for name in _OF_NETWORK}


def _journey(journey: Journey) -> dict[str, Any]:
    return {
        "from": journey.departure,
        "to": journey.arrival,
        "at": _utc(journey.at),
        "km": journey.km,
        "hours": journey.hours,
        "kmh": journey.kmh,
    }


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
