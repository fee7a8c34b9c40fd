"""A walk through the API: each change made once, refused to who may not, and answered again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient

from regiongate.control.access import tokens
from regiongate.server.house import House
from regiongate.store.audit import AuditTrail
from tests.support.house import PEOPLE, URL, visitor


@dataclass
class Walk:
    """The programs of all people of a house, and how they change something."""

    house: House
    programs: dict[str, TestClient] = field(default_factory=dict)
    keys: int = 0

    def __post_init__(self) -> None:
        """Give each of them a program with a token that lasts for a year."""
        stranger, at = visitor(self.house), self.house.clock()
        for person, role in PEOPLE.items():
            with self.house.writing() as connection:
                until = at + timedelta(days=365)
                issued = tokens.issue(connection, person, "walk", role, until, at)
            headers = {"authorization": f"Bearer {issued.secret}", "accept": "application/json"}
            self.programs[person] = TestClient(
                stranger.app,
                base_url=URL,
                headers=headers,
                client=("127.0.0.1", 50000),
                raise_server_exceptions=False,
            )

    def ask(self, person: str, method: str, path: str, **request: Any) -> Any:
        """What somebody's program is answered."""
        return self.programs[person].request(method, f"/api/v1/{path}", **request)

    def get(self, path: str, person: str = "vera") -> Any:
        """What somebody reads."""
        answer = self.ask(person, "GET", path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    def etag(self, path: str) -> str:
        """The version of what stands at a path, which a HEAD says as well."""
        return str(self.ask("vera", "HEAD", path).headers["etag"])

    def change(
        self,
        person: str,
        path: str,
        said: object = None,
        *,
        about: str | None = None,
        refused: str | None = None,
        method: str = "POST",
        status: int = 200,
        **request: Any,
    ) -> Any:
        """What a change of somebody is answered with.

        `refused` is somebody whose role does not allow it. `about` is where the version stands that
        the change is about: it is refused with an old one. Sent once more with its key it is
        answered with the same bytes, and nothing is done again.
        """
        self.keys += 1
        headers = {"idempotency-key": f"walk-{self.keys}", **request.pop("headers", {})}
        if said is not None:
            request["json"] = said

        def sent(by: str, **more: str) -> Any:
            return self.ask(by, method, path, headers=headers | more, **request)

        if refused is not None:
            assert sent(refused, **{"if-match": "*"}).status_code == 403, (path, refused)
        if about is not None:
            assert sent(person, **{"if-match": '"old"'}).status_code == 412, path
            headers["if-match"] = self.etag(about)
        done = sent(person)
        assert done.status_code == status, (path, done.text)
        events = self.events()
        again = sent(person)
        assert (again.status_code, again.content) == (status, done.content), path
        assert again.headers["idempotency-replayed"] == "true", path
        assert self.events() == events, path
        return done.json()

    def events(self) -> int:
        """How many events the trail has."""
        with self.house.reading() as connection:
            return AuditTrail(connection).count()

    def tags(self) -> list[str]:
        """The tags of the trail, the oldest first, read over HTTP; the trail holds."""
        assert self.get("audit/verify")["troubles"] == []
        rows = self.get("audit?limit=500")["rows"]
        return [row["tag"] for row in sorted(rows, key=lambda row: row["number"])]
