"""`regiongate survey` as users run it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import jsonschema

from tests.support.command import REGIONGATE, regiongate

POLICY = Path(__file__).parents[2] / "examples" / "policy.yaml"

PART = {"type": "object", "required": ["requests", "share"]}
SHAPE = {
    "type": "object",
    "required": ["policy", "period", "rows", "organizations"],
    "properties": {
        "period": {"type": "object", "required": ["from", "to"]},
        "rows": {
            "type": "object",
            "required": ["read", "located", "unknown", "special", "rejected"],
            "additionalProperties": {"type": "integer"},
        },
        "organizations": {
            "type": "array",
            "items": {
                "type": "object",
                "required": [
                    *("id", "requests", "unsupported", "first_seen", "last_seen"),
                    *("networks", "keys"),
                ],
                "properties": {
                    "unsupported": {**PART, "required": ["requests", "share", "countries"]},
                    "networks": {"type": "array"},
                    "keys": {"type": "array"},
                },
            },
        },
    },
}
"""What the issue promises of `--json`."""


def _log(folder: Path, lines: int = 6) -> Path:
    path = folder / "access.json"
    addresses = ("1.2.4.1", "8.8.8.8", "nonsense")
    with path.open("w") as file:
        for number in range(lines):
            row = {
                "address": addresses[number % 3],
                "time": f"2024-07-{number % 28 + 1:02}T00:00:00Z",
                "organization": "acme",
                "key": "0123456789abcdef",
                "tokens": 10,
                "path": "/v1/chat/completions",
            }
            file.write(json.dumps(row) + "\n")
    return path


def test_json_and_folder(tmp_path: Path) -> None:
    """--json has the promised shape and adds up; --out has the same, and what was rejected."""
    out = tmp_path / "out"
    told = ("--policy", POLICY, "--at", "2024-07-20", "--json", "--out", out)
    found = regiongate("survey", _log(tmp_path), *told)
    assert found.returncode == 0, found.stderr
    said = json.loads(found.stdout)
    jsonschema.validate(said, SHAPE)
    rows = said["rows"]
    assert rows["read"] == 6 == rows["located"] + rows["rejected"]
    (acme,) = said["organizations"]
    assert acme["unsupported"]["countries"] == {"CN": 2}
    assert (acme["tokens"], acme["unsupported"]["tokens"], acme["days_active"]) == (40, 20, 4)
    assert [network["network"] for network in acme["networks"]] == ["1.2.4.0/24"]
    assert acme["examples"]["paths"] == ["/v1/chat"]
    assert acme["keys"][0]["signals"]["most_countries_a_day"] == 1
    assert json.loads((out / "survey.json").read_text()) == said
    bad = [json.loads(line) for line in (out / "rejected.jsonl").read_text().splitlines()]
    assert [one["line"] for one in bad] == [3, 6]


def test_table(tmp_path: Path) -> None:
    """A terminal gets a table, the instant of judging and the rows."""
    found = regiongate("survey", _log(tmp_path), "--policy", POLICY, "--at", "2024-07-20")
    assert found.returncode == 0, found.stderr
    assert "Judged at 2024-07-20T00:00:00Z (said)" in found.stdout
    assert "acme" in found.stdout
    assert "CN 2" in found.stdout
    assert "6 rows: 4 located, 0 unknown, 0 special, 2 rejected" in found.stdout


def test_standard_input(tmp_path: Path) -> None:
    """`-` reads what comes in."""
    with _log(tmp_path).open() as log:
        told = ("--policy", POLICY, "--json", "--since", "2024-07-02")
        found = regiongate("survey", "-", *told, stdin=log)
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["rows"] == {
        **{"read": 5, "located": 3, "unknown": 0, "special": 0, "rejected": 2, "outside": 1}
    }


def test_names_cannot_steer_a_terminal(tmp_path: Path) -> None:
    """An organization's name is printed with its control characters made visible."""
    log = tmp_path / "log.json"
    row = {"address": "1.2.4.1", "time": "2024-07-01T00:00:00Z", "organization": "a\x1b[2Jb"}
    log.write_text(json.dumps(row))
    found = regiongate("survey", log, "--policy", POLICY)
    assert "\x1b" not in found.stdout
    assert "a\\x1b[2Jb" in found.stdout


def test_cannot_run(tmp_path: Path) -> None:
    """What is not there, not known, or in the way stops it with exit code 2 and a remedy."""
    log = _log(tmp_path)
    odd = tmp_path / "odd.log"
    odd.write_text("?\n")
    cases: tuple[tuple[list[str | Path], str], ...] = (
        ([tmp_path / "no.log"], "is not there"),
        ([odd], "--columns"),
        ([log, "--out", tmp_path], "does not exist yet"),
        ([log, "--columns", "adress=a"], "COLUMN=NAME"),
        ([log, "--memory", "much"], "4GB"),
    )
    for arguments, said in cases:
        found = regiongate("survey", *arguments, "--policy", POLICY)
        assert found.returncode == 2, found.stderr
        assert said in found.stderr


def test_interrupted(tmp_path: Path) -> None:
    """Ctrl-C ends it soon, with exit code 130 and nothing half-written."""
    log = _log(tmp_path, 1_000_000)
    (tmp_path / "tmp").mkdir()
    command = [*REGIONGATE, "survey", log, "--policy", POLICY, "--out", tmp_path / "out"]
    process = subprocess.Popen(
        [str(word) for word in command], env={"PATH": "/bin", "TMPDIR": str(tmp_path / "tmp")}
    )
    deadline = time.monotonic() + 30
    while not list((tmp_path / "tmp").iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    assert not list((tmp_path / "tmp").iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["access.json", "tmp"]
