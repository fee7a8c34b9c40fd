"""The command starts with what it needs, and with no more: nobody waits for libraries in vain."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import click
import pytest

from regiongate.cli.lazy import LazyGroup
from regiongate.cli.main import main

POLICY = str(Path(str(files("regiongate.sample"))) / "policy.yaml")
SLOW = ("duckdb", "httpx", "pyarrow", "sqlalchemy", "starlette", "uvicorn")
SLOW_FOR_HELP = (*SLOW, "numpy", "maxminddb", "pycountry", "yaml")
LOADED = """
import sys
from regiongate.cli.main import main
try:
    main(sys.argv[2:])
except SystemExit as ended:
    assert ended.code == 0, ended.code
print("loaded:", [name for name in sys.argv[1].split() if name in sys.modules])
"""


def _loaded(slow: tuple[str, ...], *arguments: str) -> str:
    """The last line that a fresh interpreter prints: which of the modules a command loads."""
    command = [sys.executable, "-c", LOADED, " ".join(slow), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()[-1]


@pytest.mark.parametrize("arguments", [(), ("--help",), ("geo", "lookup", "--help")])
def test_help_loads_no_command(arguments: tuple[str, ...]) -> None:
    """The page with all commands needs none of them, a command's own page only that command."""
    slow = SLOW if arguments[:1] == ("geo",) else SLOW_FOR_HELP
    assert _loaded(slow, *arguments or ("--version",)) == "loaded: []"


@pytest.mark.parametrize(
    "arguments",
    [
        ("policy", "check", POLICY),
        ("policy", "test", POLICY),
        ("policy", "show", POLICY),
        ("explain", "--help"),
        ("geo", "list", "--help"),
        ("bundle", "build", "--help"),
        ("publish", "--help"),
        ("up", "--help"),
    ],
    ids=" ".join,
)
def test_a_command_loads_what_it_uses(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """Neither Arrow nor a web framework, a database or an HTTP client is loaded unused."""
    sources = ("--sources", str(tmp_path)) if arguments[-1] == POLICY else ()
    # A gateway is told what cases have decided, which stands in a database.
    used = {"sqlalchemy"} if arguments[0] in ("publish", "up") else set()
    slow = tuple(name for name in SLOW if name not in used)
    assert _loaded(slow, *arguments, *sources) == "loaded: []"


def _lazy_groups(command: click.Command) -> list[LazyGroup]:
    if not isinstance(command, click.Group):
        return []
    context = click.Context(command)
    children = [command.get_command(context, name) for name in command.list_commands(context)]
    own = [command] if isinstance(command, LazyGroup) else []
    return own + [group for child in children if child for group in _lazy_groups(child)]


@pytest.mark.parametrize("group", _lazy_groups(main), ids=lambda group: str(group.name))
def test_the_line_of_a_command_is_the_first_sentence_of_its_help(group: LazyGroup) -> None:
    """What a list says of a command that it has not imported is what the command says."""
    context = click.Context(group)
    for name, lazy in group.lazy.items():
        command = group.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert lazy.line == command.get_short_help_str(limit=200)
