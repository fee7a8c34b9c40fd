"""Whole lives over HTTP: each change once, by the lowest role that may, and the trail of it all."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from regiongate.domain.notice import Event
from regiongate.store.database import Database
from regiongate.store.notice_tables import NOTICE
from tests.server.api.walk import Walk
from tests.support.cases import saw, see
from tests.support.gateway import few_tables
from tests.support.house import BLOCK, SUSPEND, WARN, Clock, house_over

DAY = timedelta(days=1)
CHINESE = "1.2.4.0/24"
"""All sources say so."""

FEED = base64.b64encode(b"1.2.4.0/24,FR,,,\n").decode()
WHY = {"reason": "All of it comes from there."}


NAMES = ("acme", "beta", "gamma", "delta")


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """One town for all lives, each of an organization of its own, whose days go on and on."""
    folder = tmp_path_factory.mktemp("town")
    database = Database.open(f"sqlite:///{folder}/regiongate.db")
    house = house_over(database, folder, Clock(WARN + DAY))
    house.tables = lambda: list(few_tables())  # type: ignore[method-assign]
    made = Walk(house)
    _found_told_and_restricted(made)
    yield made
    database.close()


def _found_told_and_restricted(walk: Walk) -> None:
    """What all of them go through: from their first sighting to the day of the block."""
    books = b"".join(_line(name) for name in NAMES)
    kind = {"content-type": "application/jsonl"}
    walk.change("otto", "organizations/import", refused="vera", content=books, headers=kind)
    see(walk.house.database, *(saw(name, CHINESE, "CN", WARN) for name in NAMES))
    walk.change("otto", "reconcile", refused="vera")
    _delivered(walk)
    walk.change("otto", "reconcile")
    assert _states(walk) == {"noticed"}
    _on(walk, BLOCK + DAY)
    walk.change("otto", "reconcile")
    assert _states(walk) == {"restricted"}


def _line(organization: str) -> bytes:
    """What the provider's books say of an organization that is billed in China."""
    fact = {"kind": "billing", "country": "CN", "since": "2025-01-01", "until": None,
            "source": "invoices", "stated": "2025-06-01"}  # fmt: skip
    contact = {"address": f"it@{organization}.example", "language": "en", "verified": True}
    line = {"organization": organization, "name": organization.title(), "plan": None,
            "contacts": [contact], "keys": [], "facts": [fact], "holdings": [],
            "owners": []}  # fmt: skip
    return json.dumps(line).encode() + b"\n"


def _on(walk: Walk, day: datetime) -> None:
    walk.house.clock.at = day  # type: ignore[attr-defined]


def _states(walk: Walk) -> set[str]:
    return {row["state"] for row in walk.get("cases")["rows"]}


def _delivered(walk: Walk) -> None:
    """The mailer has sent what was due."""
    at = walk.house.clock()
    row = {"state": "accepted", "attempts": 1, "begun_at": at, "accepted_at": at, "due_at": None,
           "reply_code": 250, "reply": "2.0.0 taken"}  # fmt: skip
    with walk.house.writing() as connection:
        connection.execute(sa.update(NOTICE).where(NOTICE.c.state == "ready").values(row))


def _case(walk: Walk, organization: str) -> str:
    [row] = walk.get(f"cases?text={organization}")["rows"]
    return f"cases/{row['number']}"


def test_a_case_from_its_sighting_to_its_end(walk: Walk) -> None:
    """Found, told, restricted; proposed and approved by two; suspended, released, erased."""
    case = _case(walk, "acme")
    see(walk.house.database, saw("acme", CHINESE, "CN", SUSPEND - DAY))
    _on(walk, SUSPEND + DAY)
    noted = {"text": "Spoke to them.", "quiet": True}
    walk.change("otto", f"{case}/notes", noted, refused="root")

    def decide(person: str, verb: str, said: object, refused: str) -> Any:
        return walk.change(person, f"{case}/{verb}", said, about=case, refused=refused)["state"]

    assert decide("otto", "propose", WHY, "vera") == "suspension-proposed"
    assert decide("otto", "withdraw", WHY, "vera") == "restricted"
    assert decide("otto", "propose", WHY, "root") == "suspension-proposed"
    assert decide("anna", "approve", None, "otto") == "suspension-proposed"
    assert decide("otto", "suspend", None, "vera") == "suspended"
    assert decide("otto", "release", WHY, "root") == "released"
    gone = walk.change("root", "organizations/acme/erase", WHY, refused="anna")
    assert "acme" not in gone["pseudonym"]
    assert walk.ask("vera", "GET", "organizations/acme").status_code == 404
    tags = walk.tags()
    assert tags[-1] == "organization:erased"
    assert [tag for tag in tags if tag.startswith("case:")][-7:] == [
        "case:noted", "case:proposed", "case:withdrawn", "case:proposed", "case:approved",
        "case:suspended", "case:released",
    ]  # fmt: skip


def test_an_appeal_that_is_denied_and_then_right(walk: Walk) -> None:
    """Recorded by an operator, denied by one person, reopened, and granted by another."""
    number = int(_case(walk, "beta").partition("/")[2])
    said = {"text": "We are in France.", "mail": "ops@beta.example"}
    feed = [{"name": "feed.csv", "content": FEED}]
    opened = walk.change(
        "otto", "appeals", {"case": number, "files": feed, **said}, refused="root", status=201
    )
    name = f"appeals/{opened['id']}"
    assert walk.get(name)["mail"] == "o…@beta.example"
    denied = walk.change("anna", f"{name}/deny", WHY, about=name, refused="otto")
    assert denied["state"] == "denied"
    more = {**said, "files": feed}
    again = walk.change("otto", f"{name}/reopen", more, about=name, refused="vera")
    name = f"appeals/{again['id']}"
    given = {"until": "2026-12-31T00:00:00Z", "file": 1, **WHY}
    granted = walk.change("axel", f"{name}/grant", given, about=name, refused="otto")
    assert granted["state"] == "granted" and granted["correction"] is not None
    [place] = walk.get("corrections")["rows"]
    assert (place["network"], place["region"]) == (CHINESE, "FR")
    ended = f"corrections/{place['id']}"
    walk.change("anna", f"{ended}/end", WHY, about=ended, refused="otto")
    assert walk.get("corrections")["rows"] == []
    assert [tag for tag in walk.tags() if tag.startswith(("appeal:", "correction:"))][-5:] == [
        "appeal:denied", "appeal:reopened", "correction:granted", "appeal:granted",
        "correction:ended",
    ]  # fmt: skip


def test_an_exemption_and_its_end(walk: Walk) -> None:
    """Of a case, of a key and of a network; a correction beside them."""
    until, case = {"until": "2026-12-31T00:00:00Z"}, _case(walk, "gamma")
    exempt = walk.change("anna", f"{case}/exempt", WHY | until, about=case, refused="otto")
    assert exempt["state"] == "exempt"
    for subject in ({"key": "0" * 64}, {"network": "203.0.113.0/24"}):
        made = {"holder": "gamma", **subject, **WHY, **until}
        granted = walk.change("anna", "exemptions", made, refused="otto", status=201)
        one = f"exemptions/{granted['id']}"
        ended = walk.change("anna", f"{one}/end", WHY, about=one, refused="otto")
        assert ended["ended"] is not None
    places = {"places": [{"network": "203.0.113.0/24", "region": "FR"}], **WHY, **until}
    [there] = walk.change("anna", "corrections", places, refused="otto", status=201)
    walk.change("anna", f"corrections/{there['id']}/end", WHY,
                about=f"corrections/{there['id']}", refused="root")  # fmt: skip
    assert walk.tags()[-1] == "correction:ended"


def test_people_come_change_and_go(walk: Walk) -> None:
    """An admin adds, changes and removes; whoever is gone is let in no more."""
    new = {"name": "mei", "role": "viewer"}
    walk.change("root", "people", new, refused="anna", status=201)
    walk.change("root", "people/mei", {"role": "operator"}, about="people/mei", refused="anna",
                method="PUT")  # fmt: skip
    walk.change("root", "people/mei", about="people/mei", refused="anna", method="DELETE")
    assert [tag for tag in walk.tags() if tag.startswith("person:")][-3:] == [
        "person:added", "person:changed", "person:removed",
    ]  # fmt: skip


def test_a_token_is_issued_used_and_revoked(walk: Walk) -> None:
    """By a viewer for themselves; somebody else's is not found, except by who manages them."""
    until = (walk.house.clock() + DAY).isoformat()
    said = {"name": "export", "role": "viewer", "until": until}
    made = [walk.ask("vera", "POST", "tokens", json=said).json() for _ in range(2)]
    first, second = (f"tokens/{one['token']['id']}" for one in made)
    assert len(walk.get("tokens")["rows"]) >= 2
    assert not [one for one in walk.get("tokens", "otto")["rows"] if one["person"] == "vera"]
    assert walk.ask("otto", "DELETE", first).status_code == 404
    walk.change("vera", first, method="DELETE")
    walk.change("root", second, method="DELETE")
    for one in made:
        bears = {"authorization": f"Bearer {one['secret']}"}
        assert walk.ask("vera", "GET", "cases", headers=bears).status_code == 401
    assert walk.tags()[-2:] == ["token:revoked", "token:revoked"]


def test_a_notice_that_nobody_knows_of_is_settled(walk: Walk) -> None:
    """By an operator who looked it up; it is sent again where it never arrived."""
    number = int(_case(walk, "delta").partition("/")[2])
    with walk.house.writing() as connection:
        query = sa.select(NOTICE.c.id).where(
            NOTICE.c["case"] == number, NOTICE.c.event == Event.ON_THE_DAY.value
        )
        [name] = connection.execute(query).scalars()
        at = walk.house.clock()
        row = {"state": "unknown", "due_at": None, "attempts": 1, "begun_at": at,
               "claim": "a worker", "claimed_at": at, "ended_at": at}  # fmt: skip
        connection.execute(sa.update(NOTICE).where(NOTICE.c.id == name).values(row))
    one = f"notices/{name}"
    said = {"said": "accepted", "reason": "The log of the relay has it."}
    settled = walk.change("otto", f"{one}/settle", said, about=one, refused="root")
    assert (settled["state"], settled["settled_by"]) == ("accepted", "otto")


def test_a_draft_is_withdrawn(walk: Walk) -> None:
    """By whoever sees that it is wrong."""
    path = walk.house.settings.policy
    assert path is not None
    text = path.read_text("utf-8")
    draft = walk.change("otto", "policy/drafts", {"text": text, **WHY}, refused="vera", status=201)
    one = f"policy/drafts/{draft['number']}"
    gone = walk.change("otto", f"{one}/withdraw", about=one, refused="root")
    assert gone["state"] == "withdrawn"
    assert walk.tags()[-2:] == ["policy:proposed", "policy:withdrawn"]
    assert date.fromisoformat(gone["at"][:10]) == walk.house.clock().astimezone(UTC).date()
