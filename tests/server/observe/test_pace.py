"""The API has a pace: who asks too often is told to wait, and is counted."""

from __future__ import annotations

from regiongate.domain.address import canonical
from regiongate.server.house import House
from regiongate.server.security.limit import Limit, Limiter
from tests.support.house import program


def test_the_api_has_a_pace(house: House) -> None:
    """For each network, whoever's token it is; the answer is a problem and says how long."""
    house.limiter = Limiter({"api": Limit(rate=1e-3, burst=3), "guess": Limit(1.0, 10)})
    client = program(house, "anna")
    answers = [client.get("/api/v1/cases/1") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert answers[-1].json()["type"] == "urn:regiongate:problem:too-many"
    assert int(answers[-1].headers["retry-after"]) > 0
    assert house.limiter.wait("api", canonical("198.51.100.7"), 0.0) is None
    text = client.get("/metrics").text
    series = 'method="GET",route="/api/v1/cases/{number}",status="429"'
    assert f"regiongate_server_request_seconds_count{{{series}}} 1.0" in text
