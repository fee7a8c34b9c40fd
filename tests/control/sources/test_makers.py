"""What known makers ask for, and what they send: accounts, tokens, archives and digests."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from regiongate.control.sources.fetch import add, update
from regiongate.domain.errors import CannotRun
from regiongate.geo.store.store import Store
from regiongate.geo.store.vendors import VENDORS
from tests.control.sources.fetching import (
    HOW,
    NEW,
    OLD,
    SECRETS,
    everything_written,
    looked_up,
    vendor,
)
from tests.support.https import HttpsServer
from tests.support.sources import (
    AT,
    JULY,
    JUNE,
    WORLD,
    gzipped,
    mmdb,
    tar_gz,
    zipped,
)


def test_maxmind(store: Store, server: HttpsServer) -> None:
    """Account and key as Basic authentication, a tar in gzip, its digest, then elsewhere."""
    shipped = tar_gz(OLD, "GeoLite2-Country_20260617")
    home = "/geoip/databases/GeoLite2-Country/download?suffix=tar.gz"
    digest = hashlib.sha256(shipped).hexdigest()
    server.serve(f"{home}.sha256", f"{digest}  GeoLite2-Country_20260617.tar.gz\n".encode())
    server.serve("/presigned?X-Signature=abc", shipped)
    server.say(home, 302, location=f"{server.other_url}/presigned?X-Signature=abc")
    done = add(store, vendor("maxmind", server), HOW)
    assert done.about is not None
    assert (done.status, done.about.date) == ("added", JUNE)
    assert (done.about.licence, done.about.maximum_age) == ("GeoLite2 EULA", 30)
    accounts = [headers["authorization"] for _, headers in server.asked]
    assert accounts == [accounts[0], accounts[0], None]
    assert not [secret for secret in SECRETS.values() if secret in everything_written(store)]
    assert "X-Signature" not in everything_written(store)


def test_dbip(store: Store, server: HttpsServer) -> None:
    """One file a month, in gzip; before this month's is out, the last one is taken."""
    server.serve("/free/dbip-country-lite-2026-06.mmdb.gz", gzipped(OLD))
    recipe = vendor("dbip", server)
    assert add(store, recipe, HOW).status == "added"
    assert [path[-15:] for path, _ in server.asked] == ["2026-07.mmdb.gz", "2026-06.mmdb.gz"]
    server.serve("/free/dbip-country-lite-2026-07.mmdb.gz", gzipped(NEW))
    assert update(store, "mine", HOW).status == "updated"
    assert store.get("mine").about.licence == "CC-BY-4.0"
    with pytest.raises(CannotRun, match=r"2026-0[78].*404"):
        update(store, "mine", replace(HOW, at=AT.replace(month=9)))


def test_ipinfo(store: Store, server: HttpsServer) -> None:
    """A token in the URL, and the digest as JSON."""
    body = mmdb(WORLD, record="country_code")
    sums = {"checksums": {"md5": "0", "sha256": hashlib.sha256(body).hexdigest()}}
    token = SECRETS["IPINFO_TOKEN"]
    server.serve(f"/data/ipinfo_lite.mmdb?token={token}", body)
    server.serve(f"/data/ipinfo_lite.mmdb/checksums?token={token}", json.dumps(sums).encode())
    assert add(store, vendor("ipinfo", server), HOW).status == "added"
    assert token not in everything_written(store)
    assert "${IPINFO_TOKEN}" in everything_written(store)


def test_ip2location(store: Store, server: HttpsServer) -> None:
    """A zip of CSV with IPv4 mapped into IPv6; a refusal comes as a sentence with status 200."""
    token = SECRETS["IP2LOCATION_TOKEN"]
    path = f"/download/?token={token}&file=DB1LITECSVIPV6"
    server.serve(path, b"THIS FILE CAN ONLY BE DOWNLOADED 5 TIMES PER HOUR")
    with pytest.raises(CannotRun, match="it says 'THIS FILE CAN ONLY BE DOWNLOADED"):
        add(store, vendor("ip2location", server), HOW)
    mapped = 0xFFFF << 32
    rows = f'"0","{mapped - 1}","-","-"\n"{mapped + (20 << 24)}","{mapped + (21 << 24) - 1}"'
    content = f'{rows},"FR","France"\n"42540488161975842760550356425300246528",'
    content += '"42540488241204005274814694018844196863","DE","Germany"\n'
    when = "Fri, 17 Jul 2026 19:00:00 GMT"
    shipped = zipped(content.encode(), "IP2LOCATION-LITE-DB1.IPV6.CSV")
    server.serve(path, shipped, last_modified=when)
    done = add(store, vendor("ip2location", server), HOW)
    assert done.about is not None
    assert (done.status, done.about.date, done.about.ipv4) == ("added", JULY, 1 << 24)
    (found,) = looked_up(store, "20.1.2.3")
    assert found["sources"][-1] == {"name": "mine", "kind": "region", "says": "FR"}


def test_editions() -> None:
    """One that is not listed is fetched as it is named; what cannot be a name is refused."""
    recipe = VENDORS["maxmind"].recipe("mine", "maxmind", "GeoIP2-City")
    assert "/GeoIP2-City/" in str(recipe.url)
    assert (recipe.product, recipe.licence) == (None, "")
    with pytest.raises(CannotRun, match="is no edition: write one such as ipinfo_lite"):
        VENDORS["ipinfo"].recipe("mine", "ipinfo", "../me?token=1")


def test_an_account_that_is_missing(store: Store, server: HttpsServer) -> None:
    """The variable is named before anything is asked."""
    with pytest.raises(CannotRun, match="the variable MAXMIND_ACCOUNT_ID is not set"):
        add(store, vendor("maxmind", server), replace(HOW, environment={}))
    assert server.asked == []
    assert store.names() == ()
