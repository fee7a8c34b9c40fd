"""Claim codes and the ledger on both databases."""

from tests.support.stores import database, postgresql, store_url

__all__ = ["database", "postgresql", "store_url"]
