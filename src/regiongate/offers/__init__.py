"""Offers file to `domain.Offers`: read with places, validated; the shipped history, a template."""

from regiongate.offers.read import check, given, load, problems_of, shipped

__all__ = ["check", "given", "load", "problems_of", "shipped"]
