"""The gate in one's own process: a bundle that decides without a gateway, for scripts and tests.

It reads what the gateway reads, and gives the gateway's answers.
"""
