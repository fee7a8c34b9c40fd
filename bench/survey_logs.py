"""Access logs made up for the bench: rows of a middling API, the same at every run.

20 000 organizations, few of them large, with two keys each, over seven days. Addresses: one in five
is a server, and these make four of five requests on all days; the others are clients that come on
one day. An organization's addresses lie in one /16, or one /48 of IPv6, as offices and cloud
projects do; of one organization in 25 in a block of the Asian registry, of the others in blocks
that clouds and the American and European registries hold. So 10 million rows have half a million
addresses, and one organization in some twenty is affected.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

MANY = 10_000_000
_DAYS = 7
_FAR = (36, 39, 42, 58, 59, 60, 61, 101, 106, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120)
_NEAR = (3, 13, 18, 20, 23, 24, 34, 35, 44, 50, 52, 54, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72)
_SEED = "hash(i * 31 + {})"

_ROWS = """
SELECT i, {h1} % 1000003 AS h,
  CASE WHEN {h2} % 5 < 4
    THEN ((({h3} % 1000000007) / 1000000007.0) ** 2 * {servers})::BIGINT
    ELSE {servers} + ({h3} % {clients})::BIGINT END AS a
FROM range({rows}) t(i)"""

_SAID = """
SELECT make_timestamp(1717200000000000 + CASE WHEN a < {servers}
    THEN (i::DOUBLE * {days} * 86400000000 / {rows})::BIGINT
    ELSE (a % {days}) * 86400000000 + (i::DOUBLE * 86400000000 / {rows})::BIGINT END) AS moment,
  (hash(a) % 20000)::INTEGER AS o, a, h
FROM ({inner})"""

_LOG = """
SELECT {time} AS "time",
  CASE WHEN a % 10 = 0
    THEN printf('2a01:4f8:%x:%x::1', o, (a % 65536)::INTEGER)
    ELSE printf('%d.%d.%d.%d', {octet}, ((hash(o) >> 20) % 256)::INTEGER,
      (a >> 8 & 255)::INTEGER, (a & 255)::INTEGER) END AS address,
  'org-' || o AS organization, left(md5((o * 2 + (h % 7 = 0)::INTEGER)::VARCHAR), 16) AS "key",
  'api.example.com' AS host,
  CASE WHEN o % 5 = 0 THEN '/v1/embeddings' WHEN o % 5 = 1 THEN '/v1/files/' || h % 1000
    WHEN h % 8 = 0 THEN '/v1/responses' ELSE '/v1/chat/completions' END AS path,
  CASE WHEN h % 12 = 0 THEN 'small' ELSE 'large' END AS model, (h % 5000)::INTEGER AS tokens
FROM ({inner})"""

_COMBINED = """
SELECT address || ' - ' || organization || ' ['
  || strftime(strptime("time", '%Y-%m-%dT%H:%M:%S.%gZ'), '%d/%b/%Y:%H:%M:%S +0000')
  || '] "POST ' || path || ' HTTP/1.1" 200 ' || tokens || ' "-" "sdk/1"' FROM ({log})"""


def write(path: Path, rows: int = MANY) -> None:
    """Write the log: JSON lines, Parquet, or nginx's combined format, by the suffix."""
    kind = path.suffix.removeprefix(".")
    time = "moment" if kind == "parquet" else "strftime(moment, '%Y-%m-%dT%H:%M:%S.%gZ')"
    octet = f"list_value{_NEAR}[(1 + hash(o) % {len(_NEAR)})::INTEGER]"
    far = f"list_value{_FAR}[(1 + hash(o) % {len(_FAR)})::INTEGER]"
    octet = f"CASE WHEN o % 25 = 0 THEN {far} ELSE {octet} END"
    log = _LOG.format(time=time, octet=octet, inner=_said(rows))
    form = {
        "parquet": "(FORMAT parquet, COMPRESSION snappy)",
        "json": "(FORMAT json)",
        "log": "(FORMAT csv, HEADER false, DELIMITER '', QUOTE '', ESCAPE '')",
    }[kind]
    if kind == "log":
        log = _COMBINED.format(log=log)
    with duckdb.connect() as database:
        database.execute("SET preserve_insertion_order = false")
        database.execute("SET enable_progress_bar = false")
        database.execute(f"COPY ({log}) TO '{path}' {form}")


def _said(rows: int) -> str:
    servers, clients = rows // 100, rows // 25
    seeds = {f"h{number}": _SEED.format(number) for number in (1, 2, 3)}
    inner = _ROWS.format(rows=rows, servers=servers, clients=clients, **seeds)
    return _SAID.format(rows=rows, servers=servers, days=_DAYS, inner=inner)
