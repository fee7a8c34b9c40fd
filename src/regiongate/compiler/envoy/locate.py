"""The filter that says where an address is, from our verdict database."""

from __future__ import annotations

from regiongate.compiler.envoy import names
from regiongate.compiler.envoy.typed import Config, extension


def locate(database: str) -> Config:
    """Country, region and place key of the settled client address, as request headers.

    Envoy's provider reads fixed paths of the database. `city.names.en` holds our place key:
    it is the one free text among them. A database that cannot be opened stops Envoy at its start;
    one that cannot be reloaded leaves the old one in place.
    """
    provider = extension(
        "maxmind",
        "envoy.extensions.geoip_providers.maxmind.v3.MaxMindConfig",
        city_db_path=database,
        common_provider_config={
            "geo_field_keys": {
                "country": names.COUNTRY,
                "region": names.REGION,
                "city": names.PLACE,
            }
        },
    )
    return extension("locate", "envoy.extensions.filters.http.geoip.v3.Geoip", provider=provider)
