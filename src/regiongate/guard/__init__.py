"""The gate where the gateway cannot stand: middleware for an API, and a check service for proxies.

One bundle, the gateway's answers: it decides by `regiongate.library` and words by `domain.refusal`.
"""
