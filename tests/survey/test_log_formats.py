"""Every kind of log gives the same cell of the same request, from a sample by its field list."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regiongate.domain.errors import CannotRun
from regiongate.survey.recognize import Said, columns_said
from tests.support.logs import look, only

AT = datetime(2024, 7, 10, 12, 30, 15, tzinfo=UTC)

GATEWAY = json.dumps(
    {
        "address": "5.5.5.5",
        "bytes": 12,
        "class": "supported",
        "cloud": None,
        "country": "FR",
        "details": "via_upstream",
        "duration_ms": 3,
        "generation": "1-0123abcd",
        "host": "api.example.com",
        "key": "0123456789abcdef",
        "method": "POST",
        "organization": "acme",
        "organization_table": None,
        "path": "/v1/chat/completions",
        "region": None,
        "request_id": "r-1",
        "rule": "list:openai-2024-08",
        "status": 200,
        "time": "2024-07-10T12:30:15.000Z",
        "verdict": "allow",
        "would": None,
    }
)

COMBINED = (
    '5.5.5.5 - - [10/Jul/2024:14:30:15 +0200] "POST /v1/chat/completions?key=s HTTP/1.1" 200 12 '
    '"-" "python-\\"requests\\"/2"'
)

COMMON = '5.5.5.5 - - [10/Jul/2024:12:30:15 +0000] "POST /v1/chat/completions HTTP/1.1" 200 12'

CLOUDFLARE = {
    "ClientIP": "5.5.5.5",
    "ClientRequestHost": "api.example.com",
    "ClientRequestMethod": "POST",
    "ClientRequestPath": "/v1/chat/completions",
    "EdgeResponseStatus": 200,
    "RayID": "89abcdef",
}

ALB = (
    "https 2024-07-10T12:30:15.000000Z app/my-lb/50dc6c495c0c9188 5.5.5.5:2817 10.0.0.1:80 "
    '0.086 0.048 0.037 200 200 0 57 "POST https://api.example.com:443/v1/chat/completions?a=b '
    'HTTP/1.1" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:x '
    '"Root=1-58337281-1d84f3d73c47ec4e58577259" "api.example.com" "arn:aws:acm:x" 1 '
    '2024-07-10T12:30:14.364000Z "authenticate,forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1'
)

CLOUDFRONT = (
    "#Version: 1.0\n"
    "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status "
    "cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id "
    "x-host-header cs-protocol cs-bytes time-taken\n"
    "2024-07-10\t12:30:15\tFRA2\t182\t5.5.5.5\tPOST\td111.cloudfront.net\t/v1/chat/completions\t"
    "200\t-\tMozilla/4.0\t-\t-\tHit\tabc==\tapi.example.com\thttps\t99\t0.001"
)

GOOGLE = json.dumps(
    {
        "httpRequest": {
            "latency": "0.1s",
            "remoteIp": "5.5.5.5",
            "requestMethod": "POST",
            "requestUrl": "https://api.example.com/v1/chat/completions?key=s",
            "status": 200,
        },
        "insertId": "1",
        "resource": {"type": "http_load_balancer"},
        "timestamp": "2024-07-10T12:30:15.000000Z",
    }
)

ENVOY = (
    '[2024-07-10T12:30:15.000Z] "POST /v1/chat/completions HTTP/1.1" 200 - 0 12 3 2 '
    '"198.51.100.9, 5.5.5.5" "curl" "cc21d9b0" "api.example.com" "10.0.0.1:80"'
)

SAMPLES = {
    "regiongate": GATEWAY,
    "combined": COMBINED,
    "common": COMMON,
    "cloudflare-rfc3339": json.dumps({**CLOUDFLARE, "EdgeStartTimestamp": "2024-07-10T12:30:15Z"}),
    "cloudflare-unix": json.dumps({**CLOUDFLARE, "EdgeStartTimestamp": 1720614615}),
    "cloudflare-nano": json.dumps({**CLOUDFLARE, "EdgeStartTimestamp": 1720614615000000000}),
    "alb": ALB,
    "cloudfront": CLOUDFRONT,
    "google": GOOGLE,
    "envoy": ENVOY,
}


@pytest.mark.parametrize("name", SAMPLES)
def test_known_formats(name: str, tmp_path: Path) -> None:
    """A known log is recognized by itself, and gives address, time and path of its request."""
    log = tmp_path / "access.log"
    log.write_text(SAMPLES[name] + "\n")
    found = look(log)
    cell = only(found)
    assert (cell["address"], cell["day"]) == ("5.5.5.5", date(2024, 7, 10))
    assert cell["first"] == cell["last"] == AT
    assert cell["path"] == "/v1/chat"
    assert cell["host"] == (None if name in ("combined", "common") else "api.example.com")
    assert (found.rows.read, found.rows.rejected) == (1, 0)


def test_our_log_names_organization_and_key(tmp_path: Path) -> None:
    """The gateway's own log says whose request it was, by which key."""
    log = tmp_path / "access.log"
    log.write_text(GATEWAY)
    cell = only(look(log))
    assert (cell["organization"], cell["key"]) == ("acme", "0123456789abcdef")


@pytest.mark.parametrize("client", ["[2001:db8::5]:443", "2001:db8::5:443"])
def test_alb_with_ipv6(client: str, tmp_path: Path) -> None:
    """The port behind an IPv6 client is cut off, with brackets or without."""
    log = tmp_path / "alb.log"
    log.write_text(ALB.replace("5.5.5.5:2817", client))
    assert only(look(log))["address"] == "2001:db8::5"


def test_a_log_format(tmp_path: Path) -> None:
    """An nginx `log_format` is read as it was given, and names the other columns."""
    log = tmp_path / "access.log"
    log.write_text('1720614615.000|5.5.5.5|"acme"|/v1/chat/completions|77\n')
    said = Said(
        '$msec|$remote_addr|"$http_x_org"|$uri|$tokens',
        columns_said("organization=http_x_org,tokens=$tokens"),
    )
    cell = only(look(log, said=said))
    assert (cell["organization"], cell["tokens"], cell["first"]) == ("acme", 77, AT)
    with pytest.raises(CannotRun, match="the variables msec"):
        look(log, said=Said("$msec|$remote_addr", {"organization": "other"}))


@pytest.mark.parametrize("name", ["remote_user", "$remote_user"])
def test_a_user_is_an_organization_when_asked(name: str, tmp_path: Path) -> None:
    """The user of HTTP authentication is an organization only where --columns says so."""
    log = tmp_path / "access.log"
    log.write_text(COMBINED.replace(" - - [", " - acme [") + "\n" + COMBINED)
    assert only(look(log))["organization"] is None
    found = look(log, said=Said(columns=columns_said(f"organization={name}"))).cells
    assert [cell["organization"] for cell in found] == [None, "acme"]


def test_a_cell_is_one_however_its_identity_is_written(tmp_path: Path) -> None:
    """An empty text is no organization and no key, and a whole key is its short form."""
    log = tmp_path / "log.json"
    key = "a-whole-key-of-somebody"
    short = sha256(key.encode()).hexdigest()[:16]
    said: list[dict[str, str | None]] = [
        {"organization": "", "key": ""},
        {},
        {"organization": None, "key": None},
        {"organization": "acme", "key": key},
        {"organization": "acme", "key": short},
    ]
    same = {"address": "5.5.5.5", "time": AT.isoformat()}
    log.write_text("\n".join(json.dumps({**same, **one}) for one in said))
    found = [(one["organization"], one["key"], one["requests"]) for one in look(log).cells]
    assert found == [(None, None, 3), ("acme", short, 2)]


@pytest.mark.parametrize("suffix", ["json", "csv", "parquet"])
def test_named_columns(suffix: str, tmp_path: Path) -> None:
    """Any JSON, CSV or Parquet is read by the names of its columns."""
    log = tmp_path / f"log.{suffix}"
    row = {"client": "5.5.5.5", "who": "acme", "ts": AT.isoformat(), "k": "sk-1", "n": 7}
    if suffix == "json":
        log.write_text(json.dumps({"request": row}) + "\n")
    elif suffix == "csv":
        log.write_text(",".join(row) + "\n" + ",".join(map(str, row.values())) + "\n")
    else:
        pq.write_table(pa.Table.from_pylist([{**row, "ts": AT}]), log)
    prefix = "request." if suffix == "json" else ""
    names = {"address": "client", "organization": "who", "time": "ts", "key": "k", "tokens": "n"}
    said = Said(columns={ours: prefix + theirs for ours, theirs in names.items()})
    cell = only(look(log, said=said))
    assert (cell["organization"], cell["key"], cell["tokens"]) == ("acme", "sk-1", 7)
    assert (cell["address"], cell["first"]) == ("5.5.5.5", AT)


def test_columns_called_as_ours(tmp_path: Path) -> None:
    """A file whose columns are called as ours needs no names, and a known one takes more."""
    log = tmp_path / "log.json"
    log.write_text('{"address":"5.5.5.5","time":1720614615,"tokens":3}\n')
    assert only(look(log))["tokens"] == 3
    log.write_text(json.dumps({**CLOUDFLARE, "EdgeStartTimestamp": 1720614615, "Zone": "acme"}))
    assert only(look(log, said=Said(columns={"organization": "Zone"})))["organization"] == "acme"


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_compressed(packing: str, tmp_path: Path) -> None:
    """A compressed log is known by its content, whatever it is called."""
    log = tmp_path / "access.log"
    packed = pa.compress(GATEWAY.encode(), packing, asbytes=True) if packing == "zstd" else None
    log.write_bytes(packed or gzip.compress(GATEWAY.encode()))
    assert only(look(log))["organization"] == "acme"


def test_folders_globs_and_kinds_together(tmp_path: Path) -> None:
    """A folder of different logs is one survey, and a file that is named twice counts once."""
    (tmp_path / "logs").mkdir()
    for name, text in SAMPLES.items():
        (tmp_path / "logs" / f"{name}.log").write_text(text)
    (tmp_path / "logs" / "a[1]*.log").write_text(GATEWAY)
    (tmp_path / "logs" / ".hidden").write_text("?")
    (tmp_path / "logs" / "empty.log").write_text("")
    found = look(tmp_path / "logs", tmp_path / "logs" / "*.log", tmp_path / "logs" / "alb.log")
    assert found.rows.read == len(SAMPLES) + 1


@pytest.mark.parametrize("content", ["hello\nworld\n", '{"a": 1}\n', "a,b\n1,2\n", "PAR1xx"])
def test_unknown(content: str, tmp_path: Path) -> None:
    """A file that nothing recognizes stops the survey with what was tried and what to write."""
    log = tmp_path / "odd.log"
    log.write_text(content)
    with pytest.raises(CannotRun, match=r"odd.log is no (log that is known: .*tried|whole Parq)"):
        look(log)


@pytest.mark.parametrize("said", ["adress=a", "address", "address="])
def test_wrong_columns(said: str) -> None:
    """What cannot be meant by --columns is refused with what can be."""
    with pytest.raises(CannotRun, match="COLUMN=NAME"):
        columns_said(said)


def test_nothing_there(tmp_path: Path) -> None:
    """A file, folder or glob that is not there is named."""
    for path in (tmp_path / "no", tmp_path / "*.no"):
        with pytest.raises(CannotRun, match="no"):
            look(path)
