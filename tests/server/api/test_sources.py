"""The sources of a machine over HTTP: added, brought, gone back from, removed, compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from regiongate.control.sources import fetch as fetch_source
from regiongate.control.sources.bring import How
from regiongate.control.sources.fetch import fetchable
from regiongate.geo.store.recipe import Recipe
from regiongate.geo.store.vendors import VENDORS
from regiongate.server import agreed
from regiongate.store.database import Database
from tests.server.api.walk import Walk
from tests.support.house import AT, Clock, house_over
from tests.support.https import https_server
from tests.support.policies import policy_text
from tests.support.sources import JULY, WORLD, csv, mmdb

BYTES = {"content-type": "application/octet-stream"}
OLD = mmdb(WORLD)
NEW = mmdb({**WORLD, "20.0.0.0/12": "ES"}, JULY)
OTHER = mmdb({**WORLD, "21.0.0.0/8": "CN"})


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """The people of one house; each test has sources of its own."""
    folder = tmp_path_factory.mktemp("sources")
    database = Database.open(f"sqlite:///{folder}/regiongate.db")
    yield Walk(house_over(database, folder, Clock()))
    database.close()


def _sent(walk: Walk, path: str, content: bytes, person: str = "root", **headers: str) -> Any:
    """The answer to a file that somebody sends."""
    client = walk.programs[person]
    return client.post(f"/api/v1/{path}", content=content, headers=BYTES | headers)


def test_a_source_lives_over_http(walk: Walk) -> None:
    """Added once, a version brought, gone back from, removed: by an admin, each with its event."""
    walk.house.clock.at = AT + timedelta(days=5)  # type: ignore[attr-defined]
    sent: dict[str, Any] = {"headers": BYTES, "content": OLD}
    path = "sources?name=ours&licence=CC0-1.0&max_age=40"
    tried = walk.programs["root"].post(f"/api/v1/{path}&dry_run=true", **sent)
    assert (tried.status_code, tried.json()["status"]) == (201, "would-add")
    begun = len(walk.tags())
    added = walk.change("root", path, refused="axel", status=201, **sent)
    assert (added["status"], added["about"]["came_from"]) == ("added", "upload")
    seen = walk.get("sources/ours")
    assert (seen["licence"], seen["alarm"], seen["in_force"]) == ("CC0-1.0", None, None)

    sent["content"] = NEW
    tried = _sent(walk, "sources/ours/versions?dry_run=true", NEW, **{"if-match": "*"}).json()
    assert (tried["status"], tried["change"]["moves"][0]["after"]) == ("would-update", "ES")
    done = walk.change(
        "root", "sources/ours/versions", about="sources/ours", refused="anna", **sent
    )
    assert done["status"] == "updated"
    assert walk.get("sources/ours")["previous"] is not None

    client, any_version = walk.programs["root"], {"if-match": "*"}
    back: dict[str, Any] = {"about": "sources/ours", "refused": "anna"}
    path = "/api/v1/sources/ours/rollback?dry_run=true"
    assert client.post(path, headers=any_version).json()["version"]["date"] == "2026-06-17"
    assert walk.get("sources/ours")["date"] == "2026-07-17"
    assert walk.change("root", "sources/ours/rollback", **back)["was_left"] is False
    assert walk.get("sources/ours")["date"] == "2026-06-17"

    path = "/api/v1/sources/ours?dry_run=true"
    gone = client.delete(path, headers=any_version).json()
    assert gone == {"name": "ours", "bundled_counts": False}
    assert walk.change("root", "sources/ours", method="DELETE", **back) == gone
    assert walk.programs["vera"].get("/api/v1/sources/ours").status_code == 404
    steps = ["source:added", "source:updated", "source:rolled-back", "source:removed"]
    assert walk.tags()[begun:] == steps


def test_what_looks_wrong_is_refused(walk: Walk) -> None:
    """With the reason, and nothing is changed, unless somebody accepts it."""
    walk.house.clock.at = AT  # type: ignore[attr-defined]
    tomorrow = mmdb(WORLD, JULY)
    said = _sent(walk, "sources?name=early", tomorrow)
    assert (said.status_code, said.json()["status"]) == (200, "refused")
    assert "a day that has not come yet" in said.json()["objections"][0]
    assert walk.programs["vera"].get("/api/v1/sources/early").status_code == 404
    taken = _sent(walk, "sources?name=early&accept_change=true", tomorrow)
    assert (taken.status_code, taken.json()["status"]) == (201, "added")


@pytest.mark.parametrize(
    ("path", "content", "status", "said"),
    [
        ("sources?name=x", b"", 422, "send the file"),
        ("sources?name=Not+One", OLD, 422, "name"),
        ("sources?name=x&kind=weather", OLD, 422, "write one of region"),
        ("sources?name=x&format=word", OLD, 422, "write one of"),
        ("sources?name=x&edition=e", OLD, 422, "edition belongs to vendor"),
        ("sources?name=x&vendor=dbip", OLD, 422, "not both"),
        ("sources?name=x", csv(WORLD), 422, "does not say when its data was made"),
        ("sources?name=x", OLD[: len(OLD) // 2], 422, "upload"),
        (f"sources?name=x&sha256={'0' * 64}", OLD, 409, "upload: the file has the SHA-256"),
        ("sources?name=ipfire", OLD, 409, "comes with regiongate"),
        ("sources/none/versions", OLD, 404, "not in the store"),
        ("sources/ipfire/rollback", b"", 404, "not in the store"),
        ("sources/agreement?source=ipfire", b"", 422, "send the file"),
        ("sources/agreement?source=ipfire&judged=false", b"{", 422, "upload"),
    ],
)
def test_what_cannot_be_a_source_is_told(
    walk: Walk, path: str, content: bytes, status: int, said: str
) -> None:
    """Under the name `upload`, never under that of a file of this machine."""
    answer = _sent(walk, path, content)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert "regiongate-upload-" not in answer.text and ".staging" not in answer.text


def test_a_file_says_that_it_is_one(walk: Walk) -> None:
    """Another content type is refused, and so is a file that is larger than a body may be."""
    json = {"content-type": "application/json"}
    answer = _sent(walk, "sources?name=x", OLD, **json)
    assert answer.status_code == 415
    large = {"content-length": str(1 << 30)}
    assert _sent(walk, "sources?name=x", OLD, **large).status_code == 413


def test_what_was_uploaded_is_not_fetched(walk: Walk) -> None:
    """An update says so; `geo update` of all passes it over."""
    assert _sent(walk, "sources?name=sent&licence=CC0-1.0", OLD).status_code == 201
    answer = walk.programs["otto"].post("/api/v1/sources/sent/update")
    assert answer.status_code == 409 and "are uploaded" in answer.text
    store = walk.house.catalogue.store
    assert store is not None and "sent" not in fetchable(store)


def test_what_the_policy_names_stays(walk: Walk) -> None:
    """A source that the policy in force needs cannot be removed, and one that is damaged can be."""
    assert _sent(walk, "sources?name=needed", OLD).status_code == 201
    path, client = walk.house.settings.policy, walk.programs["root"]
    assert path is not None
    before = path.read_text()
    path.write_text(policy_text(location={"sources": ["iptoasn", "needed"], "agree": 2}))
    answer = client.delete("/api/v1/sources/needed", headers={"if-match": "*"})
    assert answer.status_code == 409 and "publish one that does not" in answer.text
    path.write_text(before)
    store = walk.house.catalogue.store
    assert store is not None
    (store.root / "needed" / "current.json").write_text("{")
    assert client.delete("/api/v1/sources/needed").status_code == 428
    assert client.delete("/api/v1/sources/needed", headers={"if-match": "*"}).status_code == 200


def test_how_far_sources_agree(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those named, under the policy too, and with a file that is not in yet; made once."""
    for name, content in (("one", OLD), ("two", OTHER)):
        assert _sent(walk, f"sources?name={name}", content).status_code == 201
    path = "sources/agreement?source=one&source=two&family=4"
    found = walk.get(path)
    [pair] = found["pairs"]
    assert (pair["a"], pair["b"], pair["share"]) == ("one", "two", {"ipv4": 0.2, "ipv6": None})
    assert found["policy"]["rules"] != [] and walk.get(f"{path}&judged=false")["policy"] is None
    monkeypatch.setattr(agreed, "_compared", None)
    assert walk.get(path) == found
    monkeypatch.undo()
    sent = _sent(walk, "sources/agreement?source=one&judged=false", NEW, "vera").json()
    assert [one["name"] for one in sent["sources"]] == ["upload", "one"]
    assert sent["pairs"][0]["disagreements"][0]["amount"]["ipv4"] == 1 << 20


def test_sources_are_compared_one_after_the_other(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks for too many comparisons at once is told when to ask again."""
    monkeypatch.setattr(agreed, "_PATIENCE", 0.0)
    with agreed._ONE:
        path = "/api/v1/sources/agreement?source=iptoasn&source=ipfire&judged=false"
        busy = walk.programs["vera"].get(path)
    assert busy.status_code == 429 and "retry-after" in busy.headers


def test_no_file_of_this_machine_is_compared(walk: Walk, tmp_path: Path) -> None:
    """A path is no name of a source, whoever says it."""
    file = tmp_path / "mine.mmdb"
    file.write_bytes(OLD)
    path = f"/api/v1/sources/agreement?source={file}&source=ipfire&judged=false"
    answer = walk.programs["root"].get(path)
    assert answer.status_code == 409 and "no source named" in answer.text


def test_a_newer_version_is_fetched(walk: Walk, tmp_path: Path) -> None:
    """Rehearsed it is compared and nothing is kept; an operator may, and the trail says so."""
    store, path = walk.house.catalogue.store, "sources/fetched/update"
    assert store is not None
    file = tmp_path / "fetched.mmdb"
    file.write_bytes(OLD)
    how = How(AT, {})
    assert fetch_source.add(store, Recipe("fetched", file=str(file)), how).status == "added"
    file.write_bytes(mmdb({**WORLD, "20.0.0.0/12": "ES"}, date(2026, 7, 1)))
    before = walk.events()
    client = walk.programs["otto"]
    tried = client.post(f"/api/v1/{path}?dry_run=true")
    assert (tried.json()["status"], walk.events()) == ("would-update", before)
    assert walk.change("otto", path, refused="root")["status"] == "updated"
    assert walk.tags()[-1] == "source:updated"


def test_a_source_of_a_known_maker_is_added(
    walk: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing sent: the server fetches it, in the words that it knows of its maker."""
    with https_server(tmp_path, monkeypatch) as server:
        url = server.serve("/lite.mmdb", OLD)
        monkeypatch.setitem(cast(Any, VENDORS), "dbip", replace(VENDORS["dbip"], url=url))
        done = walk.programs["root"].post("/api/v1/sources?name=lite&vendor=dbip")
    assert (done.status_code, done.json()["about"]["licence"]) == (201, "CC-BY-4.0")
    assert walk.programs["root"].post("/api/v1/sources?name=it&vendor=us").status_code == 422
