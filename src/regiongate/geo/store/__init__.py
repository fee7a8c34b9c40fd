"""The store of sources: a folder of what was fetched, how it was fetched, and what came before."""
