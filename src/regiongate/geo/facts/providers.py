"""Clouds by the names in their providers' feeds: what people call them, where their regions are."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from regiongate.domain.facts import Cloud, Site

REGIONS = Path(__file__).parents[1] / "data" / "cloud-regions.csv"

PROVIDERS: Mapping[str, str] = {
    "aws": "AWS",
    "azure": "Azure",
    "cloudflare": "Cloudflare",
    "digitalocean": "DigitalOcean",
    "gcp": "Google Cloud",
    "oracle": "Oracle Cloud",
}
"""What people call the providers; one that is not here is called as its feed does."""

_EVERYWHERE = "global"
"""How feeds write addresses that belong to no region."""


def cloud(provider: str, region: str) -> Cloud:
    """The cloud that a feed names; an empty region, or `global`, is none.

    A region of which nobody has said where it is has no location.
    """
    name = PROVIDERS.get(provider, provider)
    if not region or region.lower() == _EVERYWHERE:
        return Cloud(name)
    return Cloud(name, region, sites().get((provider, region)))


@cache
def sites() -> Mapping[tuple[str, str], Site]:
    """Where the regions of clouds are, by provider and region."""
    with REGIONS.open(encoding="ascii", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {(row["provider"], row["region"]): Site(row["place"], row["iso"]) for row in rows}
