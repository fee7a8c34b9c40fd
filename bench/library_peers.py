"""`python -m bench.library_peers NAME FOLDER`: one turn of another library, in its environment.

Each finds the country of every address and nothing more, the way it does that fastest.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.library_clock import FEW, Job, run

_PATH = ("country", "iso_code")


def geoip2(home: Path, texts: list[str]) -> Job:
    """The reader of MaxMind with its models."""
    reader: Any = import_module("geoip2.database").Reader(home / "country.mmdb")
    absent: Any = import_module("geoip2.errors").AddressNotFoundError

    def ask(text: str) -> object:
        try:
            return reader.country(text).country.iso_code
        except absent:
            return None

    return _each(ask, texts)


def maxminddb(home: Path, texts: list[str]) -> Job:
    """The official reader with its C extension."""
    module: Any = import_module("maxminddb")
    get = module.open_database(home / "country.mmdb", module.MODE_MMAP_EXT).get

    def ask(text: str) -> object:
        record = get(text)
        return None if record is None else record["country"]["iso_code"]

    return _each(ask, texts)


def maxminddb_rust(home: Path, texts: list[str]) -> Job:
    """maxminddb-rust, which can be asked for one field."""
    get = import_module("maxminddb_rust").open_database(str(home / "country.mmdb")).get_path
    return _each(lambda text: get(text, _PATH), texts)


def geoip2fast(_: Path, texts: list[str]) -> Job:
    """geoip2fast with the data that it brings along; it reads no other."""
    module: Any = import_module("geoip2fast")
    reader = module.GeoIP2Fast(geoip2fast_data_file="geoip2fast-ipv6.dat.gz")
    return _each(lambda text: reader.lookup(text).country_code, texts)


def maxminddb_polars(home: Path, texts: list[str]) -> Job:
    """maxminddb-polars over a column; Polars uses every core."""
    polars: Any = import_module("polars")
    lookup: Any = import_module("maxminddb_polars").lookup_path
    frame = polars.DataFrame({"address": texts})
    found = lookup("address", home / "country.mmdb", _PATH, dtype=polars.String)
    return lambda: frame.select(found)


def chdb(home: Path, texts: list[str]) -> Job:
    """ClickHouse in the process: a dictionary of networks, asked over a table; Arrow comes out."""
    session: Any = import_module("chdb.session").Session()
    for statement in (
        "CREATE DATABASE bench ENGINE = Atomic",
        "CREATE TABLE bench.networks (prefix String, country String) ENGINE = Memory",
        f"INSERT INTO bench.networks SELECT * FROM file('{home / 'country.csv'}', CSV, "
        "'prefix String, country String')",
        "CREATE DICTIONARY bench.countries (prefix String, country String) PRIMARY KEY prefix "
        "SOURCE(CLICKHOUSE(TABLE 'networks' DB 'bench')) LAYOUT(IP_TRIE) LIFETIME(0)",
        "CREATE TABLE bench.addresses (address String) ENGINE = Memory",
        f"INSERT INTO bench.addresses SELECT * FROM file('{home / 'addresses.txt'}', "
        "LineAsString, 'address String')",
    ):
        session.query(statement)
    asked = (
        "SELECT dictGetOrDefault('bench.countries', 'country', tuple(toIPv6(address)), '') "
        "FROM bench.addresses"
    )
    assert len(texts) > FEW
    return lambda: session.query(asked, "Arrow")


ONE_BY_ONE: Mapping[str, Callable[[Path, list[str]], Job]] = {
    "library-geoip2": geoip2,
    "library-maxminddb": maxminddb,
    "library-maxminddb-rust": maxminddb_rust,
    "library-geoip2fast": geoip2fast,
}
COLUMNS: Mapping[str, Callable[[Path, list[str]], Job]] = {
    "library-polars": maxminddb_polars,
    "library-chdb": chdb,
}


def _each(ask: Callable[[str], object], texts: list[str]) -> Job:
    def ask_all() -> None:
        for text in texts:
            ask(text)

    return ask_all


def main(name: str, home: Path) -> None:
    """Prepare, warm up, time, print."""
    texts = (home / "addresses.txt").read_text().split()
    if name in ONE_BY_ONE:
        run(ONE_BY_ONE[name](home, texts[:FEW]), FEW)
    else:
        run(COLUMNS[name](home, texts), len(texts))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
