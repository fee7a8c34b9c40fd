"""A policy over HTTP, at a running gateway: proposed, published by a second person, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from regiongate.compiler.envoy.settings import endpoint
from regiongate.domain.role import Person
from regiongate.server.house import House
from regiongate.server.settings import Settings
from regiongate.store.database import Database
from regiongate.store.people import People
from tests.server.api.walk import Walk
from tests.support.echo import echo_server
from tests.support.few_sources import few_sources
from tests.support.gateway import CHINA, Gateway, running_gateway
from tests.support.house import PEOPLE, URL, WARN, Clock, browser, csrf_of
from tests.support.policies import policy_text

pytestmark = pytest.mark.envoy

BLOCKS, ALLOWS = policy_text(), policy_text(version="2", supported={
    "add": [{"region": "CN", "reason": "Supported from now on."}]})  # fmt: skip
WHY = {"reason": "China is supported from now on."}


@dataclass(frozen=True)
class Place:
    """A gateway, and the walk through the API of the server that speaks for it."""

    gateway: Gateway
    walk: Walk

    def verdict(self) -> int:
        """What somebody in China gets."""
        return self.gateway.get(address=CHINA).status_code


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """With a policy in force that blocks."""
    folder: Path = tmp_path_factory.mktemp("place")
    with (
        echo_server() as api,
        running_gateway(folder, BLOCKS, upstream=api) as gateway,
        closing(Database.open(f"sqlite:///{folder}/regiongate.db")) as database,
    ):
        settings = Settings(
            state_dir=folder / "state",
            store_url=database.name,
            listen=endpoint("127.0.0.1:8780"),
            url=URL,
        )
        with database.writing() as connection:
            for name, role in PEOPLE.items():
                People(connection).add(Person(name, role), WARN, "root")
        clock = Clock(datetime.now(UTC))
        house = House(settings, database, few_sources(folder, clock.at), clock)
        yield Place(gateway, Walk(house))


def test_a_policy_is_published_and_taken_back(place: Place) -> None:
    """Whoever wrote it does not publish it; it is in force at once, and so is the way back."""
    walk = place.walk
    before = walk.get("policy")["generation"]
    assert place.verdict() == 403
    made = walk.change("anna", "policy/drafts", {"text": ALLOWS, **WHY}, refused="root", status=201)
    one = f"policy/drafts/{made['number']}"
    own = walk.ask("anna", "POST", f"{one}/publish", headers={"if-match": "*"})
    assert own.status_code == 409 and "somebody else" in own.json()["detail"]
    published = walk.change("axel", f"{one}/publish", about=one, refused="otto")
    assert published["state"] == "published"
    assert (place.verdict(), walk.get("policy")["generation"]) == (200, published["generation"])
    back = {"generation": before, **WHY}
    walk.change("anna", "policy/back-to", back, refused="otto")
    assert (place.verdict(), walk.get("policy")["generation"]) == (403, before)
    for wrong in ("../../etc", "g" * 40, "", f"{before}/../{before}"):
        said = {"generation": wrong, **WHY}
        answer = walk.ask("anna", "POST", "policy/back-to", json=said)
        assert answer.status_code == 409, wrong
    assert walk.tags()[-3:] == ["policy:proposed", "policy:published", "policy:rolled-back"]


def test_going_back_in_the_console_is_looked_at_first(place: Place) -> None:
    """The page shows what would change and changes nothing; what it showed must still be true."""
    walk = place.walk
    now = walk.get("policy")["generation"]
    made = walk.change("anna", "policy/drafts", {"text": ALLOWS, **WHY}, refused="root", status=201)
    one = f"policy/drafts/{made['number']}"
    new = walk.change("axel", f"{one}/publish", about=one, refused="otto")["generation"]
    client = browser(walk.house, "anna")
    page = client.get("/console/policy").text
    said = {"csrf": csrf_of(page), "generation": now, "reason": "It was too early."}
    looked = client.post("/console/policy/back-to", data=said)
    assert looked.status_code == 200
    assert "Regions that change" in looked.text and "China" in looked.text
    assert (place.verdict(), walk.get("policy")["generation"]) == (200, new)
    stale = client.post("/console/policy/back-to", data=said | {"confirmed": "1", "current": now})
    assert stale.status_code == 412
    gone = client.post("/console/policy/back-to", data=said | {"generation": "../../etc"})
    assert gone.status_code == 409
    done = client.post("/console/policy/back-to", data=said | {"confirmed": "1", "current": new})
    assert done.status_code == 303
    assert (place.verdict(), walk.get("policy")["generation"]) == (403, now)
