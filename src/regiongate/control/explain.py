"""Explain: why an address, or one request, gets what it gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

from regiongate.compiler import facts, geography
from regiongate.compiler.bundle import GENERATION
from regiongate.compiler.envoy import forwarding, site
from regiongate.compiler.reader import BundleReader
from regiongate.control.gateway import build
from regiongate.control.log_line import find_line
from regiongate.control.sources.ages import aged
from regiongate.domain.address import BadAddress, canonical
from regiongate.domain.errors import CannotRun
from regiongate.domain.facts import Cloud, Facts, advice_on
from regiongate.domain.judge import judge, row_at, timeline
from regiongate.domain.organization import (
    ORDINARY,
    Organization,
    Standing,
    State,
    under,
)
from regiongate.domain.place import Place, locate
from regiongate.domain.policy import Policy
from regiongate.domain.refusal import moving_helps
from regiongate.domain.ruling import Ruling, RulingKind
from regiongate.domain.verdict import Decision
from regiongate.geo.store.catalogue import BUNDLED, Catalogue

_NEEDED = (
    "time",
    "address",
    "country",
    "region",
    "class",
    "verdict",
    "would",
    "rule",
    "organization",
    "method",
    "path",
    "status",
    "generation",
)
"""What a line of the log must say to be explained; null counts."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: who, from where, when, for which path.

    `standing` is the name of what the request's key gave it, where a log says so.
    """

    address: str
    at: datetime
    organization: str | None = None
    path: str | None = None
    standing: str | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What the answer is found in: a policy, what the sources say, and who is who.

    `keys` are the standings that keys have of their own, by digest.
    """

    policy: Policy
    place: Place
    facts: Facts
    organizations: Mapping[str, Organization]
    keys: Mapping[bytes, Standing]
    sources: tuple[Mapping[str, Any], ...]
    fact_sources: tuple[Mapping[str, Any], ...]
    generation: str | None


def by_bundle(question: Question, folder: Path) -> dict[str, Any]:
    """Explain by a bundle: what its database says, under its policy."""
    bundle = BundleReader(folder)
    address = address_of(question)
    ground = Ground(
        policy=bundle.policy,
        place=bundle.place(address),
        facts=bundle.facts(address),
        organizations=bundle.organizations(),
        keys=bundle.keys,
        sources=bundle.sources,
        fact_sources=bundle.fact_sources,
        generation=bundle.generation,
    )
    return answer(question, ground)


def by_policy(
    question: Question,
    policy_path: Path,
    organizations: Path | None,
    catalogue: Catalogue = BUNDLED,
) -> dict[str, Any]:
    """Explain by a policy file that need not be in force anywhere."""
    inputs = build.inputs(policy_path, organizations, catalogue)
    policy, address = inputs.dated, int(address_of(question))
    rows = under(inputs.organizations, policy)
    ground = Ground(
        policy=policy,
        place=geography.lookup(policy, inputs.tables, address, inputs.anonymizers),
        facts=facts.lookup(inputs.facts, address),
        organizations={row.id: row for row in rows},
        keys={},
        sources=tuple(source.entry() for source in inputs.sources),
        fact_sources=tuple(source.entry() for source in inputs.fact_sources),
        generation=None,
    )
    return answer(question, ground)


def by_request(request_id: str, log: Path, bundles: Path) -> dict[str, Any]:
    """Explain one request of the log, by the generation that decided it."""
    line = find_line(log, request_id)
    lacking = [key for key in _NEEDED if key not in line]
    if lacking:
        message = f"its line in {log} has no `{lacking[0]}`: is it a gateway's log?"
        raise CannotRun(f"request {request_id} cannot be explained: {message}")
    if line["generation"] is None:
        return _undecided(line) | {"log": line}
    generation = str(line["generation"])
    # It becomes the name of a folder, so it must be one.
    if GENERATION.fullmatch(generation) is None or not (bundles / generation).is_dir():
        message = f"generation {generation} is not kept any more in {bundles}"
        raise CannotRun(f"request {request_id} cannot be explained: {message}")
    question = Question(
        address=_without_zone(str(line["address"])),
        at=_time(line),
        organization=line["organization"],
        path=line["path"],
        standing=line.get("standing"),
    )
    return by_bundle(question, bundles / generation) | {"log": line}


def _without_zone(settled: str) -> str:
    """The address that decided, of one as Envoy logs it.

    It logs a link-local address with its zone (RFC 4007, section 11), which means something on the
    gateway's host only: the verdict was found without it.
    """
    return settled.partition("%")[0]


def _time(line: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(str(line["time"]))
    except ValueError as error:
        raise CannotRun(f"the log has a line of no time: {line['time']!r}") from error


def _undecided(line: Mapping[str, Any]) -> dict[str, Any]:
    """The explanation of a request that was answered before any generation could decide it.

    The keys are those of `answer`, null where the line does not say.
    """
    if line["rule"] == forwarding.RULE:
        reason = "a proxy passed on an address that cannot be read; no generation decided"
    elif line["rule"] == site.RULE:
        reason = "it asked for a public page, which is open to everyone; no generation decided"
    else:
        reason = f"it was answered with {line['status']} before any generation could decide"
    return {
        "address": line["address"],
        "country": line["country"],
        "region": line["region"],
        "class": line["class"],
        "verdict": line["verdict"],
        "would": line["would"] or line["verdict"],
        "rule": line["rule"],
        "reason": reason,
        "phase": None,
        "at": _time(line),
        "since": None,
        "next": None,
        "organization": line["organization"],
        "standing": None,
        "ruling": None,
        "policy": {"name": None, "version": None},
        "list": {"name": None, "version": None},
        "generation": None,
        "agreeing": None,
        "sources": [],
        "facts": None,
        "fact_sources": [],
    }


def address_of(question: Question) -> IPv4Address | IPv6Address:
    """The address asked about in its one form."""
    try:
        return canonical(question.address)
    except BadAddress as error:
        raise CannotRun(str(error)) from error


def answer(question: Question, ground: Ground) -> dict[str, Any]:
    """The explanation as a JSON object; its keys are a promise (docs/explain.md)."""
    policy, place, at = ground.policy, ground.place, question.at
    standing = _standing(question, ground)
    located = locate(policy, place, at)
    decision = judge(policy, place, standing, at, question.path)
    row = row_at(timeline(policy, place, standing, question.path), at)
    return {
        "address": str(address_of(question)),
        "country": located.country,
        "region": located.subdivision,
        "class": decision.place_class,
        "verdict": decision.verdict,
        "would": decision.would,
        "rule": decision.rule,
        "reason": decision.reason,
        "phase": policy.measure.phase(at),
        "at": at,
        "since": row.since,
        "next": None if row.next is None else {"verdict": row.next.verdict, "at": row.next.at},
        "organization": question.organization,
        "standing": standing.name,
        "ruling": _ruling(decision, standing, question, policy),
        "policy": {"name": policy.name, "version": policy.version},
        "list": {"name": policy.supported.name, "version": policy.supported.version},
        "generation": ground.generation,
        "agreeing": located.agreeing,
        "sources": [
            {"country": vote, **aged(source, at)}
            for vote, source in zip(place.votes, ground.sources, strict=True)
        ],
        "facts": _facts(ground.facts, decision),
        "fact_sources": [aged(source, at) for source in ground.fact_sources],
    }


def _facts(known: Facts, decision: Decision) -> dict[str, Any]:
    """What is known of an address beside its region, and what to do about it where that helps."""
    cloud, system = known.cloud, known.autonomous_system
    return {
        "anonymizers": list(known.anonymizers),
        "cloud": None if cloud is None else _cloud(cloud),
        "autonomous_system": None
        if system is None
        else {"number": system.number, "name": system.name},
        "advice": advice_on(cloud) if cloud is not None and moving_helps(decision) else None,
    }


def _cloud(cloud: Cloud) -> dict[str, Any]:
    location = cloud.location
    return {
        "provider": cloud.provider,
        "region": cloud.region,
        "location": None if location is None else location.name,
        "iso": None if location is None else location.region,
        "words": cloud.words,
    }


def _standing(question: Question, ground: Ground) -> Standing:
    """That of the organization, unless the request's key had one of its own."""
    row = ground.organizations.get(question.organization or "")
    held = ORDINARY if row is None else row.standing
    own = (one for one in ground.keys.values() if one.name == question.standing)
    return held if question.standing in (None, held.name) else next(own, held)


def _ruling(
    decision: Decision, standing: Standing, question: Question, policy: Policy
) -> dict[str, Any] | None:
    """What was decided in a case, where that is why; None where it is not."""
    for one in policy.rulings:
        if one.network is not None:
            decides = decision.rule.partition(" ")[0] == one.name
        else:
            decides = decision.rule.startswith("organization:") and standing == _given(one)
            decides &= one.organization in (None, question.organization)
        if decides:
            return {
                "kind": one.kind,
                "id": one.id,
                "reason": one.reason,
                "approver": one.approver,
                "until": one.until,
                "appeal": one.appeal,
            }
    return None


def _given(ruling: Ruling) -> Standing:
    suspends = ruling.kind is RulingKind.SUSPENSION
    return Standing(State.SUSPENDED if suspends else State.EXEMPT, ruling.told_until)
