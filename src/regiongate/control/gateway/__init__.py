"""The gateway: built, started, watched, published to, and told what has been decided."""
