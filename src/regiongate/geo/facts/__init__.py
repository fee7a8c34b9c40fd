"""Facts about addresses other than their region, from sources of their own."""

from regiongate.geo.facts.table import FactTable

__all__ = ["FactTable"]
