"""Rows of logs → the countries that trusted organizations attest, apart from those seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import groupby
from operator import itemgetter

from regiongate.domain.attested import Attested
from regiongate.policyfile.iso import countries
from regiongate.survey.formats.format import literal
from regiongate.survey.scan import Log, Span, rows
from regiongate.survey.session import Session


def attested(
    session: Session,
    logs: Sequence[Log],
    span: Span,
    by: Collection[str],
    is_supported: Callable[[str], bool],
) -> tuple[Attested, ...]:
    """What the organizations `by` attest, each that attests anything, by name.

    The logs are read once more, because nobody else's word is worth a column in every cell. Rows
    without an address or a time that can be read are left out, as everywhere.
    """
    trusted = ", ".join(map(literal, sorted(by)))
    found = session.table(
        f"SELECT organization, attested, count(*)::BIGINT AS requests"  # noqa: S608 - quoted
        f" FROM ({rows(logs, examples=False, also=('attested',))})"
        f" WHERE organization IN ({trusted}) AND attested IS NOT NULL AND address IS NOT NULL"
        f" AND NOT {span.beyond('epoch_us(time)')}"
        f" GROUP BY ALL ORDER BY organization, requests DESC, attested"
    )
    said = zip(*(column.to_pylist() for column in found.columns), strict=True)
    return tuple(
        _attested(name, {value: requests for _, value, requests in told}, is_supported)
        for name, told in groupby(said, itemgetter(0))
    )


def _attested(name: str, requests: dict[str, int], is_supported: Callable[[str], bool]) -> Attested:
    known = {code: number for code, number in requests.items() if code in countries()}
    return Attested(
        name,
        known,
        unsupported=sum(number for code, number in known.items() if not is_supported(code)),
        unread=sum(requests.values()) - sum(known.values()),
    )
