"""Claim codes on a provider's side, and the ledger of what they bring on a vendor's."""
