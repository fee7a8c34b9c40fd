"""`regiongate person`: who works with cases, and what each may do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from regiongate.cli import output
from regiongate.cli.acting import as_option, as_option_if_any
from regiongate.cli.change import Change, rehearsal_options
from regiongate.cli.gateway_options import state_option
from regiongate.cli.options import json_option
from regiongate.cli.store_option import reading, store_option
from regiongate.control.access.people import add_person, change_person, remove_person
from regiongate.domain.role import MAY, PERSON, Person, Role
from regiongate.store.people import People


class _Name(click.ParamType[str]):
    """What a person is called: in one spelling only."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check, or fail with what to write."""
        if PERSON.fullmatch(value) is None:
            remedy = "write it in small letters, such as mei or mei@example.com"
            self.fail(f"{value!r} names no person: {remedy}", param, ctx)
        return str(value)


_ROLE = click.Choice([role.value for role in Role])


@click.group()
def person() -> None:
    """Add, list, change and remove the people who decide cases."""


@person.command()
@click.argument("name", type=_Name())
@click.option("--role", type=_ROLE, required=True, help="What they are trusted with.")
@as_option_if_any
@rehearsal_options
def add(name: str, role: Role, person: str | None, change: Change) -> None:
    """Add the person NAME. The first needs no --as, and must be an admin."""
    with change.transaction() as connection:
        found = add_person(connection, Person(name, Role(role)), person, change.at)
    _say(found, f"{found.name} is {found.role} now", change)


@person.command("list")
@state_option
@store_option
@json_option
def list_(state_dir: Path, store_url: str | None, as_json: bool) -> None:
    """List everybody, with what each may do."""
    with reading(store_url, state_dir) as connection:
        found = People(connection).all()
    if as_json:
        output.print_json([_record(one) for one in found])
        return
    output.print_table(("name", "role", "may"), ((one.name, one.role, _may(one)) for one in found))


@person.command("change")
@click.argument("name", type=_Name())
@click.option("--role", type=_ROLE, required=True, help="What they are trusted with from now on.")
@as_option
@rehearsal_options
def change_(name: str, role: Role, person: str, change: Change) -> None:
    """Give the person NAME another role."""
    with change.transaction() as connection:
        found = change_person(connection, name, Role(role), person, change.at)
    _say(found, f"{found.name} is {found.role} now", change)


@person.command()
@click.argument("name", type=_Name())
@as_option
@rehearsal_options
def remove(name: str, person: str, change: Change) -> None:
    """Remove the person NAME; what they did stays in the audit trail."""
    with change.transaction() as connection:
        found = remove_person(connection, name, person, change.at)
    _say(found, f"{found.name} is removed", change)


def _say(found: Person, done: str, change: Change) -> None:
    if change.as_json:
        output.print_json({"kept": change.kept, "name": found.name, "role": found.role})
    else:
        click.echo(f"{done}." if change.kept else f"Nothing is kept; this would be: {done}.")


def _record(one: Person) -> dict[str, Any]:
    acts = [act for act, roles in MAY.items() if one.role in roles]
    return {"name": one.name, "role": one.role, "may": acts}


def _may(one: Person) -> str:
    return ", ".join(_record(one)["may"])
