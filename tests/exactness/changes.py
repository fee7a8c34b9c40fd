"""Changes of a supported list: those drawn ones that the policy file accepts together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from regiongate.domain.policy import Policy
from regiongate.domain.source import SourceNames
from regiongate.domain.supported_list import ListChange
from regiongate.policyfile import check
from tests.exactness import policytext

_ORDER = ["except", "add", "remove"]
"""As the reader takes them from a file."""


def with_changes(
    policy: Policy, chance: Random, dates: Sequence[datetime], regions: Sequence[str]
) -> Policy:
    """A policy with changes of its list, none of which contradicts another or changes nothing."""
    with TemporaryDirectory() as folder:
        for _ in range(chance.randint(0, 16)):
            change = _change(chance, dates, regions)
            listed = policy.supported
            known = [one for one in listed.changes if one.action == change.action]
            others = [one for one in listed.changes if one.action != change.action]
            ordered = sorted([*others, *known, change], key=lambda one: _ORDER.index(one.action))
            tried = replace(policy, supported=replace(listed, changes=tuple(ordered)))
            if _is_valid(tried, dates[0], Path(folder)):
                policy = tried
    return policy


def _change(chance: Random, dates: Sequence[datetime], regions: Sequence[str]) -> ListChange:
    start, end = chance.choice([None, *dates]), chance.choice([None, None, *dates])
    region = chance.choice([*regions, *["UA", "UA-43", "UA-40"] * 2])
    action = chance.choice(["add", "except" if "-" in region else "remove"])
    return ListChange(action, region, "Because", None, start, end)


def _is_valid(policy: Policy, at: datetime, folder: Path) -> bool:
    """Asks the reader of policies, of the part that matters here."""
    alone = replace(policy, networks=(), geofeeds=(), exemptions=(), open_paths=(), providers=())
    alone = replace(alone, location=replace(alone.location, facts=()))
    (folder / "policy.yaml").write_bytes(policytext.policy_text(alone))
    if alone.supported.name.endswith(".csv"):
        (folder / alone.supported.name).write_bytes(policytext.list_text(alone.supported.regions))
    return not check(folder / "policy.yaml", at, SourceNames(alone.location.sources, ()))
