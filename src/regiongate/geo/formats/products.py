"""Products of vendors: what they ship, in which fields, under which licence. Data, no code.

A product is read by the same formats as everything else; what is here saves its user from
looking up the fields. `docs/formats.md` has the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """One file of a vendor.

    `fields` has for each format in which the product is shipped the fields of its label: those of
    the region, or where `region` is False number and name of the AS. `licence` and `origin` are
    what `Source` has. `documentation` is where the vendor has published the list of fields.
    """

    fields: Mapping[str, tuple[str, ...]]
    licence: str
    origin: str
    documentation: str
    region: bool = True


_COUNTRY = ("country.iso_code",)
_PLACE = ("country.iso_code", "subdivisions[0].iso_code")
_AS = ("autonomous_system_number", "autonomous_system_organization")
_GEOLITE = "GeoLite2 EULA"
_MAXMIND = "https://dev.maxmind.com/geoip/docs/databases"
_DBIP = "https://db-ip.com/db/format"
_IPINFO = "https://ipinfo.io/developers/ipinfo-lite-database"
_IP2LOCATION = "https://lite.ip2location.com/database"

PRODUCTS: Mapping[str, Product] = {
    "maxmind-geolite2-country": Product(
        {"mmdb": _COUNTRY, "geolite2-csv": ("country_iso_code",)},
        _GEOLITE,
        "GeoLite2 Country by MaxMind",
        f"{_MAXMIND}/city-and-country",
    ),
    "maxmind-geolite2-city": Product(
        {"mmdb": _PLACE, "geolite2-csv": ("country_iso_code", "subdivision_1_iso_code")},
        _GEOLITE,
        "GeoLite2 City by MaxMind",
        f"{_MAXMIND}/city-and-country",
    ),
    "maxmind-geolite2-asn": Product(
        {"mmdb": _AS, "geolite2-csv": _AS},
        _GEOLITE,
        "GeoLite2 ASN by MaxMind",
        f"{_MAXMIND}/asn",
        region=False,
    ),
    "dbip-country-lite": Product(
        {"csv-ranges": ("3",), "mmdb": _COUNTRY},
        "CC-BY-4.0",
        "IP to Country Lite by DB-IP",
        f"{_DBIP}/ip-to-country-lite/csv.html",
    ),
    "dbip-city-lite": Product(
        # The state has a name here and no code, so it cannot be a region.
        {"csv-ranges": ("4",), "mmdb": _COUNTRY},
        "CC-BY-4.0",
        "IP to City Lite by DB-IP",
        f"{_DBIP}/ip-to-city-lite/csv.html",
    ),
    "dbip-asn-lite": Product(
        {"csv-ranges": ("3", "4"), "mmdb": _AS},
        "CC-BY-4.0",
        "IP to ASN Lite by DB-IP",
        f"{_DBIP}/ip-to-asn-lite/csv.html",
        region=False,
    ),
    "ipinfo-lite": Product(
        {"csv-networks": ("country_code",), "mmdb": ("country_code",)},
        "CC-BY-SA-4.0",
        "IPinfo Lite by IPinfo",
        _IPINFO,
    ),
    "ipinfo-lite-asn": Product(
        {"csv-networks": ("asn", "as_name"), "mmdb": ("asn", "as_name")},
        "CC-BY-SA-4.0",
        "IPinfo Lite by IPinfo",
        _IPINFO,
        region=False,
    ),
    "ip2location-lite-db1": Product(
        {"csv-ranges": ("3",)},
        "CC-BY-SA-4.0",
        "IP2Location LITE DB1 (country)",
        f"{_IP2LOCATION}/ip-country",
    ),
    "ip2location-lite-db3": Product(
        # The region has a name here and no code, so it cannot be one of ours.
        {"csv-ranges": ("3",)},
        "CC-BY-SA-4.0",
        "IP2Location LITE DB3 (country, region, city)",
        f"{_IP2LOCATION}/ip-country-region-city",
    ),
    "ip2location-lite-asn": Product(
        {"csv-ranges": ("4", "5")},
        "CC-BY-SA-4.0",
        "IP2Location LITE ASN",
        f"{_IP2LOCATION}/asn",
        region=False,
    ),
}
