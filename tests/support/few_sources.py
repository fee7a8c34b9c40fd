"""A catalogue whose sources of regions are small: the bundled ones take seconds to lay together."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from regiongate.cli.options import catalogue_in
from regiongate.control.sources import fetch as fetch_source
from regiongate.control.sources.bring import How
from regiongate.geo.store.catalogue import Catalogue
from regiongate.geo.store.recipe import Recipe
from tests.support.sources import csv, write

SAID = {"1.2.4.0/24": "CN", "8.8.8.0/24": "US"}
"""What each of them says."""


def few_sources(folder: Path, at: datetime) -> Catalogue:
    """Three small sources under the names of those that come along, made and fetched at `at`."""
    found = catalogue_in(folder / "sources")
    assert found.store is not None
    file = write(folder / "few.csv", csv(SAID))
    how = How(at, {}, date=at.date(), accept=True)
    for name in ("iptoasn", "geo-whois", "ipfire"):
        recipe = Recipe(name, file=str(file), licence="CC0-1.0", replaces_bundled=True)
        fetch_source.add(found.store, recipe, how)
    return found
