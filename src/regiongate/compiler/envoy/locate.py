"""The filter that says where an address is, from our databases of verdicts and of facts."""

from __future__ import annotations

from regiongate.compiler.envoy import names
from regiongate.compiler.envoy.typed import Config, extension


def locate(database: str, facts: str) -> Config:
    """Country, region, place key and cloud of the settled client address, as request headers.

    Envoy's provider reads fixed paths of the databases. `city.names.en` holds our place key, `isp`
    the words for the cloud: they are the free texts among them. A database that cannot be opened
    stops Envoy at its start; one that cannot be reloaded leaves the old one in place.
    """
    provider = extension(
        "maxmind",
        "envoy.extensions.geoip_providers.maxmind.v3.MaxMindConfig",
        city_db_path=database,
        isp_db_path=facts,
        common_provider_config={
            "geo_field_keys": {
                "country": names.COUNTRY,
                "region": names.REGION,
                "city": names.PLACE,
                "isp": names.CLOUD,
            }
        },
    )
    return extension("locate", "envoy.extensions.filters.http.geoip.v3.Geoip", provider=provider)
