"""`python -m bench.geo_jobs NAME DATABASE NETWORKS`: one turn of one contestant, in a process.

Prints what the turn took. What a contestant starts from (a file, arrays, a list of networks) is
there before its clock begins; what it makes of it is kept until the clock has stopped.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any

import maxminddb
import maxminddb_rust
import numpy as np
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from regiongate.geo import wide
from regiongate.geo.mmdb import encode, parse_path, read
from regiongate.geo.ranges import from_networks, from_ranges

Network = IPv4Network | IPv6Network
Row = tuple[Network, str]
Job = Callable[[], object]
_COUNTRY = "country_code"


def rows(database: Path, most: int) -> list[Row]:
    """Networks of a database spread over all of it, with their countries."""
    with maxminddb.open_database(database) as reader:
        found = [(network, str(record[_COUNTRY])) for network, record in _records(reader)]
    return found[:: max(1, -(-len(found) // most))]


def _records(reader: Any) -> Any:
    return iter(reader)


def read_ours(database: Path, _: int) -> Job:
    """The whole file as arrays, the country of each network picked out of its record."""
    return lambda: read(database).pick(parse_path(_COUNTRY))


def read_official(database: Path, _: int) -> Job:
    """The official reader with its C extension, asked for one network after the other."""
    return lambda: _drain(maxminddb.open_database(database, maxminddb.MODE_MMAP_EXT))


def read_rust(database: Path, _: int) -> Job:
    """maxminddb-rust, asked for one network after the other."""
    return lambda: _drain(maxminddb_rust.open_database(str(database)))


def _drain(reader: Any) -> int:
    return sum(1 for _, record in reader if record[_COUNTRY])


def write_ranges(database: Path, most: int) -> Job:
    """Our writer, from arrays of first and last addresses."""
    networks, codes = _split(rows(database, most))
    first = wide.split([int(network.network_address) for network in networks])
    last = wide.split([int(network.broadcast_address) for network in networks])
    values, records = _values(codes)
    return lambda: _encode(from_ranges(*first, *last, values), records)


def write_networks(database: Path, most: int) -> Job:
    """Our writer, from a list of `ipaddress` networks."""
    networks, codes = _split(rows(database, most))
    values, records = _values(codes)
    return lambda: _encode(
        from_networks(list(zip(networks, values.tolist(), strict=True))), records
    )


def write_mmdb_writer(database: Path, most: int) -> Job:
    """mmdb-writer, from the sets of networks that it wants."""
    said = [(IPSet([str(network)]), {_COUNTRY: code}) for network, code in rows(database, most)]

    def write() -> None:
        writer = MMDBWriter(6, "bench", ipv4_compatible=True)
        for networks, record in said:
            writer.insert_network(networks, record)
        writer.to_db_file("/dev/null")

    return write


def _split(found: Sequence[Row]) -> tuple[list[Network], list[str]]:
    return [network for network, _ in found], [code for _, code in found]


def _values(codes: Sequence[str]) -> tuple[Any, list[dict[str, str]]]:
    number = {code: index for index, code in enumerate(sorted(set(codes)))}
    values = np.array([number[code] for code in codes], dtype=np.int32)
    return values, [{_COUNTRY: code} for code in number]


def _encode(steps: Any, records: Sequence[object]) -> bytes:
    return encode(
        steps, records, build_epoch=1, database_type="bench", description="bench", aliases=()
    )


JOBS: Mapping[str, Callable[[Path, int], Job]] = {
    "geo-read": read_ours,
    "geo-read-maxminddb": read_official,
    "geo-read-rust": read_rust,
    "geo-write": write_ranges,
    "geo-write-networks": write_networks,
    "geo-write-mmdb-writer": write_mmdb_writer,
}


def main(name: str, database: Path, most: int) -> None:
    """Prepare, run once, print."""
    job = JOBS[name](database, most)
    wall, cpu = time.perf_counter(), time.process_time()
    made = job()
    spent = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    del made
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sys.stdout.write(json.dumps({**spent, "peak": peak}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
