"""Pages for whoever is affected: no login, and reachable from a refused address."""
