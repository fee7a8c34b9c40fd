"""The public pages behind the real gateway: open to whoever is refused, and told the truth."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest
import uvicorn

from regiongate.cli.options import catalogue_in
from regiongate.compiler.envoy.settings import endpoint
from regiongate.compiler.envoy.settings import upstream as origin
from regiongate.domain.role import Person
from regiongate.server.app import create_app
from regiongate.server.house import House
from regiongate.server.settings import Settings
from regiongate.store.appeals import Appeals
from regiongate.store.database import Database
from regiongate.store.people import People
from tests.server.public.links import link, restricted
from tests.support.echo import echo_server
from tests.support.gateway import AMERICA, CHINA, Gateway, running_gateway
from tests.support.house import CASES, PEOPLE, WARN
from tests.support.page import Page
from tests.support.policies import LONG_AGO, policy_text
from tests.support.ports import free_port

pytestmark = pytest.mark.envoy


@dataclass(frozen=True)
class Behind:
    """A gateway, and the house of the server behind it."""

    gateway: Gateway
    house: House


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """Both, running."""
    folder, port = tmp_path_factory.mktemp("behind"), free_port()
    policy = policy_text(starts={"block": LONG_AGO}, cases=CASES)
    with (
        echo_server() as api,
        running_gateway(
            folder, policy, upstream=api, site=origin(f"http://127.0.0.1:{port}")
        ) as gateway,
        closing(Database.open(f"sqlite:///{folder}/regiongate.db")) as database,
    ):
        settings = Settings(
            state_dir=folder / "state",
            store_url=database.name,
            listen=endpoint(f"127.0.0.1:{port}"),
            url=f"http://127.0.0.1:{port}",
            mail={"sender": "Example API <notices@example.com>"},
        )
        with database.writing() as connection:
            for name, role in PEOPLE.items():
                People(connection).add(Person(name, role), WARN, "root")
        house = House(settings, database, catalogue_in(folder / "sources"))
        config = uvicorn.Config(
            create_app(house), port=port, log_level="warning", proxy_headers=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield Behind(gateway, house)
        server.should_exit = True
        thread.join(10)


def _page(answer: httpx.Response) -> Page:
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def test_whoever_is_refused_reads_why(behind: Behind) -> None:
    """The API refuses the address; the page names it, the rule and the generation in force."""
    gateway = behind.gateway
    assert gateway.get(address=CHINA).status_code == 403
    said = _page(gateway.get("/region-access/see?lang=en", CHINA, accept="text/html")).said
    for told in (CHINA, "China (CN) is not on the supported list.", "are refused"):
        assert told in said
    assert f"Generation {gateway.state.current()}" in said
    assert gateway.get("/region-access/static/look.css", CHINA).status_code == 200


def test_no_client_can_ask_in_the_name_of_another(behind: Behind) -> None:
    """The gateway takes the header away that the server believes."""
    forged = {"x_regiongate_client_address": AMERICA, "accept": "text/html"}
    said = _page(behind.gateway.get("/region-access/see?lang=en", CHINA, **forged)).said
    assert CHINA in said and AMERICA not in said


def test_a_program_that_follows_a_notices_link_is_told_by_the_gateway(behind: Behind) -> None:
    """The redirect leads to the self-check of the same host."""
    with behind.gateway.client(CHINA, follow_redirects=True) as client:
        answer = client.get("/region-access/.well-known/region-access").json()
    assert answer == behind.gateway.self_check(CHINA)


def test_an_appeal_arrives_from_a_refused_address(behind: Behind) -> None:
    """With the network of the client, and no token in the log of the gateway."""
    house, gateway = behind.house, behind.gateway
    case = restricted(house, "acme")
    token = link(house, "acme", case.number)
    path = f"/region-access/appeal?token={token}&lang=en"
    with gateway.client(CHINA) as client:
        client.headers["accept"] = "text/html"
        sent = client.post(path, data={"text": "We are in Lyon."})
        assert sent.status_code == 303, sent.text
        assert "Your appeal has arrived." in _page(client.get(sent.headers["location"])).said
    with house.reading() as connection:
        [kept] = Appeals(connection).where()
    assert str(kept.network) == "1.2.4.0/24"
    gateway.line(sent.headers["x-request-id"])
    assert token not in gateway.state.access_log.read_text("utf-8")
