"""Nothing that a user can type or read is without its documentation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from regiongate.cli.main import main
from regiongate.compiler.envoy.log import access_log
from regiongate.compiler.envoy.settings import Settings, endpoint, upstream
from regiongate.domain.refusal import GROUNDS

DOCS = Path(__file__).parents[2] / "docs"


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from _commands(child, f"{path} {name}")
    else:
        yield path, command


COMMANDS = dict(_commands(main, "regiongate"))


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_has_help(path: str) -> None:
    """Each command says what it does, and each of its options too."""
    command = COMMANDS[path]
    assert command.help
    options = [p for p in command.params if isinstance(p, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_is_in_the_readme_or_the_docs(path: str) -> None:
    """Each command is named on some page."""
    pages = [DOCS.parent / "README.md", *DOCS.glob("*.md")]
    verb = path.rsplit(maxsplit=1)[-1]
    assert any(f"`{verb}`" in text or path in text for text in (p.read_text() for p in pages))


def test_every_log_field_is_documented() -> None:
    """docs/gateway.md names each field of the log."""
    settings = Settings((endpoint("127.0.0.1:1"),), upstream("http://127.0.0.1:2"))
    fields = access_log(settings)["typed_config"]["log_format"]["json_format"]
    page = (DOCS / "gateway.md").read_text()
    assert [field for field in fields if f"`{field}`" not in page] == []


def test_every_refusal_code_is_documented() -> None:
    """docs/gateway.md names each ground for a refusal."""
    page = (DOCS / "gateway.md").read_text()
    assert [ground.code for ground in GROUNDS if f"`{ground.code}`" not in page] == []
