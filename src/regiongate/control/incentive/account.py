"""What a vendor may call an account in the ledger."""

from __future__ import annotations

from regiongate.domain.errors import CannotRun
from regiongate.domain.line import is_line

_LONGEST = 255


def require_account(account: str) -> None:
    """Raise CannotRun where nobody can be called so."""
    if account != account.strip() or not is_line(account) or len(account) > _LONGEST:
        message = f"{account!r} names no account"
        raise CannotRun(f"{message}: write one line, {_LONGEST} characters at most")
