"""What every page of the console asks for."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated

from fastapi import Depends, Form, Path

from regiongate.domain.access import Caller
from regiongate.server.entry.session import caller_known
from regiongate.server.house import House, house_of
from regiongate.server.problem import Refused

TheHouse = Annotated[House, Depends(house_of)]
Known = Annotated[Caller, Depends(caller_known)]
Number = Annotated[int, Path(ge=1, le=10**18)]
Name = Annotated[str, Path(pattern=r"^[a-z]-[0-9a-z]{1,40}$")]
Reason = Annotated[str, Form(max_length=1000)]
Confirmed = Annotated[bool, Form()]


def end_of(day: str) -> datetime | None:
    """The end of something that holds up to a day, as the date field of a form says it.

    The day itself is part of it: it ends at midnight, in UTC. None where no day is said. Raises
    Refused for what is no day.
    """
    if not day:
        return None
    try:
        last = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise Refused(422, "invalid", f"{day!r} is no day: write 2026-12-31") from None
    return datetime.combine(last, time(23, 59, 59), UTC)
