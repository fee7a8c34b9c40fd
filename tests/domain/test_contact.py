"""Contacts: which mail addresses are taken, and how they are shown."""

from __future__ import annotations

import pytest

from regiongate.domain.contact import Contact, masked


def test_masking() -> None:
    """The first letter and the domain are left."""
    assert masked("it@acme.example") == "i…@acme.example"


@pytest.mark.parametrize("address", ["it", "it@", "a b@acme.example", "a@b@acme.example", "a@b\n"])
def test_what_no_server_takes_is_refused(address: str) -> None:
    """An address goes into the conversation with a server as it stands."""
    with pytest.raises(ValueError, match="is not a mail address"):
        Contact(address, "en")
