"""A survey on a terminal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from regiongate.cli import output
from regiongate.domain.attested import Attested
from regiongate.domain.survey import Survey, Surveyed

_HEADINGS = (
    *("organization", "requests", "unsupported", "share", "countries", "disputed", "anonymizers"),
    *("keys", "first seen", "last seen"),
)
_COUNTRIES = 4


def print_survey(found: Survey, top: int, out: Path | None) -> None:
    """Print the instant of judging, the `top` organizations, and how the rows add up."""
    rows, judging = found.rows, found.judging
    click.echo(
        f"Judged at {output.utc(judging.at)} ({judging.because}) by {judging.policy} "
        f"{judging.version}, list {judging.list}."
    )
    if found.organizations:
        output.print_table(_HEADINGS, [_row(one) for one in found.organizations[:top]])
    told = len(found.organizations)
    shown = f", the first {top}" if told > top else ""
    click.echo(f"{told} of {found.organizations_seen} organizations are told of{shown}.")
    click.echo(
        f"{rows.read} rows: {rows.located} located, {rows.unknown} unknown, {rows.special} "
        f"special, {rows.rejected} rejected; {rows.outside} outside of the time."
    )
    for one in found.attested:
        click.echo(_attested(one))
    if rows.rejected:
        where = "--out DIR tells which" if out is None else str(out / "rejected.jsonl")
        click.echo(f"Rejected rows were not counted for anybody: {where}.", err=True)


def _attested(one: Attested) -> str:
    """What an organization says of its own users."""
    most = list(one.countries.items())[:_COUNTRIES]
    told = ", ".join(f"{code} {n}" for code, n in most) or "no country"
    more = len(one.countries) - len(most)
    return (
        f"{_plain(one.organization)} attests of its own users: {told}"
        + (f" and {more} more countries" if more > 0 else "")
        + f"; {one.unsupported} from unsupported countries, {one.unread} unreadable."
    )


def _row(one: Surveyed) -> tuple[object, ...]:
    seen, unsupported = one.seen, one.seen.unsupported
    most = list(unsupported.countries.items())[:_COUNTRIES]
    return (
        _plain(one.id),
        seen.requests,
        unsupported.part.requests,
        f"{unsupported.part.share:.1%}",
        ", ".join(f"{code} {n}" for code, n in most) or "-",
        seen.disputed.requests,
        seen.anonymizer.requests,
        sum(key.key is not None for key in one.keys),
        _day(seen.first_seen),
        _day(seen.last_seen),
    )


def _day(at: datetime | None) -> str:
    return "-" if at is None else f"{at:%Y-%m-%d}"


def _plain(name: str | None) -> str | None:
    """A name from a log, with whatever would steer a terminal made visible."""
    return name if name is None or name.isprintable() else ascii(name)[1:-1]
