"""Use cases, each a verb in its own file: what a person asks of the product."""
