"""Nothing that a user can type or read is without its documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import regiongate
from regiongate.cli.main import main
from regiongate.compiler.envoy.log import access_logs
from regiongate.compiler.envoy.settings import Settings, endpoint, upstream
from regiongate.domain.refusal import GROUNDS

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))]
_QUOTED = re.compile(r"`regiongate\s+([^`]+)`")
_SHELL = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_TYPED = re.compile(r"^(?:\$ )?regiongate (.+)", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z-]*")
NO_COMMANDS = {"audit event 1"}
"""What begins the lines of a digest, and so stands as a command does."""

_EVENT = re.compile(r'\bevents\.note\((?:self\.)?state, "([a-z-]+)"')


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
    verb = path.rsplit(maxsplit=1)[-1]
    assert any(f"`{verb}`" in text or path in text for text in (p.read_text() for p in PAGES))


def _is_a_command(said: str) -> bool:
    """Whether words after `regiongate` name a command; what is no name, such as …, ends them."""
    command: click.Command = main
    for word in said.split():
        if not isinstance(command, click.Group) or not _NAME.fullmatch(word):
            return True
        child = command.get_command(click.Context(command), word)
        if child is None:
            return False
        command = child
    return True


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_is_there(page: Path) -> None:
    """Whatever a page calls a command of regiongate, in a sentence or in a shell, is one."""
    text = page.read_text("utf-8")
    said = _QUOTED.findall(text)
    said += (typed for block in _SHELL.findall(text) for typed in _TYPED.findall(block))
    assert [one for one in said if one not in NO_COMMANDS and not _is_a_command(one)] == []


def test_every_log_field_is_documented() -> None:
    """docs/gateway.md names each field of the log."""
    settings = Settings((endpoint("127.0.0.1:1"),), upstream("http://127.0.0.1:2"))
    fields = access_logs(settings)[0]["typed_config"]["log_format"]["json_format"]
    page = (DOCS / "gateway.md").read_text()
    assert [field for field in fields if f"`{field}`" not in page] == []


def test_every_refusal_code_is_documented() -> None:
    """docs/gateway.md names each ground for a refusal."""
    page = (DOCS / "gateway.md").read_text()
    assert [ground.code for ground in GROUNDS if f"`{ground.code}`" not in page] == []


def test_every_event_is_documented() -> None:
    """docs/gateway.md names each event that the package notes."""
    source = Path(regiongate.__file__).parent
    texts = (file.read_text() for file in source.rglob("*.py"))
    noted = {event for text in texts for event in _EVENT.findall(text)}
    page = (DOCS / "gateway.md").read_text()
    assert "access-log-lost" in noted
    assert [event for event in sorted(noted) if f"`{event}`" not in page] == []


def test_the_readme_names_every_page_once() -> None:
    """Whoever begins at the README finds each page of the documentation, at one place."""
    readme = (DOCS.parent / "README.md").read_text()
    pages = sorted(page.name for page in DOCS.glob("*.md"))
    assert {page: readme.count(f"](docs/{page})") for page in pages} == dict.fromkeys(pages, 1)
