"""Build: policy file, sources and organizations at an instant → bundle."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from regiongate.compiler import bundle
from regiongate.compiler.bundle import POLICY, POLICY_FILE
from regiongate.compiler.envoy.settings import Settings
from regiongate.compiler.fact_sources import layers
from regiongate.compiler.kept import KeptTables, kept_layers
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.snapshot import Inputs, Parent, Snapshot, snapshot
from regiongate.compiler.sources import tables
from regiongate.domain.errors import CannotRun
from regiongate.domain.measure import Phase
from regiongate.domain.organization import Organization, State
from regiongate.domain.policy import Policy
from regiongate.geo.store.catalogue import BUNDLED, Catalogue
from regiongate.policyfile import lists, organizations
from regiongate.policyfile import load as load_policy


def inputs(
    policy_path: Path, organizations_path: Path | None, catalogue: Catalogue = BUNDLED
) -> Inputs:
    """Read everything that a snapshot is made from; raises ProblemsFound or CannotRun.

    The policy may name the sources of the catalogue.
    """
    policy = load_policy(policy_path, catalogue.named())
    files = {POLICY_FILE: policy_path.read_bytes()}
    if policy.supported.name not in lists.shipped_names():
        files[policy.supported.name] = (policy_path.parent / policy.supported.name).read_bytes()
    for feed in policy.geofeeds:
        files[feed.file] = (policy_path.parent / feed.file).read_bytes()
    rows = () if organizations_path is None else organizations.load(organizations_path)
    _require_suspend_date(policy, rows, organizations_path)
    located, stated = tables(policy, catalogue), layers(policy, catalogue)
    return Inputs(policy, files, located, rows, stated, policy_path)


def in_force(bundle: BundleReader, known: Inputs | None, catalogue: Catalogue) -> Inputs:
    """What a bundle was made from, so that another can be made from it.

    Its sources are asked only when the geography must be drawn anew; `known` may have them. Raises
    CannotRun when the bundle is damaged.
    """
    listed = (PurePosixPath(name) for name in bundle.manifest["files"])
    kept = [name.relative_to(POLICY) for name in listed if POLICY in name.parents]
    tables = () if known is None else known.tables
    stated = () if known is None else known.facts
    return Inputs(
        policy=bundle.policy,
        policy_files={str(name): bundle.content(str(POLICY / name)) for name in kept},
        tables=KeptTables(bundle.manifest["sources"], tables, catalogue),
        organizations=bundle.roll,
        facts=kept_layers(bundle.manifest["facts"], stated, catalogue),
    )


def _require_suspend_date(policy: Policy, rows: Sequence[Organization], where: Path | None) -> None:
    """A suspension that no date ever puts in force would be a suspension in name only."""
    suspended = [row.id for row in rows if row.standing.state is State.SUSPENDED]
    if suspended and policy.measure.start(Phase.SUSPEND) is None:
        message = f"{where} suspends {suspended[0]}, but the measure has no date for it"
        raise CannotRun(f"{message}: give the policy `measure.suspend`")


def freeze(what: Inputs, at: datetime, parent: Parent | None) -> Snapshot:
    """The snapshot of the inputs at an instant."""
    return snapshot(what, at.astimezone(UTC).replace(microsecond=0), parent)


def bundle_files(frozen: Snapshot, settings: Settings) -> dict[str, bytes]:
    """The bundle of a snapshot for a gateway with these settings, by relative path."""
    return bundle.files(frozen, settings, trust_store())


def trust_store() -> str:
    """The certificate authorities of this machine."""
    found = ssl.get_default_verify_paths().cafile
    return found or "/etc/ssl/certs/ca-certificates.crt"
