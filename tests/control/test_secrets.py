"""Secrets of the state directory: made once, for one user, and refused when they are no secret."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from regiongate.control.audit.signed import written
from regiongate.control.secrets import claim_key, link_secret, signing_key
from regiongate.domain.errors import CannotRun


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    """Whoever asks later gets the same one; only its user can read it."""
    assert len(link_secret(tmp_path)) == 32
    assert link_secret(tmp_path) == link_secret(tmp_path)
    key = written(signing_key(tmp_path).public_key())
    assert written(signing_key(tmp_path).public_key()) == key
    files = list((tmp_path / "secrets").iterdir())
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600, 0o600]
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_asking_at_the_same_time_gives_one_secret(tmp_path: Path) -> None:
    """Those who ask first, together, agree on one."""
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: link_secret(tmp_path), range(32)))
    assert len(found) == 1


def test_what_others_can_read_is_refused(tmp_path: Path) -> None:
    """A secret that may be others' too signs nothing."""
    link_secret(tmp_path)
    (tmp_path / "secrets" / "link").chmod(0o640)
    with pytest.raises(CannotRun, match=r"can be read by others: chmod 600"):
        link_secret(tmp_path)


@pytest.mark.parametrize("text", ["", "abc", "not hexadecimal", "ab" * 31])
def test_a_damaged_secret_is_refused(tmp_path: Path, text: str) -> None:
    """Half a secret is never used, nor silently replaced."""
    for make, name in (
        (link_secret, "link"),
        (signing_key, "audit.pem"),
        (claim_key, "claims.pem"),
    ):
        make(tmp_path)
        path = tmp_path / "secrets" / name
        path.write_text(text)
        with pytest.raises(CannotRun, match="backup"):
            make(tmp_path)
        assert path.read_text() == text
