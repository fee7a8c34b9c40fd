"""A column of addresses as text, parsed and placed at once: array work on Arrow's own buffers.

The meaning of a text is that of `domain.address.canonical`, string by string; what is refused
there is refused here. Nothing in this package knows a policy.
"""
