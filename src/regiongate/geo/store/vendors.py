"""How the files of known makers are fetched: addresses, accounts, and how old they may get.

The addresses and the forms of their checksums are those of the makers' own instructions. What
is in the files, and under which licence, `formats.products.PRODUCTS` knows. DB-IP answers only
clients that name themselves; IP2Location's refusals come with status 200.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from regiongate.domain.errors import CannotRun
from regiongate.geo.formats.products import PRODUCTS
from regiongate.geo.store.recipe import Recipe

_EDITION = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Vendor:
    """One maker: `url` and `checksum_url` take `{edition}`.

    `editions` says which product an edition is; the first one is the default.
    """

    url: str
    editions: Mapping[str, str]
    maximum_age: int
    checksum_url: str | None = None
    user: str | None = None
    password: str | None = None

    def recipe(self, name: str, vendor: str, edition: str | None) -> Recipe:
        """The recipe for an edition; what is in one that is not listed, the file must show."""
        chosen = edition or next(iter(self.editions))
        if _EDITION.fullmatch(chosen) is None:
            known = ", ".join(self.editions)
            raise CannotRun(f"{chosen!r} is no edition: write one such as {known}")
        product = self.editions.get(chosen)
        checksum = self.checksum_url
        return Recipe(
            name=name,
            url=self.url.replace("{edition}", chosen),
            checksum_url=None if checksum is None else checksum.replace("{edition}", chosen),
            product=product,
            licence="" if product is None else PRODUCTS[product].licence,
            origin=f"{chosen} of {vendor}" if product is None else PRODUCTS[product].origin,
            maximum_age=self.maximum_age,
            user=self.user,
            password=self.password,
            vendor=vendor,
        )


_MAXMIND = "https://download.maxmind.com/geoip/databases/{edition}/download?suffix=tar.gz"
_IPINFO = "https://ipinfo.io/data/{edition}.mmdb"

VENDORS: Mapping[str, Vendor] = {
    "maxmind": Vendor(
        url=_MAXMIND,
        checksum_url=f"{_MAXMIND}.sha256",
        editions={
            "GeoLite2-Country": "maxmind-geolite2-country",
            "GeoLite2-City": "maxmind-geolite2-city",
        },
        maximum_age=30,  # The licence asks to delete a database 30 days after the next is out.
        user="MAXMIND_ACCOUNT_ID",
        password="MAXMIND_LICENSE_KEY",  # noqa: S106 - the name of a variable
    ),
    "dbip": Vendor(
        url="https://download.db-ip.com/free/{edition}-{month}.mmdb.gz",
        editions={"dbip-country-lite": "dbip-country-lite", "dbip-city-lite": "dbip-city-lite"},
        maximum_age=45,
    ),
    "ipinfo": Vendor(
        url=f"{_IPINFO}?token=${{IPINFO_TOKEN}}",
        checksum_url=f"{_IPINFO}/checksums?token=${{IPINFO_TOKEN}}",
        editions={"ipinfo_lite": "ipinfo-lite"},
        maximum_age=14,  # It is made every day.
    ),
    "ip2location": Vendor(
        url="https://www.ip2location.com/download/?token=${IP2LOCATION_TOKEN}&file={edition}",
        # The editions for IPv6 have IPv4 in them as well.
        editions={
            "DB1LITECSVIPV6": "ip2location-lite-db1",
            "DB3LITECSVIPV6": "ip2location-lite-db3",
        },
        maximum_age=45,
    ),
}
