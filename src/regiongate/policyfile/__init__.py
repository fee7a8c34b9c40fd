"""Policy file to `domain.Policy`: parse with places, validate, test, compare, show, begin anew."""

from regiongate.policyfile.read import check, load

__all__ = ["check", "load"]
