"""`regiongate policy` and the top of the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from regiongate.cli import main as cli_main
from regiongate.cli.main import main
from regiongate.domain.errors import CannotRun

ROOT = Path(__file__).parents[2]
EXAMPLE = str(ROOT / "examples" / "policy.yaml")
WRONG = str(ROOT / "tests" / "policyfile" / "bad" / "everything-at-once.yaml")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def _variant(tmp_path: Path, *replacements: tuple[str, str]) -> str:
    text = Path(EXAMPLE).read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "variant.yaml"
    path.write_text(text)
    return str(path)


def test_check_is_silent_about_nothing() -> None:
    """A right file: exit code 0, one line, and an empty list as JSON."""
    assert _run("policy", "check", EXAMPLE).exit_code == 0
    assert "no problems" in _run("policy", "check", EXAMPLE).stdout
    assert json.loads(_run("policy", "check", EXAMPLE, "--json").stdout) == []


def test_check_names_every_problem() -> None:
    """A wrong file: exit code 1, a line each on standard error, or one JSON list."""
    text = _run("policy", "check", WRONG)
    found = _run("policy", "check", WRONG, "--json")
    problems = json.loads(found.stdout)
    assert (text.exit_code, found.exit_code) == (1, 1)
    assert text.stdout == ""
    assert len(text.stderr.splitlines()) == len(problems) > 20
    assert set(problems[0]) == {"file", "line", "column", "code", "message", "remedy"}
    assert text.stderr.splitlines()[0].startswith(f"{WRONG}:1:1: ")


def test_check_looks_at_the_instant_it_is_given(tmp_path: Path) -> None:
    """An override is expired from the instant of its expiry on."""
    file = _variant(tmp_path, ("expires: never", "expires: 2025-01-01"))
    assert _run("policy", "check", file, "--at", "2025-01-01T07:59:59").exit_code == 0
    assert _run("policy", "check", file, "--at", "2025-01-01T00:00-08:00").exit_code == 1
    assert _run("policy", "check", file).exit_code == 1


@pytest.mark.parametrize("command", [["test"], ["show"], ["diff", EXAMPLE]])
def test_every_command_names_the_problems_of_a_wrong_file(command: list[str]) -> None:
    """Commands that load a file tell its problems as `check` does, as JSON too."""
    assert _run("policy", *command, WRONG).exit_code == 1
    found = _run("policy", *command, WRONG, "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout) == json.loads(
        _run("policy", "check", WRONG, "--at", "2024-01-01", "--json").stdout
    )


@pytest.mark.parametrize("command", ["check", "test", "show"])
def test_a_missing_file_is_one_sentence(command: str, tmp_path: Path) -> None:
    """A file that is not there: exit code 2 and one sentence with its name."""
    result = _run("policy", command, str(tmp_path / "none.yaml"))
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "none.yaml" in result.stderr


def test_test_passes_the_example() -> None:
    """The example's tests pass, region and address alike."""
    result = _run("policy", "test", EXAMPLE, "--json")
    assert result.exit_code == 0
    rows = json.loads(result.stdout)
    assert {row["outcome"] for row in rows} == {"passed"}
    assert rows[4]["got"] == "block"
    assert rows[4]["rule"] == "list:openai-2024-08"


def test_test_fails_with_the_reason(tmp_path: Path) -> None:
    """A failed test: exit code 1, its line, what it expected and what it got."""
    file = _variant(
        tmp_path,
        (
            "{region: CN, at: 2024-07-09, verdict: block}",
            "{region: CN, at: 2024-07-09, verdict: warn}",
        ),
    )
    result = _run("policy", "test", file)
    assert result.exit_code == 1
    line = (
        Path(file).read_text().splitlines().index("  - {region: CN, at: 2024-07-09, verdict: warn}")
    )
    assert f"{file}:{line + 1}: CN at 2024-07-09T07:00:00Z must warn, got block" in result.stderr
    assert "1 failed" in result.stdout


def test_diff_names_regions_and_settings(tmp_path: Path) -> None:
    """A region that changes is named in the table and in the JSON, and so is the setting."""
    file = _variant(tmp_path, ("  except:\n", "  add: [{region: VE, reason: Opens.}]\n  except:\n"))
    text = _run("policy", "diff", EXAMPLE, file, "--at", "2024-07-10")
    assert text.exit_code == 0
    assert "Venezuela" in text.stdout
    found = json.loads(_run("policy", "diff", EXAMPLE, file, "--at", "2024-07-10", "--json").stdout)
    assert found["at"] == "2024-07-10T00:00:00Z"
    assert found["regions"] == [
        {
            "region": "VE",
            "name": "Venezuela",
            "before": "block",
            "after": "allow",
            "rule": "add:VE",
        }
    ]
    assert found["settings"] == [{"key": "supported.add[VE]", "before": None, "after": "Opens."}]
    assert _run("policy", "diff", EXAMPLE, EXAMPLE).stdout == "No difference.\n"


def test_diff_counts_addresses(tmp_path: Path) -> None:
    """The addresses that change are counted from the sources, by region."""
    file = _variant(tmp_path, ("  except:\n", "  add: [{region: VE, reason: Opens.}]\n  except:\n"))
    found = json.loads(_run("policy", "diff", EXAMPLE, file, "--at", "2024-07-10", "--json").stdout)
    (row,) = [row for row in found["addresses"] if row["region"] == "VE"]
    assert (row["before"], row["after"]) == ("block", "allow")
    assert row["ipv4_addresses"] > 1_000_000


def test_show_says_where_the_measure_stands() -> None:
    """The phase, the next date and the regions by class, as text and as JSON."""
    text = _run("policy", "show", EXAMPLE, "--at", "2024-07-01")
    assert "phase warn." in text.stdout
    assert "Next: block begins at 2024-07-09T07:00:00Z." in text.stdout
    found = json.loads(_run("policy", "show", EXAMPLE, "--at", "2024-07-01", "--json").stdout)
    assert found["phase"] == "warn"
    assert found["next"]["at"] == "2024-07-09T07:00:00Z"
    assert "CN" in found["regions"]["unsupported"]


def test_new_writes_a_right_policy_once(tmp_path: Path) -> None:
    """A new policy passes check and test; a second one does not overwrite it."""
    file = str(tmp_path / "policy.yaml")
    made = _run("policy", "new", file, "--name", "our-api", "--json")
    assert json.loads(made.stdout) == {"file": file, "name": "our-api"}
    assert _run("policy", "check", file).exit_code == 0
    assert _run("policy", "test", file).exit_code == 0
    again = _run("policy", "new", file)
    assert again.exit_code == 2
    assert "exists already" in again.stderr


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["policy", "check"], ["policy", "check", EXAMPLE, "--at", "soon"], ["--what"]],
)
def test_wrong_usage_is_two(arguments: list[str]) -> None:
    """A command line that cannot be understood: exit code 2."""
    assert _run(*arguments).exit_code == 2


def test_errors_become_exit_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """CannotRun is 2 with its sentence; Ctrl-C is 130 and says nothing."""

    def failing(error: BaseException) -> click.Command:
        def run() -> None:
            raise error

        return click.Command("fail", callback=run)

    for error, code, said in (
        (CannotRun("The port is taken: name another."), 2, "regiongate: The port is taken"),
        (KeyboardInterrupt(), 130, ""),
    ):
        monkeypatch.setitem(main.commands, "fail", failing(error))
        result = _run("fail")
        assert result.exit_code == code
        assert result.stderr.startswith(said)


def test_help_names_every_command() -> None:
    """`-h` works everywhere and names every command."""
    top = _run("-h").stdout
    assert all(name in top for name in cli_main.COMMANDS)
    assert _run("policy", "check", "-h").exit_code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script(shell: str) -> None:
    """Each shell gets a script that calls regiongate."""
    assert "_REGIONGATE_COMPLETE" in _run("completion", shell).stdout


def test_the_command_is_installed() -> None:
    """The `regiongate` command runs as a process and says its version."""
    command = Path(sys.executable).with_name("regiongate")
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.startswith("regiongate ")
