"""Changes over HTTP: done once for each key, about the version that was seen, or rehearsed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from fastapi.testclient import TestClient

from regiongate.server.house import House
from regiongate.server.security.limit import Limit, Limiter
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database
from regiongate.store.people import People
from tests.support.desks import announced
from tests.support.house import Clock, house_over, program
from tests.support.stores import database, postgresql, store_url  # noqa: F401

NAMES = [f"org-{number:03}" for number in range(45)]
BOOK = (
    b'{"organization": "new", "name": "New", "plan": null, "contacts": [], "keys": [],'
    b' "facts": [], "holdings": [], "owners": []}\n'
)
NOTE = {"text": "Spoke to them."}


@pytest.fixture
def both(database: Database, tmp_path: Path) -> House:  # noqa: F811
    """A house with one case, on either database."""
    announced(database, "acme")
    return house_over(database, tmp_path, Clock())


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with many cases, that tests only read."""
    folder = tmp_path_factory.mktemp("many")
    opened = Database.open(f"sqlite:///{folder}/regiongate.db")
    announced(opened, *NAMES)
    yield house_over(opened, folder, Clock())
    opened.close()


def _notes(client: TestClient) -> int:
    return len(client.get("/api/v1/cases/1").json()["notes"])


def _events(house: House) -> int:
    with house.reading() as connection:
        return AuditTrail(connection).count()


def test_a_key_makes_a_change_once(both: House) -> None:
    """Sent again it is answered again, byte for byte; with another body it is refused."""
    client, key = program(both, "otto"), {"Idempotency-Key": "k1"}
    first = client.post("/api/v1/cases/1/notes", json=NOTE, headers=key)
    again = client.post("/api/v1/cases/1/notes", json=NOTE, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.content, first.headers["etag"]) == (again.content, again.headers["etag"])
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    other = client.post("/api/v1/cases/1/notes", json={"text": "Another."}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:regiongate:problem:key-used")
    assert _notes(client) == 1


def test_a_key_is_of_one_person(both: House) -> None:
    """Somebody else's key of the same name is another key."""
    key = {"Idempotency-Key": "k1"}
    for person in ("otto", "anna"):
        assert (
            program(both, person)
            .post("/api/v1/cases/1/notes", json=NOTE, headers=key)
            .headers.get("idempotency-replayed")
            is None
        )
    assert _notes(program(both, "vera")) == 2


def test_two_at_once_are_one_change(both: House) -> None:
    """Threads that send the same key at once get one answer, and the change is made once."""
    client, barrier = program(both, "otto"), Barrier(4)
    client.get("/api/v1/cases/1")

    def send(_: int) -> tuple[int, bytes]:
        barrier.wait()
        said = client.post("/api/v1/cases/1/notes", json=NOTE, headers={"Idempotency-Key": "k"})
        return said.status_code, said.content

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(send, range(4)))
    assert [status for status, _ in found] == [200]
    assert _notes(client) == 1


def test_a_refused_change_takes_no_key(both: House) -> None:
    """What was not done can be sent again with the same key, once it can be done."""
    client, key = program(both, "otto"), {"Idempotency-Key": "k", "If-Match": '"old"'}
    release = {"reason": "They moved."}
    assert client.post("/api/v1/cases/1/release", json=release, headers=key).status_code == 412
    key["If-Match"] = client.get("/api/v1/cases/1").headers["etag"]
    assert client.post("/api/v1/cases/1/release", json=release, headers=key).status_code == 200


def test_nobody_decides_about_what_they_did_not_see(both: House) -> None:
    """Without a version 428, with an old one 412; what comes with the current one is done."""
    client, path = program(both, "otto"), "/api/v1/cases/1/release"
    release = {"reason": "They moved."}
    assert client.post(path, json=release).status_code == 428
    seen = client.get("/api/v1/cases/1").headers["etag"]
    done = client.post(path, json=release, headers={"If-Match": seen})
    assert (done.status_code, done.json()["state"]) == (200, "released")
    late = client.post(path, json=release, headers={"If-Match": seen})
    assert (late.status_code, late.json()["type"]) == (412, "urn:regiongate:problem:changed")


def test_of_two_people_one_changes_a_role(both: House) -> None:
    """Both saw the same version of a person; the second is told, and changes nothing."""
    client = program(both, "root")
    seen = {"If-Match": client.get("/api/v1/people/vera").headers["etag"]}
    assert client.put("/api/v1/people/vera", json={"role": "operator"}, headers=seen).is_success
    lost = client.put("/api/v1/people/vera", json={"role": "approver"}, headers=seen)
    assert lost.status_code == 412
    with both.reading() as connection:
        found = People(connection).get("vera")
    assert found is not None and found.role == "operator"


def test_a_rehearsal_changes_nothing(both: House) -> None:
    """The answer is that of the change; neither it nor its audit event nor its key is kept."""
    client = program(both, "anna")
    seen = client.get("/api/v1/cases/1").headers["etag"]
    before = _events(both)
    headers = {"If-Match": seen, "Idempotency-Key": "k"}
    said = {"reason": "Their clinic.", "until": None}
    path = "/api/v1/cases/1/exempt"
    tried = client.post(path, json=said, headers=headers, params={"dry_run": True})
    assert (tried.status_code, tried.json()["state"]) == (200, "exempt")
    kind = {"Content-Type": "application/jsonl"}
    rehearsed = client.post("/api/v1/organizations/import?dry_run=true", headers=kind, content=BOOK)
    assert (rehearsed.status_code, rehearsed.json()["new"]) == (200, 1)
    assert _events(both) == before
    assert client.post(path, json=said, headers=headers).status_code == 200
    assert client.get("/api/v1/organizations/new").status_code == 404


def test_a_name_that_nobody_knows_is_refused(both: House) -> None:
    """It may be misspelt, or `dry_run`, which belongs in the query: nothing is done for real."""
    client = program(both, "otto")
    before = _events(both)
    for more in ({"dry_run": True}, {"txet": "Spoke to them."}):
        answer = client.post("/api/v1/cases/1/notes", json=NOTE | more)
        assert answer.status_code == 422
        [problem] = answer.json()["problems"]
        assert problem["place"] == f"body.{next(iter(more))}"
    assert _events(both) == before


def test_a_book_is_imported_once(both: House) -> None:
    """An import takes a key, too; what is wrong in the lines is named by line."""
    client = program(both, "otto")
    bring = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "b"}
    path = "/api/v1/organizations/import"
    first, again = (client.post(path, headers=bring, content=BOOK) for _ in range(2))
    assert first.json()["new"] == again.json()["new"] == 1
    assert again.headers["idempotency-replayed"] == "true"
    wrong = client.post(path, headers={"Content-Type": "text/csv"}, content=b"nonsense\n1\n")
    assert wrong.status_code == 422
    assert wrong.json()["problems"][0]["file"] == "body.csv"
    json = client.post(path, json={})
    assert json.status_code == 415


def test_paging_visits_each_row_once(many: House) -> None:
    """Forward page by page, and back again: every case once, whatever the size of a page."""
    client = program(many, "vera")
    for limit in (1, 7, 45, 500):
        seen: list[int] = []
        said: dict[str, str | int] = {"limit": limit}
        while True:
            page = client.get("/api/v1/cases", params=said).json()
            seen += [row["number"] for row in page["rows"]]
            if page["next"] is None:
                break
            said["cursor"] = page["next"]
        assert seen == sorted(range(1, len(NAMES) + 1), reverse=True)


def test_a_cursor_of_another_list_is_invalid(many: House) -> None:
    """It is the request that is wrong, not the state of things: 422."""
    client = program(many, "vera")
    cursor = client.get("/api/v1/cases", params={"limit": 2}).json()["next"]
    for path in (
        *("appeals", "notices", "organizations", "audit", "exemptions"),
        *("people", "tokens", "policy/drafts", "corrections"),
    ):
        for said in (cursor, "nonsense"):
            answer = client.get(f"/api/v1/{path}", params={"cursor": said})
            assert (answer.status_code, answer.json()["status"]) == (422, 422), path


def test_addresses_are_masked_unless_asked_for(many: House) -> None:
    """In full they are given too, and then the trail says who looked."""
    client = program(many, "vera")
    notice = client.get("/api/v1/notices").json()["rows"][0]
    before = _events(many)
    path = f"/api/v1/notices/{notice['id']}"
    assert "…@" in client.get(path).json()["address"]
    assert _events(many) == before
    whole = client.get(path, params={"whole": True}).json()["address"]
    assert "…" not in whole and "@" in whole
    letter = client.get(f"{path}/message")
    assert (letter.headers["content-type"], _events(many)) == ("message/rfc822", before + 2)
    assert whole in letter.text


def test_an_issued_secret_is_said_once(both: House) -> None:
    """It works, no key is taken for it, and a token issues none that is larger than itself."""
    client = program(both, "vera")
    said = {"name": "more", "role": "viewer", "until": "2026-08-01T00:00:00Z"}
    made = client.post("/api/v1/tokens", json=said)
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    client.headers["authorization"] = f"Bearer {made.json()['secret']}"
    assert client.get("/api/v1/cases").status_code == 200
    keyed = client.post("/api/v1/tokens", json=said, headers={"Idempotency-Key": "k"})
    assert keyed.status_code == 422
    assert client.post("/api/v1/tokens", json=said | {"role": "admin"}).status_code == 403
    assert client.delete(f"/api/v1/tokens/{made.json()['token']['id']}").status_code == 200
    assert client.get("/api/v1/cases").status_code == 401


def test_whoever_asks_too_often_waits(both: House) -> None:
    """The pace is that of the API, and the answer says for how long to wait."""
    client = program(both, "vera")
    both.limiter = Limiter({"guess": Limit(1, 10), "api": Limit(rate=0.01, burst=2)})
    answers = [client.get("/api/v1/cases") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


def test_an_export_verifies(many: House) -> None:
    """It has every event up to then, and a signed head as its last line."""
    client = program(many, "anna")
    before = _events(many)
    lines = client.get("/api/v1/audit/export").text.splitlines()
    assert (len(lines), '"head"' in lines[-1]) == (before + 1, True)
    assert client.get("/api/v1/audit/verify").json()["troubles"] == []
