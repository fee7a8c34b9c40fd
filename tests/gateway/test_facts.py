"""What the gateway says of anonymizers and clouds: in bodies, in the log, and to SDKs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openai
import pytest

from regiongate.geo.facts import FactTable, bundled, clouds
from regiongate.geo.facts.read import load_facts
from regiongate.geo.load import Hints
from tests.support.bundles import table
from tests.support.gateway import Gateway, played, running_gateway
from tests.support.policies import FAR_AHEAD, LONG_AGO, policy_text

pytestmark = pytest.mark.envoy

HONG_KONG_CLOUD = "18.162.0.1"
WORKER = "104.16.0.1"
AMERICAN_CLOUD = "52.94.76.1"
HONG_KONG = "203.80.96.10"
KINDS = {"tor": "5.2.64.7", "vpn": "5.2.65.7", "proxy": "5.2.66.7", "hosting": "5.2.67.7"}
RELAY = "5.2.68.7"
CLOUD = "AWS ap-east-1, Hong Kong"
ADVICE = (
    "This call left from AWS ap-east-1, Hong Kong: pin the function, job or machine that makes it "
    "to a cloud region in a supported country."
)
CODE = "anonymizer_not_supported"

_PLACES = {
    "18.162.0.0/16": "HK",
    "104.16.0.0/13": "HK",
    "203.80.96.0/20": "HK",
    "52.94.76.0/22": "US",
    "5.2.64.0/20": "NL",
}


def cidr_list(folder: Path, kind: str, networks: str) -> FactTable:
    """A plain list of networks with one label, read as the store reads it."""
    path = folder / f"{kind}.txt"
    path.write_text(f"# {kind}\n{networks}\n")
    hints = Hints(name=kind, date=date(2026, 11, 1), label=(kind,))
    return load_facts(path, hints, "anonymizer")


def policy(
    dialect: str = "openai", facts: Sequence[str] = (*KINDS, "relay", "clouds"), **more: Any
) -> str:
    """Blocks every kind of anonymizer, by sources of facts named like the kinds."""
    rules = dict.fromkeys(KINDS, "block")
    location = {"facts": list(facts), "anonymizers": rules}
    return policy_text(location=location, refusal={"dialect": dialect}, **more)


@pytest.fixture(scope="module", name="running")
def _running(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("facts")
    lists = [cidr_list(folder, kind, f"{address}/32") for kind, address in KINDS.items()]
    # The relay's address is on the list of VPNs too.
    lists[1] = cidr_list(folder, "vpn", f"{KINDS['vpn']}\n{RELAY}/32")
    layers = [*lists, cidr_list(folder, "relay", RELAY), bundled.load(clouds.NAME)]
    tables = [table(name, _PLACES) for name in ("iptoasn", "geo-whois", "ipfire")]
    with running_gateway(folder, policy(), upstream=upstream, tables=tables, facts=layers) as it:
        yield it


@pytest.mark.parametrize("dialect", ["openai", "anthropic", "problem"])
def test_a_refusal_names_the_cloud_and_what_to_do(running: Gateway, dialect: str) -> None:
    """Body and log say from which cloud region the call left, and the body where to move it."""
    running.publish(policy(dialect))
    answer = running.get(address=HONG_KONG_CLOUD)
    said = answer.json()
    said = said.get("error", said)
    assert (answer.status_code, said["cloud"], said["advice"]) == (403, CLOUD, ADVICE)
    assert said["code"] == "unsupported_country_region_territory"
    line = running.line(said["request_id"])
    assert (line["cloud"], line["country"]) == (CLOUD, "HK")
    running.publish(policy())


def test_outside_of_clouds_nothing_is_said(running: Gateway) -> None:
    """An address in no cloud has null for cloud and advice, in the body and in the log."""
    said = running.get(address=HONG_KONG).json()["error"]
    assert (said["country"], said["cloud"], said["advice"]) == ("HK", None, None)
    assert running.line(said["request_id"])["cloud"] is None


def test_a_client_cannot_name_its_cloud(running: Gateway) -> None:
    """The header is ours: what a client sends under its name is removed."""
    said = running.get(address=HONG_KONG, x_regiongate_cloud="AWS us-east-1").json()["error"]
    assert said["cloud"] is None


def test_code_at_the_edge_gets_other_advice(running: Gateway) -> None:
    """Where a provider runs code near whoever calls it, there is no region to pin."""
    said = running.get(address=WORKER).json()["error"]
    assert said["cloud"] == "Cloudflare"
    assert "placement hint" in said["advice"]


def test_the_self_check_advises_those_it_concerns(running: Gateway) -> None:
    """It names every caller's cloud, and advises those who are refused for their place."""
    refused, allowed = running.self_check(HONG_KONG_CLOUD), running.self_check(AMERICAN_CLOUD)
    assert (refused["cloud"], refused["advice"]) == (CLOUD, ADVICE)
    assert (allowed["verdict"], allowed["advice"]) == ("allow", None)
    assert allowed["cloud"].startswith("AWS us-west-2, Oregon")


def test_a_warning_names_the_cloud(running: Gateway) -> None:
    """Before the date of the block a response says from where it was called."""
    running.publish(policy(starts={"warn": LONG_AGO, "block": FAR_AHEAD}))
    warned = running.get(address=HONG_KONG_CLOUD)
    assert warned.status_code == 200
    assert f'cloud="{CLOUD}"' in warned.headers["x-region-access"]
    assert running.self_check(HONG_KONG_CLOUD)["advice"] == ADVICE
    running.publish(policy())


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("tor", "through Tor"),
        ("vpn", "through a VPN"),
        ("proxy", "through a public proxy"),
        ("hosting", "from a hosting network"),
    ],
)
def test_an_sdk_sees_the_anonymizer(running: Gateway, kind: str, words: str) -> None:
    """OpenAI's SDK raises the code for anonymizers, in a supported country too, with the kind."""
    with (
        openai.OpenAI(
            base_url=f"{running.url}/v1",
            api_key="any",
            max_retries=0,
            default_headers=played(KINDS[kind]),
        ) as client,
        pytest.raises(openai.PermissionDeniedError) as raised,
    ):
        client.models.list()
    assert raised.value.code == CODE
    assert f"Access {words} is not supported" in str(raised.value)
    assert isinstance(raised.value.body, dict)
    assert raised.value.body["country"] == "NL"
    request_id = raised.value.request_id or ""
    assert running.line(request_id)["rule"] == f"anonymizer:{kind}"


def test_a_relay_is_not_refused(running: Gateway) -> None:
    """A private relay keeps the country of its user, whatever else its address is listed as."""
    answer = running.get(address=RELAY)
    assert answer.status_code == 200
    assert running.self_check(RELAY)["rule"] == "list:openai-2024-08"


def test_a_new_fact_book_is_taken_in_place(running: Gateway) -> None:
    """A publish with other facts changes the words, on a connection that is open all the while."""
    fewer = replace(
        running, facts=[layer for layer in running.facts if layer.source.name != "clouds"]
    )
    with running.client(HONG_KONG_CLOUD) as client:
        before = client.get("/v1/models").json()["error"]
        fewer.publish(policy(facts=[*KINDS, "relay"]))
        after = client.get("/v1/models").json()["error"]
        running.publish(policy())
        again = client.get("/v1/models").json()["error"]
    assert [said["cloud"] for said in (before, after, again)] == [CLOUD, None, CLOUD]
