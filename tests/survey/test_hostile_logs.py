"""Lines that somebody wrote to break the reader, or to pass for another."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from regiongate.survey.recognize import Said
from tests.support.logs import look

GOOD = '{"address":"8.8.8.8","time":"2024-07-01T00:00:00Z","organization":"acme"}'
LINE = '8.8.8.8 - - [01/Jul/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "-"'

BAD_JSON = {
    "unclosed": (b'{"address":"8.8.8.8","time":"2024-07-01T00:00:00Z"', "neither"),
    "not UTF-8": (b'{"address":"8.8.8.8\xff","time":"2024-07-01T00:00:00Z"}', "not UTF-8"),
    "NUL": (b'{"address":"8.8.8.8\0","time":"2024-07-01T00:00:00Z"}', "NUL"),
    "two objects": (GOOD.encode() + b" " + GOOD.encode(), "neither"),
    "an array": (b'["8.8.8.8"]', "neither"),
    "a number": (b"7", "neither"),
    "no address": (b'{"time":"2024-07-01T00:00:00Z"}', "no address"),
    "null": (b'{"address":null,"time":"2024-07-01T00:00:00Z"}', "no address"),
    "no time": (b'{"address":"8.8.8.8"}', "no time"),
    "not a date": (b'{"address":"8.8.8.8","time":"2024-13-01T00:00:00Z"}', "no time"),
    "escaped NUL": (b'{"address":"8.8.8.8\\u0000","time":"2024-07-01T00:00:00Z"}', "none"),
    "an object": (b'{"address":{"a":"8.8.8.8"},"time":"2024-07-01T00:00:00Z"}', "none"),
    "a port": (b'{"address":"8.8.8.8:80","time":"2024-07-01T00:00:00Z"}', "none"),
    "deep": (b'{"address":' + b"[" * 5000 + b"]" * 5000 + b"}", ""),
}


@pytest.mark.parametrize("name", BAD_JSON)
def test_bad_json(name: str, tmp_path: Path) -> None:
    """A damaged line is rejected with its number and the reason; its neighbours are counted."""
    content, reason = BAD_JSON[name]
    log = tmp_path / "log.json"
    log.write_bytes(b"\n".join([GOOD.encode(), b"", content, GOOD.encode()]))
    found = look(log)
    assert (found.rows.read, found.rows.located, found.rows.rejected) == (3, 2, 1)
    (one,) = found.rejected
    assert (one["file"], one["line"]) == (str(log), 3)
    assert reason in one["reason"]


BAD_LINES = {
    "not UTF-8": LINE.encode().replace(b'"-"', b'"\xff"'),
    "NUL": LINE.encode().replace(b'"-"', b'"\0"'),
    "cut off": LINE.encode()[:40],
    "a host name": LINE.encode().replace(b"8.8.8.8", b"dns.google"),
    "another month": LINE.encode().replace(b"Jul", b"Foo"),
    "spaces": b"   ",
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_bad_lines_of_text(name: str, tmp_path: Path) -> None:
    """The same holds of lines of text, whatever keeps the database from reading them."""
    log = tmp_path / "access.log"
    log.write_bytes(b"\n".join([LINE.encode(), b"", BAD_LINES[name], LINE.encode(), b""]))
    found = look(log)
    assert (found.rows.read, found.rows.located, found.rows.rejected) == (3, 2, 1)
    assert [one["line"] for one in found.rejected] == [3]


@pytest.mark.parametrize("megabytes", [10, 20])
def test_a_long_line(megabytes: int, tmp_path: Path) -> None:
    """A line of ten megabytes is read; one that is longer than any reader takes is rejected."""
    log = tmp_path / "access.log"
    agent = "a" * (megabytes << 20)
    log.write_text("\n".join([LINE, LINE.replace('"-" "-"', f'"-" "{agent}"'), LINE]))
    found = look(log)
    assert found.rows.read == 3
    assert [one["line"] for one in found.rejected] == ([] if megabytes == 10 else [2])


INJECTED = {
    "quotes in the agent": LINE.replace(
        '"-" "-"', '"-" "\\" 200 1 \\"-\\" \\"-\\"\\n1.2.4.1 - - [x] \\"GET / HTTP/1.1\\""'
    ),
    "a user with a space": LINE.replace("- - [", "- 1.2.4.1 x [ ["),
    "a line feed, escaped": LINE.replace("GET /", "GET /\\x0a1.2.4.1"),
}


@pytest.mark.parametrize("name", INJECTED)
def test_injected_fields(name: str, tmp_path: Path) -> None:
    """What a client writes into one field is never read as another's address."""
    log = tmp_path / "access.log"
    log.write_text(f"{LINE}\n{INJECTED[name]}\n{LINE}\n")
    found = look(log)
    assert found.rows.read == 3
    assert {cell["address"] for cell in found.cells} == {"8.8.8.8"}


def test_envoy_text_with_a_quote(tmp_path: Path) -> None:
    """Envoy's text does not escape, so a line with a quote too many is rejected, not guessed."""
    begin = '[2024-07-10T12:30:15.000Z] "GET / HTTP/1.1" 200 - 0 12 3 2 '
    end = '"curl" "id" "host" "10.0.0.1:80"'
    log = tmp_path / "envoy.log"
    forged = '"1.2.4.1" "curl" "id" "host" "10.0.0.1:80, 8.8.8.8" '
    log.write_text(f'{begin}"8.8.8.8" {end}\n{begin}{forged}{end}\n')
    found = look(log)
    assert (found.rows.located, found.rows.rejected) == (1, 1)
    assert [cell["address"] for cell in found.cells] == ["8.8.8.8"]


def test_csv_rows_that_are_none(tmp_path: Path) -> None:
    """A row with too many columns is rejected with its number."""
    log = tmp_path / "log.csv"
    good = "8.8.8.8,2024-07-01T00:00:00Z"
    log.write_text(f"address,time\n{good}\n{good},more\n1.2.4,2024-07-01T00:00:00Z\n{good}\n")
    found = look(log)
    assert (found.rows.read, found.rows.located, found.rows.rejected) == (4, 2, 2)
    assert [one["line"] for one in found.rejected] == [2, 3]


def test_names_that_are_sql(tmp_path: Path) -> None:
    """Names of files, columns and organizations are data, whatever is in them."""
    name = "a'); DROP TABLE cells; --"
    log = tmp_path / f"{name}.json"
    log.write_text(json.dumps({"address": "8.8.8.8", "c\"x'": name, "time": "2024-07-01T00:00Z"}))
    found = look(log, said=Said(columns={"organization": "c\"x'"}))
    assert [one.id for one in found.survey.organizations] == [name]


KEY = "sk-proj-0123456789abcdefghijklmnopqrstuv"


def test_keys_are_never_whole(tmp_path: Path) -> None:
    """A whole key becomes the short form of its digest, as in the gateway's log, everywhere."""
    log = tmp_path / "log.json"
    row = {"address": "8.8.8.8", "time": "2024-07-01T00:00:00Z"}
    short = hashlib.sha256(KEY.encode()).hexdigest()[:16]
    log.write_text("\n".join(json.dumps({**row, "key": key}) for key in (KEY, "sk-proj", short)))
    found = look(log)
    assert {cell["key"] for cell in found.cells} == {short, "sk-proj"}
    assert KEY not in repr(found)
