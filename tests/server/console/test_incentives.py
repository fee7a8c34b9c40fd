"""Incentives in the console: the consequence first, and a code shown to whoever may issue it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from regiongate.control.audit.signed import written
from regiongate.control.secrets import claim_key
from regiongate.domain.audit import Tag
from regiongate.server.house import House
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database
from tests.server.public.links import restricted
from tests.support.access import said
from tests.support.house import Clock, browser, csrf_of, house_over
from tests.support.offered import ISSUER, offered
from tests.support.page import Page

PAGE = "/console/incentives"


@pytest.fixture(name="house", scope="module")
def _house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A provider that is its own vendor, with a restricted case."""
    folder = tmp_path_factory.mktemp("house")
    database = Database.open(f"sqlite:///{folder}/regiongate.db")
    made = offered(house_over(database, folder, Clock()), folder)
    restricted(made, "acme")
    yield made
    database.close()


def _events(house: House) -> int:
    with house.reading() as connection:
        return AuditTrail(connection).count()


def _faults(text: str) -> list[str]:
    """What is wrong with a page, but for the scripts of the console."""
    return [one for one in Page(text).faults if not one.startswith("<script>")]


class Somebody:
    """A browser of somebody, and what its forms carry."""

    def __init__(self, house: House, person: str) -> None:
        self.client: TestClient = browser(house, person)
        self.csrf = csrf_of(self.client.get(PAGE).text)

    def sends(self, path: str, form: dict[str, str], status: int = 200) -> str:
        """The page after a form."""
        answer = self.client.post(f"{PAGE}/{path}", data={"csrf": self.csrf, **form})
        assert answer.status_code == status, answer.text
        if status == 200:
            assert _faults(answer.text) == []
        return unescape(answer.text)

    def confirms(self, path: str, form: dict[str, str]) -> None:
        """The same, once it was shown what it brings."""
        self.sends(path, form | {"confirmed": "true"}, 303)


def test_a_life_of_a_code_in_the_console(house: House) -> None:
    """Trusted, issued, claimed and lapsed; nothing is changed before somebody has confirmed it."""
    anna, otto, before = Somebody(house, "anna"), Somebody(house, "otto"), _events(house)
    issuer = {"name": ISSUER, "key": written(claim_key(house.state.root).public_key())}
    assert "compare the key" in anna.sends("issuers", issuer)
    wanted = {"case": "1", "offer": "example-cloud", "days": "30"}
    shown = otto.sends("codes", wanted)
    assert "Nothing has been changed yet" in shown and "rgc1." not in shown
    assert _events(house) == before

    anna.confirms("issuers", issuer)
    text = otto.sends("codes", wanted | {"confirmed": "true"})
    [code] = re.findall(r"rgc1\.[\w-]+\.[\w-]+", text)
    assert "nothing changes" in otto.sends("codes", wanted)
    claim = {"code": code, "account": "<b>acme</b>"}
    shown = otto.sends("claims", claim)
    assert "1000 tokens for any model" in shown and "used up" in shown
    assert _events(house) == before + 2
    otto.confirms("claims", claim)
    assert "each is good once" in otto.sends("claims", claim, 409)

    page = Page(otto.client.get(PAGE, params={"case": "1", "account": claim["account"]}).text)
    assert _faults(page.text) == [] and page.all("b") == []
    assert "<b>acme</b> can spend 1500 tokens." in page.said
    assert code[:40] not in page.text and "example-cloud" in page.said

    house.clock.advance(days=30)  # type: ignore[attr-defined]
    anna, otto = Somebody(house, "anna"), Somebody(house, "otto")
    assert "1000 tokens of <b>acme</b>" in otto.sends("expire", {})
    otto.confirms("expire", {})
    assert "Nothing has ended" in otto.sends("expire", {})
    assert "are refused" in anna.sends("issuers/end", {"name": ISSUER})
    anna.confirms("issuers/end", {"name": ISSUER})
    kept = said(house.database, *(tag for tag in Tag if tag.startswith(("issuer:", "ledger:"))))
    assert [tag for tag, _, _ in kept] == [
        "issuer:trusted", "ledger:granted", "ledger:lapsed", "ledger:lapsed", "issuer:distrusted"
    ]  # fmt: skip


def test_who_may_not_sees_no_form_and_changes_nothing(house: House) -> None:
    """The role is asked on the server, for each of the forms; without their token nothing goes."""
    vera = Somebody(house, "vera")
    assert 'method="post" action="/console/incentives' not in vera.client.get(PAGE).text
    csrf = csrf_of(vera.client.get("/console/").text)
    forms: dict[str, dict[str, str]] = {
        "codes": {"case": "1"},
        "claims": {"code": "x", "account": "x"},
        "expire": {},
        "issuers": {"name": "x", "key": "0" * 64},
        "issuers/end": {"name": "x"},
    }
    admin = Somebody(house, "root")
    for path, form in forms.items():
        whole = {"csrf": csrf, "confirmed": "true", **form}
        assert vera.client.post(f"{PAGE}/{path}", data=whole).status_code == 403, path
        assert admin.client.post(f"{PAGE}/{path}", data=form).status_code == 403, path


def test_a_key_is_never_read_from_a_file_of_the_server(house: House, tmp_path: Path) -> None:
    """What is no key is refused as it stands."""
    path = tmp_path / "key"
    path.write_text(written(claim_key(house.state.root).public_key()), "ascii")
    Somebody(house, "anna").sends("issuers", {"name": "x", "key": str(path)}, 422)
