"""What only a gateway can do, the guard does not pretend: who would be handed over is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from regiongate.guard.check.app import make_app
from regiongate.guard.check.counts import Counter
from regiongate.guard.check.service import Service
from regiongate.guard.guard import Guard
from tests.guard import serving
from tests.guard.small import files
from tests.support.bundles import write
from tests.support.gateway import AMERICA, CHINA
from tests.support.providers import providers

HANDED = {
    "providers": [{"name": "east", "regions": ["CN"]}],
    "organizations": [
        {
            "organization": "agreed",
            "provider": "east",
            "reason": "By contract.",
            "approver": "ann",
            "expires": "never",
        }
    ],
}


@pytest.fixture(name="url")
def _url(tmp_path: Path) -> Iterator[str]:
    """A check service over a bundle that hands over."""
    settings = {
        "hand_over": providers(tmp_path, ["east"]),
        "organization_header": "x-organization",
        "api_keys": False,
    }
    guard = Guard(write(files(tmp_path / "made", settings, hand_over=HANDED), tmp_path / "bundle"))
    app = make_app(Service(guard, Counter(tmp_path / "counts.json", lambda: 0.0), frozenset()))
    with serving.asgi(app) as port:
        yield f"http://127.0.0.1:{port}"
    guard.close()


def test_who_would_be_handed_over_is_refused(url: str) -> None:
    """With the refusal of the place, as without an agreement; from elsewhere nothing changes."""
    for who, address, status in (
        ("agreed", CHINA, 403),
        ("nobody", CHINA, 403),
        ("agreed", AMERICA, 200),
    ):
        headers = {
            "x-forwarded-for": f"{address}, 127.0.0.1",
            "x-forwarded-uri": "/v1/models",
            "x-organization": who,
        }
        answer = httpx.get(f"{url}/forward-auth", headers=headers)
        assert answer.status_code == status
        if status == 403:
            assert answer.json()["error"]["code"] == "unsupported_country_region_territory"


def test_a_question_gets_the_verdict(url: str) -> None:
    """Who only asks is told what the gateway would do."""
    said = httpx.post(f"{url}/v1/check", json={"address": CHINA, "organization": "agreed"}).json()
    assert (said["verdict"], said["rule"]) == ("hand-over", "hand-over:east list:openai-2024-08")
