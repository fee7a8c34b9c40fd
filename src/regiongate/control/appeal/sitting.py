"""A sitting: the transaction in which appeals are heard, who tells of it, and the instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.notices.desk import Desk


@dataclass(frozen=True, slots=True)
class Sitting:
    """What every verb about appeals needs: a transaction that writes, a desk, and an instant."""

    connection: sa.Connection
    desk: Desk
    at: datetime
