"""The nouns of the product as frozen values, and their rules; the standard library only."""
