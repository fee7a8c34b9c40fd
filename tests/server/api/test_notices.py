"""Notices over HTTP: looked at, written, sent by a real mail server, and what comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from threading import Event, Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient

from regiongate.control.notices.post import Most
from regiongate.domain.audit import Tag
from regiongate.domain.contact import Contact
from regiongate.domain.profile import Profile, ProfileContact
from regiongate.notify.bounces.mailbox import LARGEST
from regiongate.notify.schedule import Schedule
from regiongate.notify.sender import Sender
from regiongate.notify.settings import Settings as Mail
from regiongate.server.house import House
from regiongate.store.audit import AuditTrail
from regiongate.store.notices import KeptNotice, Notices, NoticeState
from regiongate.store.organizations import Organizations
from tests.support.desks import opened
from tests.support.house import BLOCK, WARN, Clock, program
from tests.support.reports import report
from tests.support.smtp import MailServer, Plan, mail_server

ANNOUNCE = {"event": "announcement"}
SENDER = Sender("Example API", "notices@example.com", "notices@example.com", "example.com")
MAIL = {"Content-Type": "message/rfc822"}


@pytest.fixture(scope="module", name="server")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with mail_server(tmp_path_factory.mktemp("mail")) as server:
        yield server


@pytest.fixture(name="found")
def _found(house: House, clock: Clock) -> House:
    """A house before the block: `acme` reads English and `beta` Persian, `mute` has no contact."""
    clock.at = WARN
    profiles = [
        Profile(name, name.title(), None, contacts)
        for name, contacts in {
            "acme": (_contact("a@acme.example", "en"), _contact("b@acme.example", "en")),
            "beta": (_contact("it@beta.example", "fa"),),
            "mute": (),
        }.items()
    ]
    with house.writing() as connection:
        Organizations(connection).put(profiles, WARN)
    opened(house.database, "acme", "beta", "mute", at=WARN)
    return house


@pytest.fixture(name="posting")
def _posting(found: House, server: MailServer) -> House:
    """The same, started with a relay, whose pace has no limit."""
    server.plans, server.accepted = [], []
    mail = Mail(server.relay(), SENDER, Schedule())
    return House(replace(found.settings, post=mail), found.database, found.catalogue, found.clock)


def _contact(address: str, language: str) -> ProfileContact:
    return ProfileContact(Contact(address, language), verified=True)


def _kept(house: House) -> list[KeptNotice]:
    with house.reading() as connection:
        return list(Notices(connection).where())


def _actors(house: House, tag: Tag) -> list[str]:
    with house.reading() as connection:
        found = AuditTrail(connection).entries()
        return [one.content.actor for one in found if one.tag == tag and one.content]


def _compose(client: TestClient, **said: Any) -> Any:
    answer = client.post("/api/v1/notices", json=ANNOUNCE | said)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_rehearsal_says_who_would_be_told_and_the_writing_does_so(found: House) -> None:
    """The counts, languages and ids are the same; only what is written is kept, once."""
    client = program(found, "otto")
    looked = client.post("/api/v1/notices?dry_run=true", json=ANNOUNCE).json()
    assert (looked["letters"], looked["languages"]) == (2, {"en": 1, "fa": 1})
    assert [(one["organization"], one["why"][:10]) for one in looked["troubles"]] == [
        ("mute", "no contact")
    ]
    assert (looked["untold"], looked["kept"], _kept(found)) == (1, False, [])
    assert _compose(client) == looked | {"kept": True}
    assert sorted(one.id for one in _kept(found)) == sorted(looked["notices"])
    assert _actors(found, Tag.NOTICE_COMPOSED) == ["otto", "otto"]
    again = _compose(client)
    assert (again["letters"], again["before"]) == (0, 2)
    assert again["why_none"] == "nothing can be written to those that were not told yet (1)"


def test_a_letter_is_read_before_it_is_written(found: House) -> None:
    """It has the bytes that are kept afterwards, and whoever read it stands in the trail."""
    client = program(found, "vera")
    asked: dict[str, str | int] = {"event": "announcement", "case": 2}
    looked = client.get("/api/v1/notices/letter", params=asked)
    assert (looked.status_code, looked.headers["content-type"]) == (200, "message/rfc822")
    assert message_from_bytes(looked.content)["To"] == "Beta <it@beta.example>"
    assert _actors(found, Tag.PERSONAL_DATA_VIEWED) == ["vera"]
    [name] = _compose(program(found, "otto"), cases=[2])["notices"]
    assert client.get(f"/api/v1/notices/{name}/message").content == looked.content
    late = client.get("/api/v1/notices/letter", params=asked)
    assert (late.status_code, late.json()["detail"]) == (
        409,
        "announcement was written before (1), and nobody is told twice",
    )
    mute = client.get("/api/v1/notices/letter", params=asked | {"case": 3})
    assert mute.json()["detail"].startswith("no contact to which mail arrives")


def test_what_cannot_be_written_is_refused_or_explained(found: House, clock: Clock) -> None:
    """Another event, a case that it does not fit, a role; and after the date it says why none."""
    client = program(found, "otto")
    assert client.post("/api/v1/notices", json={"event": "released"}).status_code == 422
    wrong = client.post("/api/v1/notices", json={"event": "on-the-day", "cases": [1]})
    assert (wrong.status_code, wrong.json()["type"]) == (409, "urn:regiongate:problem:cannot-run")
    assert program(found, "vera").post("/api/v1/notices", json=ANNOUNCE).status_code == 403
    clock.at = BLOCK
    late = _compose(program(found, "otto"))
    assert late["why_none"].startswith("announcement is told ahead of the block, and that began")
    assert _kept(found) == []


def test_what_is_due_is_sent_a_piece_at_a_time(posting: House, server: MailServer) -> None:
    """A piece has so many letters, a key sends none twice, and what is refused is told masked."""
    client = program(posting, "otto")
    _compose(client)
    path, one = "/api/v1/notices/send", {"letters": 1}
    dry = client.post(f"{path}?dry_run=true", json=one).json()
    assert (dry["due"], dry["fates"], dry["kept"]) == (2, {}, False)
    assert [(due["event"], due["language"], due["letters"]) for due in dry["due_by"]] == [
        ("announcement", "en", 1),
        ("announcement", "fa", 1),
    ]
    key = {"Idempotency-Key": "piece-1"}
    first, again = (client.post(path, json=one, headers=key) for _ in range(2))
    assert (first.json()["fates"], first.json()["due"]) == ({"accepted": 1}, 1)
    assert (again.content, len(server.accepted)) == (first.content, 1)
    server.plans = [Plan("rcpt", "451")]
    second = client.post(path, json={}).json()
    assert (second["fates"], second["due"], second["waiting"]) == ({"refused-for-now": 1}, 0, 1)
    [told] = second["unaccepted"]
    assert (told["stage"], told["code"], "…@" in told["to"]) == ("recipient", 451, True)
    assert _actors(posting, Tag.NOTICE_SENT) == ["otto"]
    tried = client.get(f"/api/v1/notices/{told['notice']}/attempts").json()
    assert [(one["stage"], one["reply_code"]) for one in tried] == [("recipient", 451)]
    listed = client.get("/api/v1/notices", params={"case": told["case"]}).json()["rows"]
    assert [one["id"] for one in listed] == [told["notice"]]
    posting.clock.advance(hours=1)  # type: ignore[attr-defined]
    assert client.post(path, json={}).json()["fates"] == {"accepted": 1}
    assert client.post(path, json={}).json()["fates"] == {}
    assert {one.state for one in _kept(posting)} == {NoticeState.ACCEPTED}
    assert len(server.accepted) == 2


def test_an_answer_that_is_lost_is_shown_and_not_repeated(
    posting: House, server: MailServer
) -> None:
    """The one doubt stays one: nothing sends the letter again until a person says so."""
    client = program(posting, "otto")
    _compose(client, cases=[1])
    server.plans = [Plan("end", "accept-drop")]
    said = client.post("/api/v1/notices/send", json={}).json()
    assert (said["fates"], said["waiting"]) == ({"unknown": 1}, 0)
    assert client.post("/api/v1/notices/send", json={}).json()["fates"] == {}
    assert len(server.accepted) == 1


def test_two_do_not_send_at_once(posting: House) -> None:
    """Whoever comes while a piece is being sent is told so, and their key is not used up."""
    assert posting.post is not None
    begun, ends = Event(), Event()

    def now() -> datetime:
        begun.set()
        ends.wait(30)
        return posting.clock()

    said = (posting.database, "otto", now, Most(letters=1, seconds=1))
    thread = Thread(target=posting.post.send, args=said)
    thread.start()
    begun.wait(30)
    anna, key = program(posting, "anna"), {"Idempotency-Key": "mine"}
    early = anna.post("/api/v1/notices/send", json={}, headers=key)
    ends.set()
    thread.join()
    assert (early.status_code, early.json()["type"]) == (409, "urn:regiongate:problem:cannot-run")
    assert "at this moment" in early.json()["detail"]
    assert anna.post("/api/v1/notices/send", json={}, headers=key).status_code == 200


def test_a_server_that_ends_leaves_no_doubt(posting: House, server: MailServer) -> None:
    """The letter at hand is ended and its answer is noted; no other one is begun."""
    slow = Mail(server.relay(timeout=5.0, answer_timeout=5.0), SENDER, Schedule())
    settings = replace(posting.settings, post=slow)
    ending = House(settings, posting.database, posting.catalogue, posting.clock)
    client = program(ending, "otto")
    _compose(client)
    server.plans = [Plan("end", "slow")]
    thread = Thread(target=lambda: client.post("/api/v1/notices/send", json={}))
    thread.start()
    while server.plans:
        time.sleep(0.005)
    ending.close()
    assert sorted(one.state for one in _kept(ending)) == [NoticeState.ACCEPTED, NoticeState.READY]
    thread.join()


def test_without_a_relay_nothing_is_sent(found: House) -> None:
    """The problem says what to do, and whoever may not notify is told that first."""
    _compose(program(found, "otto"))
    for path in ("send", "send?dry_run=true"):
        answer = program(found, "otto").post(f"/api/v1/notices/{path}", json={})
        assert (answer.status_code, answer.headers["content-type"]) == (
            409,
            "application/problem+json",
        )
        assert "--relay" in answer.json()["detail"]
    assert program(found, "vera").post("/api/v1/notices/send", json={}).status_code == 403
    assert {one.state for one in _kept(found)} == {NoticeState.READY}


def test_a_bounce_turns_the_contact_bad_and_the_next_is_written_to(
    posting: House, server: MailServer
) -> None:
    """A report is taken in once; the case is loud, and the second contact gets the notice."""
    client, path = program(posting, "otto"), "/api/v1/notices/bounces"
    _compose(client, cases=[1])
    client.post("/api/v1/notices/send", json={})
    [sent] = _kept(posting)
    mail = report(sent.id, sent.address)
    dry = client.post(f"{path}?dry_run=true", headers=MAIL, content=mail).json()
    assert (len(dry["written"]), dry["kept"], len(_kept(posting))) == (1, False, 1)
    said = client.post(path, headers=MAIL, content=mail).json()
    assert said == dry | {"kept": True}
    [heard] = said["reports"]
    assert (heard["notice"], heard["meaning"], heard["status"]) == (sent.id, "bounced", "5.1.1")
    assert heard["recipient"] == "a…@acme.example"
    assert [one.address for one in _kept(posting)] == ["a@acme.example", "b@acme.example"]
    assert client.get("/api/v1/cases/1").json()["case"]["loud"]
    assert _actors(posting, Tag.NOTICE_BOUNCED) == ["otto"]
    mbox = b"From mailer Mon Jun  1 10:00:00 2026\n" + mail
    mbox += b"\nFrom mailer Mon Jun  1 10:00:01 2026\nSubject: hello\n\nA letter.\n"
    both = client.post(path, headers={"Content-Type": "application/mbox"}, content=mbox).json()
    assert ([one["meaning"] for one in both["reports"]], both["written"]) == (["noted"], [])
    assert [(one["name"], one["why"]) for one in both["left_aside"]] == [("body#2", "not-a-report")]


def test_what_is_no_mail_is_refused(found: House) -> None:
    """Another type, a mail that is too large, a role that may not."""
    client, path = program(found, "otto"), "/api/v1/notices/bounces"
    assert client.post(path, json={}).status_code == 415
    large = client.post(path, headers=MAIL, content=b"x" * (LARGEST + 1))
    assert (large.status_code, large.json()["type"]) == (413, "urn:regiongate:problem:too-large")
    assert program(found, "vera").post(path, headers=MAIL, content=b"x").status_code == 403
