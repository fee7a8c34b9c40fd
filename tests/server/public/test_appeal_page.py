"""The appeal by link: what the holder sees, sends, and is answered."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from regiongate.control.appeal.decide import Ruling, deny, grant_exemption
from regiongate.control.appeal.sitting import Sitting
from regiongate.domain.appeal import Appeal
from regiongate.domain.case import Case, Step
from regiongate.server.house import House
from regiongate.store.appeals import Appeals
from tests.server.public.conftest import CHINESE
from tests.server.public.links import link, restricted, step
from tests.support.appeals import FEED, PDF, PNG
from tests.support.house import Clock
from tests.support.page import Page

At = Callable[[str], TestClient]
TEXT = "Our calls come from Lyon."


@pytest.fixture(name="case")
def _case(house: House) -> Case:
    return restricted(house, "acme")


@pytest.fixture(name="token")
def _token(house: House, case: Case) -> str:
    return link(house, "acme", case.number)


def _url(token: str) -> str:
    return f"/region-access/appeal?token={token}&lang=en"


def _said(client: TestClient, token: str) -> str:
    answer = client.get(_url(token))
    assert answer.status_code == 200, answer.text
    return Page(answer.text).said


def _send(
    client: TestClient, token: str, files: list[tuple[str, bytes]] | None = None, **data: str
) -> Response:
    chosen: Any = [("files", one) for one in files or []]
    answer: Any = client.post(_url(token), data={"text": TEXT, "mail": ""} | data, files=chosen)
    return answer  # type: ignore[no-any-return]


def _appeals(house: House) -> list[Appeal]:
    with house.reading() as connection:
        return list(Appeals(connection).where())


def test_without_a_link_there_is_nothing_but_how_to_get_it(at: At, case: Case) -> None:
    """And where to write; no form but the one that asks for a refused request."""
    page = Page(at(CHINESE).get("/region-access/appeal?lang=en").text)
    assert "Find the latest notice that we sent" in page.said
    assert "access@example.com" in page.said
    assert [form["action"] for form in page.all("form")] == ["/region-access/appeal"]
    assert page.all("textarea") == []


def test_the_link_shows_what_was_seen_and_how_the_case_stands(at: At, token: str) -> None:
    """Regions, networks, dates and requests as a notice has them, from a refused address too."""
    said = _said(at(CHINESE), token)
    for told in (
        "Acme Ltd (acme)",
        "Calls from unsupported regions are refused since July 1, 2026",
        "Networks 20.0.1.0/24",
        "Regions China (CN)",
        "2 of 3 (66.7%), from April 16, 2026 to July 15, 2026",
        "What is wrong?",
    ):
        assert told in said


def test_an_appeal_is_kept_and_its_page_shows_the_clock(
    house: House, at: At, token: str, clock: Clock
) -> None:
    """Text, mail, files and the network are kept, and the same link says by when it is answered."""
    client = at(CHINESE)
    files = [("our feed.csv", FEED), ("a.pdf", PDF), ("b.png", PNG), ("note.txt", b"Lyon")]
    answer = _send(client, token, files, mail="me@acme.example")
    assert answer.status_code == 303
    [kept] = _appeals(house)
    assert (kept.text, kept.mail, str(kept.network)) == (TEXT, "me@acme.example", "20.0.1.0/24")
    assert answer.headers["location"] == f"{_url(token)}&said=new"
    page = Page(client.get(answer.headers["location"]).text)
    for told in (
        "Your appeal has arrived.",
        kept.id,
        "Answered by Saturday, July 25, 2026, 12:00 (UTC, UTC+00:00) (in 10 days)",
        TEXT,
        "our feed.csv, 36 bytes",
        "nobody can suspend your account",
    ):
        assert told in page.said
    assert page.all("form") == []
    clock.advance(days=11)
    assert "The answer is late." in _said(client, token)


def test_sent_twice_it_is_one_appeal(house: House, at: At, token: str) -> None:
    """The second time it is said that the first one is open."""
    client = at(CHINESE)
    _send(client, token)
    again = _send(client, token, text="Something else.")
    assert again.headers["location"].endswith("&said=again")
    assert "An appeal was open already" in Page(client.get(again.headers["location"]).text).said
    assert [one.text for one in _appeals(house)] == [TEXT]


def test_two_posts_at_once_are_one_appeal(house: House, at: At, token: str) -> None:
    """Both are answered, and one of them was new."""
    clients = [at(f"20.0.1.{n}") for n in range(3)]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda one: _send(one, token), clients))
    said = sorted(one.headers["location"].rpartition("=")[2] for one in answers)
    assert said == ["again", "again", "new"]
    assert len(_appeals(house)) == 1


def test_a_denied_appeal_says_why_and_can_be_sent_once_more(
    house: House, at: At, token: str, clock: Clock
) -> None:
    """The reason as it was written, until when it may be reopened, and then nothing more."""
    client = at(CHINESE)
    _send(client, token)
    _rule(house, "anna", deny)
    said = _said(client, token)
    assert "Outcome Denied." in said and "The invoice is old." in said
    assert "until Friday, August 14, 2026" in said and "Appeal again" in said
    assert _send(client, token, text="Here is a new one.").status_code == 303
    _rule(house, "axel", deny)
    said = _said(client, token)
    assert "Nothing is left in this case to appeal." in said and "Appeal again" not in said
    late = _send(client, token, text="And another.")
    assert late.status_code == 409
    assert "could not be taken" in Page(late.text).said
    assert len(_appeals(house)) == 2


def test_a_granted_appeal_says_what_it_became(house: House, at: At, token: str) -> None:
    """The organization is exempt, and says so to whoever has the link."""
    client = at(CHINESE)
    _send(client, token)
    _rule(house, "anna", grant_exemption)
    said = _said(client, token)
    assert "Granted: your organization is exempt" in said
    assert "exempt from the region rules since July 15, 2026" in said


def test_the_link_of_a_released_case_shows_that_it_is_closed(
    house: House, at: At, case: Case, token: str
) -> None:
    """There is no form, and what is posted all the same is not kept."""
    step(house, case, Step.RELEASE)
    client = at(CHINESE)
    said = _said(client, token)
    assert "This case was closed on July 15, 2026" in said and "What is wrong?" not in said
    assert _send(client, token).status_code == 409
    assert _appeals(house) == []


@pytest.mark.parametrize(
    ("text", "mail", "files", "told"),
    [
        (" \n", "", [], "Write what is wrong."),
        ("x" * 10_001, "", [], "longer than 10,000 characters"),
        ("a\x00b", "", [], "control character"),
        (TEXT, "me@@acme", [], "not one that every server takes"),
        (TEXT, "", [("a.pdf", PDF[:40])], "a.pdf cannot be taken"),
        (TEXT, "", [("run.exe", b"MZ\x90\x00")], "run.exe cannot be taken"),
        (TEXT, "", [("x.svg", b"\xff\xfe<svg/>")], "x.svg cannot be taken"),
        (TEXT, "", [("a.txt", b"a" * ((5 << 20) + 1))], "a.txt is larger than 5 MiB"),
        (TEXT, "", [(f"{n}.txt", b"a" * (4 << 20)) for n in range(3)], "larger than 10 MiB"),
        (TEXT, "", [(f"{n}.txt", b"a") for n in range(6)], "At most 5 files"),
        (TEXT, "", [("f.csv", b"20.0.1.0/24,FR,,,\n20.0.2.0/24,XQ,,,\n")], "f.csv, line 2:"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(  # noqa: PLR0917
    house: House, at: At, token: str, text: str, mail: str, files: list[Any], told: str
) -> None:
    """In words, beside the form, with nothing kept."""
    answer = _send(at(CHINESE), token, files, text=text, mail=mail)
    page = Page(answer.text)
    assert answer.status_code == 422 and page.faults == []
    assert told in page.said and "Nothing has been sent yet." in page.said
    assert text.strip() in page.text
    assert page.all("input")[0]["value"] == mail
    assert any(one.get("aria-invalid") == "true" for _, one in page.elements)
    assert _appeals(house) == []


def test_everything_that_is_wrong_is_said_at_once(at: At, token: str) -> None:
    """Text, mail and file in one answer."""
    answer = _send(at(CHINESE), token, [("a.png", PNG[:9])], text="", mail="me")
    page = Page(answer.text)
    assert len([one for one in page.all("a") if one["href"].startswith("#")]) == 3 + 1
    assert "Files have to be chosen again." in page.said


def test_a_form_of_which_no_file_was_chosen_is_an_appeal(house: House, at: At, token: str) -> None:
    """A browser sends the field all the same, as a file without a name and without content."""
    parts = (
        b'form-data; name="text"\r\n\r\nBonjour,\r\nnous sommes \xc3\xa0 Lyon.',
        b'form-data; name="mail"\r\n\r\n',
        b'form-data; name="files"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n',
    )
    body = b"".join(b"--b\r\nContent-Disposition: %s\r\n" % part for part in parts)
    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = at(CHINESE).post(_url(token), content=body + b"--b--\r\n", headers=headers)
    assert answer.status_code == 303, answer.text
    assert [one.text for one in _appeals(house)] == ["Bonjour,\nnous sommes à Lyon."]


def _rule(house: House, person: str, verb: Callable[..., object]) -> None:
    with house.writing() as connection:
        [appeal] = [one for one in Appeals(connection).where() if one.decided is None]
        sitting = Sitting(connection, house.desk(), house.clock())
        until = house.clock() + timedelta(days=90) if verb is grant_exemption else None
        verb(sitting, appeal.id, Ruling(person, "The invoice is old.", until))
