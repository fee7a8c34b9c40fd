"""An attempt after which a letter was not accepted, for people to read."""

from __future__ import annotations

from dataclasses import dataclass

from regiongate.domain.contact import masked
from regiongate.notify.delivery.outcome import Fate, Outcome, Stage
from regiongate.store.outbox import Claimed


@dataclass(frozen=True, slots=True)
class Unaccepted:
    """What the relay or the system said of a letter, at which stage.

    `to` is the address, masked. The relay's own words may name it, so in `said` it is masked, too;
    `code` is None where the relay said nothing.
    """

    notice: str
    case: int
    to: str
    fate: Fate
    stage: Stage
    code: int | None
    said: str


def unaccepted(claimed: Claimed, outcome: Outcome) -> Unaccepted | None:
    """What to tell of an attempt; None: its letter was accepted."""
    if outcome.fate is Fate.ACCEPTED:
        return None
    reply, to = outcome.reply, masked(claimed.address)
    said = (outcome.detail if reply is None else reply.text).replace(claimed.address, to)
    return Unaccepted(
        notice=claimed.id,
        case=claimed.case,
        to=to,
        fate=outcome.fate,
        stage=outcome.stage,
        code=None if reply is None else reply.code,
        said=" ".join(said.split()),
    )
