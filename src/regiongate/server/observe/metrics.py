"""Metrics: what Prometheus reads of the cases, the gateway and the server itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Response

from regiongate.control.cases import metrics as case_metrics
from regiongate.control.gateway import metrics
from regiongate.control.gateway.metrics import Family
from regiongate.control.reconcile.last import last_turn
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.server.entry.door import Anybody, Door
from regiongate.server.house import House, house_of
from regiongate.server.observe import envoy
from regiongate.server.observe.scraper import by_scraper
from regiongate.server.observe.watch import meters_of

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

door = Door(by_scraper, tags=["metrics"], include_in_schema=False)


@door.enter("GET", "/metrics", Anybody.SCRAPER)
def scrape(request: Request, house: Annotated[House, Depends(house_of)]) -> Response:
    """Say every number, in Prometheus's text format.

    What cannot be asked is missing, and `regiongate_store_up`, `regiongate_policy_up` or
    `regiongate_gateway_up` is 0; the rest is there.
    """
    at = house.clock()
    counted = envoy.counters(house.state)
    said = [
        *_store(house, at),
        *_measure(house, at),
        *case_metrics.of_turn(last_turn(house.state)),
        *_gateway(house, at, answers=counted is not None),
        *_server(house),
    ]
    text = metrics.exposition(said) + (counted or "") + meters_of(request).exposition()
    return Response(text, headers={"content-type": MEDIA_TYPE})


def _store(house: House, at: datetime) -> list[Family]:
    about = "Whether the store answers."
    try:
        with house.reading() as connection:
            found = list(case_metrics.of_store(connection, at))
    except CannotRun:
        return [_flag("regiongate_store_up", about, is_up=False)]
    return [_flag("regiongate_store_up", about, is_up=True), *found]


def _measure(house: House, at: datetime) -> list[Family]:
    about = "Whether a policy can be read."
    try:
        policy = house.policy()
    except (CannotRun, ProblemsFound):
        return [_flag("regiongate_policy_up", about, is_up=False)]
    return [
        _flag("regiongate_policy_up", about, is_up=True),
        *case_metrics.of_measure(policy, at),
    ]


def _gateway(house: House, at: datetime, *, answers: bool) -> Iterator[Family]:
    """What is in force in the state directory; nothing where no gateway has run in it."""
    state = house.state
    generation = state.current()
    if generation is None:
        return
    yield _flag("regiongate_gateway_up", "Whether Envoy answers.", is_up=answers)
    yield from metrics.families(state.manifest(generation), at)
    yield from metrics.noted(state)


def _server(house: House) -> Iterator[Family]:
    about = "Networks of which it was forgotten how often they asked, since the server began."
    forgotten = house.limiter.forgotten
    yield Family("regiongate_server_limiter_forgotten", about, [({}, forgotten)])


def _flag(name: str, about: str, *, is_up: bool) -> Family:
    return Family(name, about, [({}, int(is_up))])
