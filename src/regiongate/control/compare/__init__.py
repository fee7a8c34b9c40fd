"""Compare sources: where they disagree, and what that does to the verdicts of a policy."""
