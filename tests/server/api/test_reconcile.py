"""A turn that is taken over HTTP."""

from __future__ import annotations

from regiongate.control.reconcile.last import last_turn
from regiongate.server.house import House
from tests.support.house import program


def test_only_a_turn_that_was_taken_is_noted(house: House) -> None:
    """A rehearsal leaves nothing; a key that comes again is answered, and is no other turn."""
    client = program(house, "otto")
    assert client.post("/api/v1/reconcile?dry_run=true").status_code == 200
    assert last_turn(house.state) is None
    key = {"idempotency-key": "turn-1"}
    assert client.post("/api/v1/reconcile", headers=key).status_code == 200
    first = last_turn(house.state)
    assert first == house.clock()
    house.clock.advance(hours=1)  # type: ignore[attr-defined]
    assert client.post("/api/v1/reconcile", headers=key).status_code == 200
    assert last_turn(house.state) == first


def test_a_viewer_takes_no_turn(house: House) -> None:
    """It moves cases and writes letters."""
    assert program(house, "vera").post("/api/v1/reconcile").status_code == 403
