"""Every test of exemptions runs on both databases."""

from tests.support.stores import database, postgresql, store_url

__all__ = ["database", "postgresql", "store_url"]
