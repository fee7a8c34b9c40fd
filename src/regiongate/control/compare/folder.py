"""A comparison as a folder: its numbers, its pictures, and a page that shows them."""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from regiongate.compiler.bundle import to_json
from regiongate.control.compare import drawings
from regiongate.control.compare.compare import Measured
from regiongate.control.compare.page import page
from regiongate.control.compare.tables import record
from regiongate.domain.errors import CannotRun


def require_free(folder: Path) -> None:
    """CannotRun unless the folder can still be made: better told before the work than after."""
    if folder.exists():
        raise CannotRun(f"{folder} is there already: name a folder that does not exist yet")


def write(measured: Measured, folder: Path) -> None:
    """Write everything into a new folder, all or nothing; CannotRun when that cannot be."""
    require_free(folder)
    content = files(measured)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        half = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            for name, data in content.items():
                (half / name).write_bytes(data)
            half.chmod(0o755)
            half.rename(folder)
        finally:
            rmtree(half, ignore_errors=True)
    except OSError as error:
        raise CannotRun(f"{folder} cannot be written: {error.strerror}") from error


def files(measured: Measured) -> dict[str, bytes]:
    """The files by name; the map of IPv4 is left out when only IPv6 was asked for."""
    found = {
        "compare.json": to_json(record(measured.found)),
        "world.svg": drawings.world_map(measured.found).encode(),
        "index.html": page(measured).encode(),
    }
    if measured.found.family != "6":
        drawn = drawings.addresses(measured)
        found["hilbert.svg"] = drawn.svg(drawings.address_caption(measured)).encode()
        found["hilbert.png"] = drawn.png()
    return found
