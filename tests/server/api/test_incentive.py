"""Claim codes and the ledger over HTTP: what the commands do, by whom, and once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from regiongate.store.database import Database
from tests.server.api.walk import Walk
from tests.server.public.links import restricted
from tests.support.access import everything
from tests.support.house import Clock, house_over
from tests.support.offered import ISSUER, offered
from tests.support.stores import database, postgresql, store_url  # noqa: F401

CODES, CLAIMS, SPENDS = "incentive/codes", "incentive/claims", "incentive/spends"
OTHER_KEY = "0" * 63 + "1"


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A provider that is its own vendor, with two restricted cases."""
    folder = tmp_path_factory.mktemp("house")
    opened = Database.open(f"sqlite:///{folder}/regiongate.db")
    made = _walk(opened, folder)
    yield made
    opened.close()


def _walk(database: Database, folder: Path) -> Walk:  # noqa: F811
    made = Walk(offered(house_over(database, folder, Clock()), folder))
    restricted(made.house, "acme")
    restricted(made.house, "beta")
    said = {"name": ISSUER, "key": made.get("incentive/key")["ed25519"]}
    made.change("anna", "incentive/issuers", said, refused="otto")
    return made


def _code(walk: Walk, case: int = 1, **more: Any) -> str:
    said = {"case": case, **more}
    text: str = walk.ask("otto", "POST", CODES, json=said).json()["code"]
    return text


def _tell(walk: Walk, path: str, said: object, **request: Any) -> Any:
    return walk.ask("otto", "POST", path, json=said, **request)


def test_a_code_is_issued_shown_and_kept_nowhere(walk: Walk) -> None:
    """The same is given again; lists, the trail and the store know its random id alone."""
    said = {"case": 2, "offer": "example-cloud", "days": 5}
    assert walk.ask("vera", "POST", CODES, json=said).status_code == 403
    tried = _tell(walk, CODES, said, params={"dry_run": "true"}).json()
    assert (tried["new"], tried["kept"], tried["code"]) == (True, False, None)
    keyed = _tell(walk, CODES, said, headers={"idempotency-key": "k"})
    assert (keyed.status_code, "kept nowhere" in keyed.text) == (422, True)
    first, again = _tell(walk, CODES, said), _tell(walk, CODES, said)
    assert first.headers["cache-control"] == "no-store"
    assert (first.json()["new"], again.json()["new"]) == (True, False)
    code = first.json()["code"]
    assert again.json()["code"] == code and code.startswith("rgc1.")
    [row] = walk.get(CODES)["rows"]
    assert (row["case"], row["offer"], row["expires"]) == (2, "example-cloud", "2026-07-20")
    assert row == first.json()["issued"] and len(row["begins"]) == 8
    assert code.split(".")[2] not in everything(walk.house.database)
    assert walk.tags().count("claim-code:issued") == 1


def test_a_case_that_is_none_gets_no_code(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does a server issue one whose name vendors do not know."""
    assert _tell(walk, CODES, {"case": 99}).status_code == 409
    assert _tell(walk, CODES, {"case": 1, "days": 367}).status_code == 422
    assert _tell(walk, CODES, {"case": 1, "offer": "No Name"}).status_code == 409
    unnamed = replace(walk.house.settings, claim_issuer=None)
    monkeypatch.setattr(walk.house, "settings", unnamed)
    assert "--claim-issuer" in _tell(walk, CODES, {"case": 1}).json()["detail"]


def test_a_claim_is_granted_spent_and_lapses(walk: Walk) -> None:
    """Each change once for its key, by an operator and by no viewer; the trail has it all."""
    said = {"code": _code(walk), "account": "a&b", "offer": "example-cloud"}
    tried = _tell(walk, CLAIMS, said, params={"dry_run": "true"}).json()
    assert (tried["kept"], walk.get("incentive/grants")["rows"]) == (False, [])
    made = walk.change("otto", CLAIMS, said, refused="vera")
    assert [one["tokens"] for one in made["grants"]] == [1000, 500]
    assert "20%" in made["besides"][0]
    assert "used by this account" in _tell(walk, CLAIMS, said).json()["detail"]

    spend = {"id": "july", "account": "a&b", "tokens": 600, "model": "large"}
    done = walk.change("otto", SPENDS, spend, refused="vera")
    assert (done["new"], done["left"]) == (True, 900)
    assert _tell(walk, SPENDS, spend).json()["new"] is False
    assert _tell(walk, SPENDS, spend | {"tokens": 1}).status_code == 409
    over = _tell(walk, SPENDS, spend | {"id": "august", "tokens": 901})
    assert (over.status_code, "nothing was spent" in over.text) == (409, True)
    said = walk.get("incentive/balance?account=a%26b")
    assert (said["tokens"], [one["left"] for one in said["grants"]]) == (900, [900, 0])
    page = walk.get("incentive/grants?limit=1")
    assert [one["left"] for one in walk.get(f"incentive/grants?cursor={page['next']}")["rows"]] == [
        0
    ]

    walk.house.clock.advance(days=29)  # type: ignore[attr-defined]
    assert walk.change("otto", "incentive/expire", refused="vera")["lapsed"] == []
    walk.house.clock.advance(days=1)  # type: ignore[attr-defined]
    assert _tell(walk, "incentive/expire", None, params={"dry_run": "true"}).json()["lapsed"] != []
    [lapsed] = walk.change("otto", "incentive/expire")["lapsed"]
    assert (lapsed["account"], lapsed["tokens"]) == ("a&b", 900)
    tags = [tag for tag in walk.tags() if tag.startswith("ledger:")]
    assert tags == ["ledger:granted", "ledger:spent", "ledger:lapsed"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (CLAIMS, {"code": "rgc1.no-code", "account": "acme"}),
        (SPENDS, {"id": "x", "account": "nobody", "tokens": 1}),
        (SPENDS, {"id": "x", "account": "a\0b", "tokens": 1}),
        (SPENDS, {"id": "x", "account": "acme", "tokens": 0}),
        ("incentive/issuers", {"name": "x", "key": "/etc/hostname"}),
        ("incentive/issuers", {"name": "No Name", "key": OTHER_KEY}),
        ("incentive/issuers", {"name": ISSUER, "key": OTHER_KEY}),
    ],
)
def test_what_cannot_be_done_is_refused(walk: Walk, path: str, said: dict[str, Any]) -> None:
    """By a problem with words; a key is never read from a file of the server."""
    events = walk.events()
    answer = walk.ask("anna", "POST", path, json=said)
    assert answer.status_code in (409, 422) and answer.json()["detail"]
    assert walk.events() == events


def test_an_issuer_is_believed_no_longer(walk: Walk) -> None:
    """Its codes are refused from then on, those that are out as well."""
    code = _code(walk)
    assert [one["name"] for one in walk.get("incentive/issuers")] == [ISSUER]
    path = f"incentive/issuers/{ISSUER}"
    ended = walk.change("anna", path, method="DELETE", refused="otto")
    assert walk.ask("anna", "DELETE", path).status_code == 404
    said = {"code": code, "account": "late", "offer": "example-cloud"}
    assert "no trusted issuer" in _tell(walk, CLAIMS, said).json()["detail"]
    walk.change("anna", "incentive/issuers", {"name": ISSUER, "key": ended["key"]})


def test_of_many_threads_one_claims(database: Database, tmp_path: Path) -> None:  # noqa: F811
    """Each with an account and a key of its own: one is granted tokens, all others are told."""
    walk = _walk(database, tmp_path)
    code = _code(walk, offer="example-cloud")

    def claim(number: int) -> int:
        said = {"code": code, "account": f"account-{number}"}
        answer = _tell(walk, CLAIMS, said, headers={"idempotency-key": f"k{number}"})
        return int(answer.status_code)

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(claim, range(6))) == [200] + [409] * 5
    assert len({one["account"] for one in walk.get("incentive/grants")["rows"]}) == 1
    assert walk.tags().count("ledger:granted") == 1
