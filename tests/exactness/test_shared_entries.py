"""0.0.0.0 and 0.0.0.1 share an entry of a MaxMind DB with :: and ::1, and count as these."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from regiongate import Gate
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.snapshot import Inputs
from regiongate.domain.address import canonical
from regiongate.domain.errors import ProblemsFound
from regiongate.domain.judge import judge
from regiongate.domain.organization import ORDINARY
from regiongate.policyfile import load
from tests.support.bundles import files, table, write
from tests.support.policies import network, policy_text

AT = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("iptoasn", "geo-whois", "ipfire")


def _bundle(folder: Path, networks: list[dict[str, str]]) -> Path:
    text = policy_text(networks=networks).encode()
    path = folder / "policy.yaml"
    path.write_bytes(text)
    tables = [table(name, {"2.0.0.0/8": "FR"}) for name in NAMES]
    made = Inputs(load(path), {"policy.yaml": text}, tables)
    return write(files(made, AT), folder / "bundle")


@pytest.mark.parametrize(
    ("networks", "rule"),
    [
        ([network("0.0.0.0/8", verdict="warn")], "location:private"),
        ([network("::1/128", verdict="warn")], "network:::1/128"),
        ([network("0.0.0.0/0", region="FR"), network("::/127", verdict="warn")], "network:::/127"),
    ],
    ids=["ipv4", "ipv6", "both"],
)
def test_a_rule_for_an_ipv6_network_counts(
    tmp_path: Path, networks: list[dict[str, str]], rule: str
) -> None:
    """Gate and explain say the same of both spellings, and no rule for IPv4 reaches them."""
    bundle = _bundle(tmp_path, networks)
    gate, reader = Gate.open(bundle), BundleReader(bundle)
    for text in ("::1", "0.0.0.1"):
        explained = judge(reader.policy, reader.place(canonical(text)), ORDINARY, AT)
        assert gate.decide(text, at=AT).rule == explained.rule == rule
    assert gate.decide("0.0.0.2", at=AT).rule != gate.decide("::2:0:0:0:2", at=AT).rule


@pytest.mark.parametrize("of", ["0.0.0.0/31", "0.0.0.0/32", "0.0.0.1/32"])
def test_a_network_of_nothing_else_is_refused(tmp_path: Path, of: str) -> None:
    """No address is ever looked for there, so the policy names the IPv6 one."""
    path = tmp_path / "policy.yaml"
    path.write_text(policy_text(networks=[network(of, verdict="warn")]))
    with pytest.raises(ProblemsFound, match=r"write ::"):
        load(path)
