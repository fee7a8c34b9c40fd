"""What pages find an address in: the bundle in force, opened once for each generation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from regiongate.compiler import facts
from regiongate.compiler.geography import Finder
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.snapshot import Inputs
from regiongate.control.explain import Ground
from regiongate.control.gateway import build
from regiongate.domain.address import IPAddress
from regiongate.geo.store.catalogue import Catalogue
from regiongate.server.house import House


@dataclass(frozen=True, slots=True)
class _Opened:
    """A policy file that no gateway has in force, with its sources read."""

    inputs: Inputs
    finder: Finder


def ground_of(house: House, address: IPAddress) -> Ground:
    """What the gateway in force knows of a canonical address; where there is none, the policy file.

    Who calls is not asked, so no organization and no key is in it. The bundle is checked and opened
    once; after that an answer takes less than a millisecond. Raises CannotRun or ProblemsFound.
    """
    generation = house.state.current()
    if generation is None:
        house.policy()  # Says what to do where there is no file either.
        return _by_policy(house, address)
    bundle = _bundle(house.state.bundle(generation))
    return Ground(
        policy=bundle.policy,
        place=bundle.place(address),
        facts=bundle.facts(address),
        organizations={},
        keys={},
        sources=bundle.sources,
        fact_sources=bundle.fact_sources,
        generation=bundle.generation,
    )


def _by_policy(house: House, address: IPAddress) -> Ground:
    path = house.settings.policy
    if path is None:
        raise AssertionError("a house without a gateway has a policy file")
    opened = _opened(path, path.stat().st_mtime_ns, house.catalogue)
    inputs = opened.inputs
    return Ground(
        policy=inputs.dated,
        place=opened.finder.place(int(address)),
        facts=facts.lookup(inputs.facts, int(address)),
        organizations={},
        keys={},
        sources=tuple(source.entry() for source in inputs.sources),
        fact_sources=tuple(source.entry() for source in inputs.fact_sources),
        generation=None,
    )


# A folder of a generation never changes, and what was opened stays readable once it is gone.
@lru_cache(maxsize=2)
def _bundle(folder: Path) -> BundleReader:
    return BundleReader(folder)


@lru_cache(maxsize=1)
def _opened(path: Path, _: int, catalogue: Catalogue) -> _Opened:
    inputs = build.inputs(path, None, catalogue)
    return _Opened(inputs, Finder(inputs.dated, inputs.tables, inputs.anonymizers))
