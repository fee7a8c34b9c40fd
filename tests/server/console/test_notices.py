"""Writing and sending notices in the console: the consequence first, for whoever may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from regiongate.notify.schedule import Schedule
from regiongate.notify.sender import Sender
from regiongate.notify.settings import Settings as Mail
from regiongate.server.house import House
from regiongate.store.notices import Notices, NoticeState
from tests.support.cases import know
from tests.support.desks import opened
from tests.support.house import WARN, Clock, browser, csrf_of
from tests.support.smtp import MailServer, Plan, mail_server

SENDER = Sender("Example API", "notices@example.com", "notices@example.com", "example.com")
PAGE = "/console/notices"


@pytest.fixture(scope="module", name="server")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with mail_server(tmp_path_factory.mktemp("mail")) as server:
        yield server


@pytest.fixture(name="posting")
def _posting(house: House, clock: Clock, server: MailServer) -> House:
    """A house with a relay before the block, and two cases; `mute` has no contact."""
    clock.at = WARN
    know(house.database, "acme", at=WARN)
    opened(house.database, "acme", "mute", at=WARN)
    mail = Mail(server.relay(), SENDER, Schedule())
    return House(replace(house.settings, post=mail), house.database, house.catalogue, house.clock)


def _states(house: House) -> list[NoticeState]:
    with house.reading() as connection:
        return [one.state for one in Notices(connection).where()]


def test_notices_are_written_after_it_was_shown_who_is_told(posting: House) -> None:
    """The first post says how many letters in which languages, and why some get none."""
    client = browser(posting, "otto")
    form = {"csrf": csrf_of(client.get(PAGE).text), "event": "announcement"}
    shown = client.post(f"{PAGE}/compose", data=form)
    assert shown.status_code == 200, shown.text
    assert "Nothing has been changed yet" in shown.text and "1 in en" in shown.text
    assert (
        "no contact to which mail arrives" in shown.text and "calls the Example API" in shown.text
    )
    late = client.post(f"{PAGE}/compose", data=form | {"letters": "2", "confirmed": "true"})
    assert (late.status_code, _states(posting)) == (412, [])
    done = client.post(f"{PAGE}/compose", data=form | {"letters": "1", "confirmed": "true"})
    assert (done.status_code, _states(posting)) == (303, [NoticeState.READY])
    assert "acme" in client.get(done.headers["location"]).text
    none = client.post(f"{PAGE}/compose", data=form | {"event": "reminder"})
    assert "No letter would be written: no case is noticed or reminded" in none.text
    assert 'name="confirmed"' not in none.text


def test_what_waits_is_sent_after_it_was_shown(posting: House, server: MailServer) -> None:
    """The first post counts what is due, the second sends it and says what the relay answered."""
    client = browser(posting, "otto")
    csrf = {"csrf": csrf_of(client.get(PAGE).text)}
    form = csrf | {"event": "announcement", "letters": "1", "confirmed": "true"}
    client.post(f"{PAGE}/compose", data=form)
    shown = client.post(f"{PAGE}/send", data=csrf)
    assert "Send 1 letter?" in shown.text and _states(posting) == [NoticeState.READY]
    server.plans = [Plan("rcpt", "451")]
    refused = client.post(f"{PAGE}/send", data=csrf | {"confirmed": "true"})
    assert "refused for now at recipient: 451" in refused.text and "…@" in refused.text
    posting.clock.advance(minutes=6)  # type: ignore[attr-defined]
    sent = client.post(f"{PAGE}/send", data=csrf | {"confirmed": "true"})
    assert "<dt>accepted</dt><dd>1</dd>" in sent.text and "Nothing is due." in sent.text
    assert (_states(posting), len(server.accepted)) == ([NoticeState.ACCEPTED], 1)


def test_who_may_not_or_cannot(house: House) -> None:
    """A viewer finds no button and is refused; without a relay the page says what sends instead."""
    viewer, operator = browser(house, "vera"), browser(house, "otto")
    page = viewer.get(PAGE).text
    assert "Write by hand" not in page and "/console/notices/send" not in page
    said = {"csrf": csrf_of(page), "event": "announcement"}
    assert [
        viewer.post(f"{PAGE}/{verb}", data=said).status_code for verb in ("compose", "send")
    ] == [
        403,
        403,
    ]
    page = operator.get(PAGE).text
    assert "regiongate case notice --send" in page and "/console/notices/send" not in page
    answer = operator.post(f"{PAGE}/send", data={"csrf": csrf_of(page)})
    assert answer.status_code == 409 and "--relay" in answer.text
