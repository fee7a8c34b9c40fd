"""`python -m bench.survey_turn NAME FOLDER`: one turn over a log, in a process of its own.

The peers count requests by organization, country and day, each the way it does that fastest; ours
makes the whole survey. Nothing of regiongate is imported here but for ours, as the peers run in
another environment.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import import_module
from itertools import islice
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

SLICE = 200_000
"""So many rows the loop in Python looks at; its time is scaled up, and the page says so."""

_PATH = ("country", "iso_code")
_JSON = (
    "read_json('{}', format = 'newline_delimited', columns = {{'address': 'VARCHAR',"
    " 'organization': 'VARCHAR', 'time': 'TIMESTAMPTZ'}})"
)
_BARE_JSON = "read_json('{}', format = 'newline_delimited', columns = {{'address': 'VARCHAR'}})"

Job = Callable[[Path], int]
"""Does the work on the files of a folder; gives the rows that it has counted."""


def ours(kind: str, *options: str) -> Job:
    """The whole command, with its start, its sources and its JSON."""

    def job(home: Path) -> int:
        regiongate = Path(sys.executable).with_name("regiongate")
        policy = Path(__file__).parents[1] / "examples" / "policy.yaml"
        command = ["survey", home / f"log.{kind}", "--policy", policy, "--json", *options]
        run = subprocess.run([regiongate, *map(str, command)], stdout=subprocess.PIPE, check=True)
        return int(json.loads(run.stdout)["rows"]["read"])

    return job


def bare(kind: str) -> Job:
    """DuckDB reads the file and groups by address, and nothing else."""

    def job(home: Path) -> int:
        source = _source(home, kind, _BARE_JSON)
        counted = f"SELECT address, count(*) AS n FROM {source} GROUP BY 1"
        return _number(_duckdb().execute(f"SELECT sum(n) FROM ({counted})"))

    return job


def duckdb_maxminddb(kind: str) -> Job:
    """DuckDB to distinct addresses, maxminddb-rust for each of them, DuckDB again."""

    def job(home: Path) -> int:
        get = import_module("maxminddb_rust").open_database(str(home / "country.mmdb")).get_path
        pa: Any = import_module("pyarrow")
        database = _duckdb()
        source = _source(home, kind, _JSON)
        database.execute(
            'CREATE TABLE cells AS SELECT organization, address, "time"::DATE AS d, count(*) AS n'
            f" FROM {source} GROUP BY ALL"
        )
        texts = [
            row[0] for row in database.execute("SELECT DISTINCT address FROM cells").fetchall()
        ]
        placed = pa.table({"address": texts, "country": [get(text, _PATH) for text in texts]})
        database.register("placed", placed)
        return _number(
            database.execute(
                "SELECT sum(n) FROM (SELECT organization, country, d, sum(n) AS n"
                " FROM cells JOIN placed USING (address) GROUP BY ALL)"
            )
        )

    return job


def duckdb_asof(kind: str) -> Job:
    """DuckDB alone: an ASOF join of each address with the starts of networks, IPv4 only."""
    number = " + ".join(
        f"split_part(address, '.', {place})::BIGINT * {256 ** (4 - place)}" for place in range(1, 5)
    )

    def job(home: Path) -> int:
        database = _duckdb()
        database.execute(
            f"CREATE TABLE starts AS SELECT {number.replace('address', 'first')} AS start, country"
            f" FROM (SELECT split_part(column0, '/', 1) AS first, column1 AS country"
            f" FROM read_csv('{home / 'country.csv'}', header = false, all_varchar = true)"
            " WHERE NOT contains(column0, ':'))"
        )
        source = _source(home, kind, _JSON)
        # As a table of its own: over the bare file the planner takes the join for a small one.
        database.execute(
            f'CREATE TABLE cells AS SELECT organization, {number} AS at, "time"::DATE AS d,'
            f" count(*) AS n FROM {source} WHERE NOT contains(address, ':') GROUP BY ALL"
        )
        return _number(
            database.execute(
                "SELECT sum(n) FROM (SELECT organization, country, d, sum(n) AS n"
                " FROM cells c ASOF JOIN starts ON c.at >= starts.start GROUP BY ALL)"
            )
        )

    return job


def polars(kind: str) -> Job:
    """Polars, and maxminddb-polars for the distinct addresses."""

    def job(home: Path) -> int:
        pl: Any = import_module("polars")
        lookup: Any = import_module("maxminddb_polars").lookup_path
        path = home / f"log.{kind}"
        columns = {"address": pl.String, "organization": pl.String, "time": pl.String}
        frame = pl.scan_parquet(path) if kind == "parquet" else pl.scan_ndjson(path, schema=columns)
        time = pl.col("time") if kind == "parquet" else pl.col("time").str.slice(0, 10)
        day = time.dt.date() if kind == "parquet" else time
        cells = (
            frame.group_by("organization", "address", day.alias("d"))
            .agg(pl.len().alias("n"))
            .collect(engine="streaming")
        )
        found = lookup("address", home / "country.mmdb", _PATH, dtype=pl.String).alias("country")
        placed = cells.select("address").unique().with_columns(found)
        counted = cells.join(placed, on="address").group_by("organization", "country", "d")
        return int(counted.agg(pl.col("n").sum())["n"].sum())

    return job


def chdb(kind: str) -> Job:
    """ClickHouse in the process with an IP_TRIE dictionary."""
    columns = "address String, organization String, time DateTime64(3)"

    def job(home: Path) -> int:
        session: Any = import_module("chdb.session").Session()
        for statement in (
            "CREATE DATABASE bench ENGINE = Atomic",
            "CREATE TABLE bench.networks (prefix String, country String) ENGINE = Memory",
            f"INSERT INTO bench.networks SELECT * FROM file('{home / 'country.csv'}', CSV, "
            "'prefix String, country String')",
            "CREATE DICTIONARY bench.countries (prefix String, country String) PRIMARY KEY prefix "
            "SOURCE(CLICKHOUSE(TABLE 'networks' DB 'bench')) LAYOUT(IP_TRIE) LIFETIME(0)",
        ):
            session.query(statement)
        form = "Parquet" if kind == "parquet" else f"JSONEachRow, '{columns}'"
        said = session.query(
            "SELECT sum(n) FROM (SELECT organization, toDate(time) AS d, "
            "dictGetOrDefault('bench.countries', 'country', "
            "tuple(assumeNotNull(toIPv6(address))), '') AS country,"
            f" count() AS n FROM file('{home / f'log.{kind}'}', {form}) GROUP BY organization, d,"
            " country) SETTINGS date_time_input_format = 'best_effort'",
            "CSV",
        )
        return int(str(said).strip())

    return job


def geoip2(home: Path) -> int:
    """A loop: each line through `json`, each address through geoip2."""
    reader: Any = import_module("geoip2.database").Reader(home / "country.mmdb")
    absent: Any = import_module("geoip2.errors").AddressNotFoundError
    counted: Counter[tuple[str, str | None, str]] = Counter()
    with (home / "log.json").open() as log:
        for line in islice(log, SLICE):
            row = json.loads(line)
            try:
                country = reader.country(row["address"]).country.iso_code
            except absent:
                country = None
            counted[row["organization"], country, row["time"][:10]] += 1
    return sum(counted.values())


def goaccess(home: Path) -> int:
    """goaccess reads the combined log with a country database and writes its JSON."""
    out = home / "goaccess.json"
    command = ["goaccess", home / "log.log", "--log-format=COMBINED", "--no-global-config"]
    command += [f"--geoip-database={home / 'country.mmdb'}", "-o", out]
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
    return int(json.loads(out.read_text())["general"]["total_requests"])


JOBS: Mapping[str, Job] = {
    "survey-json": ours("json"),
    "survey-json-no-examples": ours("json", "--no-examples"),
    "survey-parquet": ours("parquet"),
    "survey-parquet-no-examples": ours("parquet", "--no-examples"),
    "survey-combined": ours("log"),
    "survey-bare-json": bare("json"),
    "survey-bare-parquet": bare("parquet"),
    "survey-duckdb-maxminddb-json": duckdb_maxminddb("json"),
    "survey-duckdb-maxminddb-parquet": duckdb_maxminddb("parquet"),
    "survey-duckdb-asof-json": duckdb_asof("json"),
    "survey-duckdb-asof-parquet": duckdb_asof("parquet"),
    "survey-polars-json": polars("json"),
    "survey-polars-parquet": polars("parquet"),
    "survey-chdb-json": chdb("json"),
    "survey-chdb-parquet": chdb("parquet"),
    "survey-geoip2": geoip2,
    "survey-goaccess": goaccess,
}


def _duckdb() -> Any:
    database = import_module("duckdb").connect()
    database.execute("SET preserve_insertion_order = false")
    database.execute("SET enable_progress_bar = false")
    database.execute("SET TimeZone = 'UTC'")
    return database


def _source(home: Path, kind: str, json_source: str) -> str:
    path = home / f"log.{kind}"
    return json_source.format(path) if kind == "json" else f"'{path}'"


def _number(found: Any) -> int:
    return int(found.fetchall()[0][0])


def _cpu() -> float:
    spent = (getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in spent)


def _own_peak() -> int:
    """The most memory of this program, in bytes; what rusage says of it counts its parent's too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def main(name: str, home: Path) -> None:
    """Do it once and print what it took: rows, seconds, processor seconds, peak bytes."""
    begun, wall = _cpu(), time.perf_counter()
    rows = JOBS[name](home)
    spent = {"rows": rows, "seconds": time.perf_counter() - wall, "cpu": _cpu() - begun}
    peak = max(_own_peak(), getrusage(RUSAGE_CHILDREN).ru_maxrss * 1024)
    sys.stdout.write(json.dumps({**spent, "peak": peak, "at": datetime.now(UTC).isoformat()}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
