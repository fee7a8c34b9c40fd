"""With what this server signs claim codes, where it issues any."""

from __future__ import annotations

from regiongate.control.incentive.issue import Signer
from regiongate.control.secrets import claim_key
from regiongate.domain.errors import CannotRun
from regiongate.server.house import House


def signer_of(house: House) -> Signer:
    """Who signs claim codes. Raises CannotRun where this server issues none."""
    issuer = house.settings.claim_issuer
    if issuer is None:
        raise CannotRun(
            "this server issues no claim codes, because nobody said what vendors call you: start"
            " `regiongate serve` with --claim-issuer, or use `regiongate incentive code`"
        )
    return Signer(issuer, claim_key(house.state.root))
