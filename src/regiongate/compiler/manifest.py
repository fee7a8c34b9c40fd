"""The manifest of a bundle, and the files that it lists.

Nothing of them is believed that is not what was written: each file has the digest that the manifest
says, and the manifest its own.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from regiongate.compiler.bundle import FORMAT, GENERATION, MANIFEST, to_json
from regiongate.domain.errors import CannotRun

_FACTS = {
    "number": int,
    "generation": str,
    "atlas": str,
    "book": str,
    "at": str,
    "sources": list,
    "facts": list,
    "counts": dict,
    "files": dict,
}
"""What a manifest must say to be read, and as what."""

_MANIFEST_BYTES = 2**20

_ALTERED = "its content is not what was written"


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a bundle, with the facts that its readers ask for. Raises CannotRun."""
    return _stated(folder / MANIFEST, _bytes(folder))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a bundle by its relative path: those that its manifest lists.

    Another file in the folder is an error, and is not read. Nothing is read that lies outside of
    the folder, and of no file more than the manifest says. Whether they are what the manifest says
    is for `verify` to find. Raises CannotRun.
    """
    data = _bytes(folder)
    manifest = _stated(folder / MANIFEST, data)
    _require_no_more(folder, {MANIFEST, *manifest["files"]})
    return {name: _listed(folder, name, manifest) for name in manifest["files"]} | {MANIFEST: data}


def content(folder: Path, name: str, manifest: Mapping[str, Any]) -> bytes:
    """A file of a bundle; CannotRun unless it and the manifest are what was written."""
    _require_sealed(folder, manifest)
    if name not in manifest["files"]:
        raise damaged(folder / MANIFEST, f"it does not list {name}")
    data = _listed(folder, name, manifest)
    require_written(folder, name, data, manifest)
    return data


def require_written(folder: Path, name: str, data: bytes, manifest: Mapping[str, Any]) -> None:
    """Raises CannotRun unless a file's content has the digest that the manifest says."""
    if hashlib.sha256(data).hexdigest() != manifest["files"][name].get("sha256"):
        raise damaged(folder / name, _ALTERED)


def damaged(path: Path | str, why: str) -> CannotRun:
    """The error that says which file of a bundle cannot be read, and why."""
    return CannotRun(f"{path} cannot be read ({why}): build the bundle again")


def _bytes(folder: Path) -> bytes:
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            data = file.read(_MANIFEST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        message = f"{folder} is not a bundle: it has no {MANIFEST}"
        raise CannotRun(f"{message}: name the folder of a bundle") from error
    except OSError as error:
        raise damaged(path, str(error.strerror)) from error
    if len(data) > _MANIFEST_BYTES:
        raise damaged(path, f"it is larger than {_MANIFEST_BYTES // 2**20} MiB")
    return data


def _stated(path: Path, data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise damaged(path, f"it is not JSON, {error}") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise damaged(path, f"it is no manifest of the format {FORMAT}")
    for name, kind in _FACTS.items():
        if not isinstance(found.get(name), kind):
            raise damaged(path, f"it does not say `{name}`")
    if not all(isinstance(source, dict) for source in found["sources"]):
        raise damaged(path, "it does not say `sources`")
    if not all(isinstance(found["counts"].get(name), int) for name in ("steps", "places")):
        raise damaged(path, "it does not say `counts`")
    if GENERATION.fullmatch(found["generation"]) is None:
        raise damaged(path, f"{found['generation']!r} is not a generation")
    return found


def _require_sealed(folder: Path, manifest: Mapping[str, Any]) -> None:
    said = {name: value for name, value in manifest.items() if name != "digest"}
    if hashlib.sha256(to_json(said)).hexdigest() != manifest.get("digest"):
        raise damaged(folder / MANIFEST, _ALTERED)


def _require_no_more(folder: Path, listed: set[str]) -> None:
    """Ends at the first file too many, so a manifest put into a large folder costs nothing."""
    for home, _, names in os.walk(folder):
        for name in names:
            path = Path(home, name)
            if str(path.relative_to(folder)) not in listed:
                raise CannotRun(f"{path} does not belong to the bundle: build the bundle again")


def _listed(folder: Path, name: str, manifest: Mapping[str, Any]) -> bytes:
    facts = manifest["files"][name]
    size = facts.get("bytes") if isinstance(facts, dict) else None
    if not isinstance(size, int) or size < 0:
        raise damaged(folder / MANIFEST, f"it does not say the size of {name!r}")
    plain = PurePosixPath(name)
    named = name.isprintable() and str(plain) == name and name not in (".", MANIFEST)
    if not named or plain.is_absolute() or ".." in plain.parts:
        raise damaged(folder / MANIFEST, f"it lists {name!r}, which is no file of a bundle")
    path = folder / name
    try:
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise damaged(path, "it is no file in the folder of the bundle")
        with path.open("rb") as file:
            data = file.read(size + 1)
    except (OSError, OverflowError, MemoryError) as error:
        raise damaged(path, str(error)) from error
    if len(data) != size:
        raise damaged(path, f"it has not the {size} bytes that the manifest says")
    return data
