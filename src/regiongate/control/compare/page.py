"""A comparison as one page: every picture with the table behind it, no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from regiongate.control.compare import drawings, tables
from regiongate.control.compare.compare import Measured
from regiongate.control.compare.tables import Table
from regiongate.picture import stylesheet

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_LOOK = (
    ":root{color-scheme:light dark}"
    "body{font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;"
    "max-width:70rem;margin:2rem auto;padding:0 1rem;line-height:1.4}"
    "table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}"
    "th,td{padding:.15rem .6rem;text-align:right;border-bottom:1px solid #8884}"
    "td{white-space:nowrap}"
    "th:first-child,td:first-child{text-align:left}"
    ".wide{overflow-x:auto}summary{cursor:pointer;margin:1rem 0}"
)


def page(measured: Measured) -> str:
    """The page as HTML."""
    found = measured.found
    title = f"{drawings.listed(measured.ballot.sources)} compared"
    parts = [
        _section(tables.sources(found)),
        f"<p>{escape(_counted(measured))}</p>",
        _section(tables.pairs(found)),
        *([] if found.policy is None else _policy(measured)),
        "<h2>Countries</h2>",
        drawings.world_map(found, style=False),
        _folded(tables.countries(found)),
        *_ipv4(measured),
        "<h2>In detail</h2>",
        _folded(tables.disagreements(found)),
        _folded(tables.confirmations(found)),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_LOOK}{stylesheet()}</style></head>"
        f"<body><h1>{escape(title)}</h1>{''.join(parts)}</body></html>\n"
    )


def _counted(measured: Measured) -> str:
    weights = measured.found.weights
    if weights.by == "requests":
        return f"Requests are counted. {weights.rejected} lines of the traffic were rejected."
    return (
        "IPv4 addresses are counted, and in IPv6 networks of 48 bits: to count its addresses would "
        "mean nothing. Special-purpose blocks are left out. Shares of a source are of what any of "
        "the sources speaks of."
    )


def _policy(measured: Measured) -> list[str]:
    found = measured.found
    assert found.policy is not None  # noqa: S101 - the caller looked
    under, estimates = found.policy, tables.estimates(found)
    words = (
        f"Under {under.name} {under.version}, list {under.list}, once its measure is fully in "
        "force; corrections of the policy, facts and the age of sources are left out."
    )
    hint = (
        "There is no truth to compare with: the reference is the side that more than half of the "
        "sources that judge are on. A mistake that they share does not show."
    )
    told = [_section(tables.rules(found)), f"<p>{escape(words)}</p>"]
    return told + ([_section(estimates), f"<p>{escape(hint)}</p>"] if estimates.rows else [])


def _ipv4(measured: Measured) -> list[str]:
    if measured.found.family == "6":
        return []
    drawn = drawings.addresses(measured).svg(drawings.address_caption(measured), style=False)
    return ["<h2>IPv4</h2>", drawn, _folded(drawings.address_table(measured))]


def _section(table: Table) -> str:
    return f"<h2>{escape(table.title)}</h2>{_table(table)}"


def _folded(table: Table) -> str:
    return f"<details><summary>{escape(table.title)}</summary>{_table(table)}</details>"


def _table(table: Table) -> str:
    head = _row("th", table.headings)
    body = "".join(_row("td", row) for row in table.rows)
    return f'<div class="wide"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>'


def _row(tag: str, cells: Iterable[object]) -> str:
    told = ("-" if cell is None else str(cell) for cell in cells)
    return f"<tr>{''.join(f'<{tag}>{escape(one)}</{tag}>' for one in told)}</tr>"
