"""The books of a provider: profiles of organizations, read from CSV and JSON lines.

A file is read strictly, from its beginning to its end, and whatever is wrong with it is told at
once, each with its place. Nothing is repaired, and nothing that may be an API key is shown.
"""
