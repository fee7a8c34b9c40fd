"""Where an address is under a policy that has not been compiled."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from regiongate.compiler.fact_sources import anonymizers
from regiongate.compiler.geography import Finder
from regiongate.compiler.sources import tables
from regiongate.domain.address import canonical
from regiongate.domain.place import Place
from regiongate.domain.policy import Policy
from regiongate.geo.store.catalogue import BUNDLED, Catalogue


def place_finder(policy: Policy, catalogue: Catalogue = BUNDLED) -> Callable[[str], Place]:
    """What finds the place of an address written as text; BadAddress when it is none.

    The sources are read at the first question, once.
    """

    @cache
    def finder() -> Finder:
        return Finder(policy, tables(policy, catalogue), anonymizers(policy, catalogue))

    def find(text: str) -> Place:
        return finder().place(int(canonical(text)))

    return find
