"""What is fetched here, how, and what the store then says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from regiongate.control.sources.bring import How
from regiongate.control.sources.fetch import Update, add
from regiongate.control.sources.known import Asked, look_up
from regiongate.geo.store.catalogue import Catalogue
from regiongate.geo.store.recipe import Recipe
from regiongate.geo.store.store import Store
from regiongate.geo.store.vendors import VENDORS
from tests.support.https import HttpsServer
from tests.support.sources import (
    AT,
    JULY,
    WORLD,
    mmdb,
)

OLD, NEW = mmdb(WORLD), mmdb({**WORLD, "20.0.0.0/12": "ES"}, JULY)
SECRETS = {
    "MAXMIND_ACCOUNT_ID": "123456",
    "MAXMIND_LICENSE_KEY": "maxm1nd-s3cret",
    "IPINFO_TOKEN": "1pinf0-s3cret",
    "IP2LOCATION_TOKEN": "1p2l0cation-s3cret",
}
HOW = How(AT, SECRETS, silence=5, seconds=10)
SEPTEMBER = AT.replace(month=9, day=20)


def looked_up(store: Store, *texts: str) -> list[dict[str, Any]]:
    """What all sources say of addresses, none of the sources being damaged."""
    asked = [Asked(text, "here", line) for line, text in enumerate(texts, start=1)]
    found, trouble = look_up(asked, Catalogue(store))
    assert trouble == []
    return found


def added(store: Store, server: HttpsServer, body: bytes = OLD, **headers: str) -> Update:
    """Add the source `mine` from the server, with its recipe as it is."""
    url = server.serve("/mine.mmdb", body, **headers)
    return add(store, Recipe("mine", url=url), HOW)


def vendor(name: str, server: HttpsServer, edition: str | None = None) -> Recipe:
    """The recipe of a maker, who is on our server."""
    recipe = VENDORS[name].recipe("mine", name, edition)
    assert recipe.url is not None
    host = "/".join(recipe.url.split("/")[:3])
    checksum = recipe.checksum_url
    return replace(
        recipe,
        url=recipe.url.replace(host, server.url),
        checksum_url=None if checksum is None else checksum.replace(host, server.url),
    )


def everything_written(store: Store) -> str:
    """The text of every record in the store."""
    return "".join(path.read_text() for path in store.root.rglob("*.json"))
