"""Whoever has no link gets nothing, and whoever has one gets no more than their case."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from regiongate.server.entry.client import SETTLED
from regiongate.server.house import House
from regiongate.server.security.size import LARGEST
from regiongate.store.appeals import Appeals
from tests.server.public.conftest import CHINESE, DISPUTED, FRENCH
from tests.server.public.links import link, plan_link_of, restricted
from tests.support.house import URL
from tests.support.page import Page

At = Callable[[str], TestClient]
EVIL = "<img src=x onerror=alert(1)>\"'&{{7*7}}"
BOUNDARY = "multipart/form-data; boundary=b"


@pytest.fixture(autouse=True)
def _cases(house: House) -> None:
    restricted(house, "acme")
    restricted(house, "evil", name=EVIL)


def _url(token: str) -> str:
    return f"/region-access/appeal?token={token}&lang=en"


def _forged(house: House) -> dict[str, str]:
    good, other = link(house, "acme", 1), link(house, "evil", 2)
    said = good.rpartition(".")[0]
    return {
        "another case": good.replace("1.", "2.", 1),
        "another's signature": f"{said}.{other.rpartition('.')[2]}",
        "one letter": f"{good[:-2]}{'A' if good[-2] != 'A' else 'B'}{good[-1]}",
        "no signature": said,
        "a plan's token": plan_link_of(house, "acme"),
        "a stranger's organization": link(house, "evil", 1),
        "a case that is not there": link(house, "acme", 99),
        "padding": f"{good}=",
        "a newline": f"{good}%0A",
        "too long": good * 40,
        "digits of another script": good.replace("1", "\u0661", 1),
        "a null": f"{good}%00",
    }


@pytest.mark.parametrize("which", list(range(12)))
def test_a_token_that_is_not_ours_opens_nothing(house: House, at: At, which: int) -> None:
    """Neither the case nor the form, and nothing of the organization is said."""
    token = list(_forged(house).values())[which]
    for answer in (at(FRENCH).get(_url(token)), at(FRENCH).post(_url(token), data={"text": "x"})):
        assert answer.status_code == 404
        page = Page(answer.text)
        assert "the link is incomplete" in page.said and "Acme" not in page.text
        assert page.all("form") == []
    assert _count(house) == 0


def test_a_link_that_has_ended_says_when(house: House, at: At) -> None:
    """And opens nothing any more."""
    token = link(house, "acme", 1, seconds=-1)
    for answer in (at(FRENCH).get(_url(token)), at(FRENCH).post(_url(token), data={"text": "x"})):
        assert answer.status_code == 410
        assert "This link ended on July 15, 2026, 11:59" in Page(answer.text).said
    assert _count(house) == 0


def test_guessing_tokens_must_wait(house: House, at: At) -> None:
    """After ten wrong ones also a right one, from that network alone."""
    client = at(FRENCH)
    statuses = [client.get(_url(f"1.{n}.YQ.{'x' * 43}")).status_code for n in range(11)]
    assert statuses == [404] * 10 + [429]
    waiting = client.get(_url(link(house, "acme")))
    assert waiting.status_code == 429 and int(waiting.headers["retry-after"]) > 0
    assert at(DISPUTED).get(_url(link(house, "acme"))).status_code == 200


def test_appeals_from_one_network_must_wait(house: House, at: At) -> None:
    """So that nobody can send files without end."""
    client, token = at(FRENCH), link(house, "acme")
    statuses = [client.post(_url(token), data={"text": ""}).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_names_and_texts_of_strangers_are_only_text(house: House, at: At) -> None:
    """An organization, a typed text, a mail address and a file name bring no markup into a page."""
    client, token = at(FRENCH), link(house, "evil", 2)
    wrong = client.post(
        _url(token),
        data={"text": f"</textarea>{EVIL}", "mail": f'"{EVIL}'},
        files=[("files", (f"{EVIL}.csv", b"\x00"))],
    )
    sent = client.post(_url(token), data={"text": f"</pre>{EVIL}"})
    shown = client.get(sent.headers["location"])
    for answer in (wrong, shown):
        page = Page(answer.text)
        assert page.faults == [] and page.all("img") == []
        assert EVIL.partition("&")[0] in page.said and "49" not in page.said
        assert "<img" not in answer.text


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", BOUNDARY, 422),
        (b"--b\r\nno header\r\n\r\nx\r\n--b--", BOUNDARY, 400),
        (b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nx', BOUNDARY, 422),
        (b"x", "multipart/form-data", 400),
        (b'{"text": "x"}', "application/json", 422),
        (b"text=a&text=b", "application/x-www-form-urlencoded", 422),
        (b"text=a&files=b", "application/x-www-form-urlencoded", 422),
        (b"&".join(b"f%d=x" % n for n in range(50)), "application/x-www-form-urlencoded", 400),
        (b"text=" + b"a" * 300_000, "application/x-www-form-urlencoded", 400),
        (b"text=%FF%00", "application/x-www-form-urlencoded", 422),
    ],
)
def test_what_is_no_form_is_refused_in_words(
    house: House, at: At, content: bytes, kind: str, status: int
) -> None:
    """It is neither kept nor a broken page."""
    headers = {"content-type": kind}
    answer = at(FRENCH).post(_url(link(house, "acme")), content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert Page(answer.text).faults == []
    assert _count(house) == 0


def test_too_many_parts_are_refused(house: House, at: At) -> None:
    """Twenty files are counted, a hundred are not read."""
    files = [("files", (f"{n}.txt", b"a")) for n in range(100)]
    answer = at(FRENCH).post(_url(link(house, "acme")), data={"text": "x"}, files=files)
    assert answer.status_code == 400 and "We could not read" in Page(answer.text).said


def test_a_text_sent_as_a_file_is_refused(house: House, at: At) -> None:
    """No browser does that."""
    files = [("text", ("text", b"x"))]
    assert at(FRENCH).post(_url(link(house, "acme")), files=files).status_code == 422


def test_what_is_too_large_is_refused_whatever_length_it_says(house: House, at: At) -> None:
    """By its length at once, and else by what came so far."""
    url, client = _url(link(house, "acme")), at(FRENCH)

    def endless() -> object:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
        for _ in range(LARGEST // (1 << 20) + 1):
            yield b"a" * (1 << 20)

    stated = client.post(
        url, content=b"", headers={"content-type": BOUNDARY, "content-length": str(LARGEST + 1)}
    )
    streamed = client.post(url, content=endless(), headers={"content-type": BOUNDARY})  # type: ignore[arg-type]
    for answer in (stated, streamed):
        assert answer.status_code == 413
        assert "larger than we take" in Page(answer.text).said
    assert _count(house) == 0


def test_without_a_link_nothing_of_a_body_is_read(at: At) -> None:
    """A stranger's upload is refused before it has begun."""

    def unread() -> object:
        yield b"--b"
        raise AssertionError("the body was read")

    answer = at(FRENCH).post(_url("x"), content=unread(), headers={"content-type": BOUNDARY})  # type: ignore[arg-type]
    assert answer.status_code == 404


@pytest.mark.parametrize("origin", [None, "null", URL, "https://api.example.com"])
def test_the_form_is_taken_from_whatever_page(house: House, at: At, origin: str | None) -> None:
    """The token is the authority; behind a gateway the origin is the one of the API."""
    headers = {} if origin is None else {"origin": origin}
    answer = at(FRENCH).post(_url(link(house, "acme")), data={"text": "x"}, headers=headers)
    assert answer.status_code == 303


def test_a_forged_header_is_no_network(house: House, at: At) -> None:
    """The network that is kept with an appeal is the peer's, unless a gateway says another."""
    data = {"text": "x"}
    at(FRENCH).post(_url(link(house, "acme")), data=data, headers={SETTLED: CHINESE})
    at("127.0.0.1").post(_url(link(house, "evil", 2)), data=data, headers={SETTLED: CHINESE})
    with house.reading() as connection:
        kept = {one.organization: str(one.network) for one in Appeals(connection).where()}
    assert kept == {"acme": "20.0.0.0/24", "evil": "20.0.1.0/24"}


def _count(house: House) -> int:
    with house.reading() as connection:
        return len(list(Appeals(connection).where()))
