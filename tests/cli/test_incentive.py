"""`regiongate incentive` as a provider runs it, and a vendor with a store of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from regiongate.cli.main import main
from regiongate.store.database import Database
from tests.support.appeals import restricted, staffed

AT = ("--at", "2026-06-17T12:00Z")


def _run(state: Path, *words: object) -> Result:
    return CliRunner().invoke(main, ["incentive", *map(str, words), "--state", str(state)])


def _json(state: Path, *words: object) -> Any:
    result = _run(state, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def provider(tmp_path: Path) -> Path:
    """With one restricted case."""
    state = tmp_path / "provider"
    database = Database.open(f"sqlite:///{state}/regiongate.db")
    restricted(database)
    database.close()
    return state


@pytest.fixture
def vendor(tmp_path: Path, provider: Path) -> Path:
    """Which trusts the provider, and has the offer that `offer new` writes."""
    state = tmp_path / "vendor"
    database = Database.open(f"sqlite:///{state}/regiongate.db")
    staffed(database)
    database.close()
    file = state / "offers.yaml"
    assert CliRunner().invoke(main, ["offer", "new", str(file), *AT]).exit_code == 0
    key = tmp_path / "issuer.key"
    key.write_text(_run(provider, "key").stdout)
    done = _run(state, "trust", "example-api", "--key", key, "--as", "bob", *AT)
    assert done.output.startswith("example-api is trusted with the key ")
    return state


def _code(provider: Path, *more: str) -> Any:
    return _json(provider, "code", 1, "--issuer", "example-api", "--as", "ann", *AT, *more)


def _claim(vendor: Path, text: str, *more: str) -> Result:
    offers = ("--offers", vendor / "offers.yaml", "--newly-switching")
    return _run(vendor, "claim", text, "--account", "acme", *offers, "--as", "ann", *AT, *more)


def test_from_a_case_to_tokens_and_their_end(provider: Path, vendor: Path) -> None:
    """A code becomes tokens once; they are spent, and what is left lapses."""
    text = _code(provider, "--offer", "example-cloud")["code"]
    assert "acme has 10000000 tokens for example-large until 2026-09-15" in (
        done := _claim(vendor, text).output
    )
    assert "Prices lower by 20% are for the bill" in done
    assert _claim(vendor, text).exit_code == 2
    spend = ("spend", "acme", "--tokens", 400, "--model", "example-large", "--id", "june")
    assert _json(vendor, *spend, "--as", "ann", *AT)["left"] == 9999600
    assert "already, at 2026-06-17T12:00:00Z" in _run(vendor, *spend, "--as", "ann", *AT).output
    assert "can spend 9999600 tokens" in _run(vendor, "balance", "acme", *AT).output
    assert [one["state"] for one in _json(vendor, "list", "--account", "acme", *AT)] == ["good"]
    late = ("--at", "2026-09-16")
    assert _json(vendor, "balance", "acme", *late)["tokens"] == 0
    assert "9999600 tokens of 1 grants" in _run(vendor, "expire", "--as", "ann", *late).output
    assert _json(vendor, "expire", "--as", "ann", *late)["lapsed"] == []
    assert "empty" in _run(vendor, "list", *late).output


def test_a_rehearsal_keeps_nothing(provider: Path, vendor: Path) -> None:
    """With --dry-run each says what it would do; a code that is not kept is not said."""
    assert _code(provider, "--dry-run")["code"] is None
    text = _code(provider)["code"]
    assert _code(provider, "--dry-run")["code"] == text
    said = _claim(vendor, text, "--offer", "example-cloud", "--dry-run")
    assert said.output.startswith("Nothing is kept; this would be: acme has 10000000 tokens")
    assert _json(vendor, "list", *AT) == []
    distrust = ("distrust", "example-api", "--as", "bob", *AT)
    assert _json(vendor, *distrust, "--dry-run")["kept"] is False
    assert "trusted no longer" in _run(vendor, *distrust).output
    refused = _claim(vendor, text, "--offer", "example-cloud")
    assert (refused.exit_code, "no trusted issuer" in refused.stderr) == (2, True)


def test_a_code_is_printed_alone(provider: Path) -> None:
    """Its text goes to standard output, what it is to standard error."""
    result = _run(provider, "code", 1, "--issuer", "example-api", "--as", "ann", *AT)
    assert result.stdout.startswith("rgc1.")
    assert "a new code for case 1, good until 2026-07-17" in result.stderr
    assert "acme" not in result.output
