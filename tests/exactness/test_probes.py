"""Every probe of a bundle is an address that a client can have, in its one form."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from regiongate.compiler.reader import BundleReader
from regiongate.compiler.snapshot import Inputs
from regiongate.compiler.verify import verify
from regiongate.policyfile import load
from tests.support.bundles import files, table, write
from tests.support.policies import policy_text

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_no_probe_is_ipv4_carried_in_ipv6(tmp_path: Path) -> None:
    """Where sources know every address, the addresses that carry IPv4 are no unknown place."""
    path = tmp_path / "policy.yaml"
    path.write_text(policy_text())
    tables = [table(name, {"::/0": "FR"}) for name in ("iptoasn", "geo-whois", "ipfire")]
    made = Inputs(load(path), {"policy.yaml": path.read_bytes()}, tables)
    folder = write(files(made, AT), tmp_path / "bundle")
    assert "unknown location:unknown" not in BundleReader(folder).atlas().probes.values()
    assert [str(finding) for finding in verify(folder)] == []
