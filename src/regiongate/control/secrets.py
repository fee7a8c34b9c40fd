"""The secrets of one provider, in its state directory: made at first use, readable by its user.

`link` (32 bytes in hexadecimal) signs the links of notices; `audit.pem` (Ed25519, PKCS #8) signs
heads of the audit trail, `claims.pem` claim codes. Several replicas must have the same files.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from regiongate.domain.errors import CannotRun

_FOLDER = "secrets"
_LINK_BYTES = 32


def link_secret(state_root: Path) -> bytes:
    """The 32 bytes with which links are signed. Raises CannotRun when they are not to be used."""
    path = state_root / _FOLDER / "link"
    text = _kept(path, lambda: secrets.token_hex(_LINK_BYTES).encode())
    try:
        found = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        found = b""
    if len(found) != _LINK_BYTES:
        raise _damaged(path, f"{_LINK_BYTES} bytes in hexadecimal")
    return found


def signing_key(state_root: Path) -> Ed25519PrivateKey:
    """The key that signs the audit trail. Raises CannotRun when it is not to be used."""
    return _ed25519(state_root / _FOLDER / "audit.pem")


def claim_key(state_root: Path) -> Ed25519PrivateKey:
    """The key that signs claim codes. Raises CannotRun when it is not to be used."""
    return _ed25519(state_root / _FOLDER / "claims.pem")


def _ed25519(path: Path) -> Ed25519PrivateKey:
    text = _kept(path, lambda: _pem(Ed25519PrivateKey.generate()))
    try:
        found = serialization.load_pem_private_key(text, None)
    except (ValueError, TypeError):
        raise _damaged(path, "an Ed25519 key without a password, in PEM") from None
    if not isinstance(found, Ed25519PrivateKey):
        raise _damaged(path, "an Ed25519 key without a password, in PEM")
    return found


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    try:
        if not path.exists():
            _place(path, make())
        # A secret that others could read may be theirs already: nothing is signed with it.
        if path.stat().st_mode & 0o077:
            raise CannotRun(f"{path} can be read by others: chmod 600 it, or make a new one")
        return path.read_bytes().strip()
    except OSError as error:
        raise CannotRun(f"cannot keep a secret in {path}: {error.strerror}") from error


def _place(path: Path, secret: bytes) -> None:
    """Put a whole file there, unless somebody else was faster: then theirs is the one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        Path(made).unlink()


def _damaged(path: Path, wanted: str) -> CannotRun:
    return CannotRun(
        f"{path} is not {wanted}: bring it back from a backup; links and signatures"
        " made before cannot be checked with a new one"
    )
