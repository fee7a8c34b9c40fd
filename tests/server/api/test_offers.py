"""Offers and plans over HTTP: what `offer` and `switch plan` print, and nothing less."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from regiongate.cli.main import main
from regiongate.server.api.offers_record import StandingOffer
from regiongate.server.api.switch_plan_record import PlanRecord
from regiongate.server.house import House
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database
from tests.server.public.links import restricted
from tests.support.house import Clock, house_over, program
from tests.support.offered import OFFERS, offered

PLAN = "/api/v1/organizations/acme/switch-plan"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with offers, and a restricted organization that two of them serve."""
    folder = tmp_path_factory.mktemp("house")
    database = Database.open(f"sqlite:///{folder}/regiongate.db")
    made = offered(house_over(database, folder, Clock()), folder)
    restricted(made, "acme")
    yield made
    database.close()


@pytest.fixture(scope="module")
def client(house: House) -> TestClient:
    """A viewer's program."""
    return program(house, "vera")


def _printed(house: House, *arguments: str) -> str:
    """What a command prints at the instant of the house."""
    at = house.clock().isoformat()
    done = CliRunner().invoke(main, [*arguments, "--at", at])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_offers_are_those_of_the_commands(house: House, client: TestClient) -> None:
    """As `offer list` and `offer show` say them as JSON, and all of it is documented."""
    file = str(house.settings.offers)
    listed = client.get("/api/v1/offers").json()
    assert listed == json.loads(_printed(house, "offer", "list", file, "--json"))
    for one in listed:
        StandingOffer.model_validate(one, extra="forbid")
    [iranian] = client.get("/api/v1/offers?region=IR").json()
    assert iranian["name"] == "open-cloud"
    assert client.get("/api/v1/offers/open-cloud").json() == iranian
    assert client.get("/api/v1/offers/none").status_code == 404
    assert client.get("/api/v1/offers?region=XX").status_code == 422


def test_a_file_of_offers_is_checked(client: TestClient, tmp_path: Path) -> None:
    """Each mistake with its place and its remedy, as `offer check` names them."""
    assert client.post("/api/v1/offers/check", json={"text": OFFERS}).json() == {"problems": []}
    wrong = OFFERS.replace("currency: EUR", "currency: EUX").replace("kind: current", "kind: new")
    found = client.post("/api/v1/offers/check", json={"text": wrong}).json()["problems"]
    path = tmp_path / "offers.yaml"
    path.write_text(wrong, "utf-8")
    said = CliRunner().invoke(main, ["offer", "check", str(path), "--json"])
    assert [one | {"file": str(path)} for one in found] == json.loads(said.stdout)
    assert len(found) == 3


@pytest.mark.parametrize(
    ("form", "accept"),
    [("json", "*/*"), ("markdown", "text/markdown, */*"), ("html", "text/html;q=0.9")],
)
def test_a_plan_is_that_of_the_command(house: House, form: str, accept: str) -> None:
    """The same bytes or values in each form, with the tokens that the organization says."""
    settings = house.settings
    tokens = ("--tokens", "input", "30000000", "--tokens", "output", "8000000")
    files = ("--offers", str(settings.offers), "--policy", str(settings.policy))
    where = ("--store", settings.store_url, "--state", str(settings.state_dir))
    said = _printed(house, "switch", "plan", "acme", *tokens, *files, *where, "--format", form)
    answer = program(house, "vera").get(
        PLAN,
        params={"tokens": ["input:30000000", "output:8000000"]},
        headers={"accept": accept},
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["vary"] == "accept"
    if form == "json":
        assert answer.json() == json.loads(said)
        PlanRecord.model_validate(answer.json(), extra="forbid")
        assert answer.json()["alternatives"][0]["costs"]
    else:
        assert answer.headers["content-type"] == f"text/{form}; charset=utf-8"
        assert answer.text == said


def test_a_plan_of_nobody_and_tokens_said_twice_are_refused(
    house: House, client: TestClient
) -> None:
    """By a problem, and nothing is noted; who reads a plan is noted as with other personal data."""
    assert client.get("/api/v1/organizations/nobody/switch-plan").status_code == 404
    twice = {"tokens": ["input:1", "input:2"]}
    assert client.get(PLAN, params=twice).status_code == 422
    assert client.get(PLAN, params={"tokens": "paper:1"}).status_code == 422
    with house.reading() as connection:
        before = AuditTrail(connection).count()
    assert client.get(PLAN).status_code == 200
    with house.reading() as connection:
        assert AuditTrail(connection).count() == before + 1
