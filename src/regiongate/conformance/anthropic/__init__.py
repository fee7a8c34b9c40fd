"""What the SDK `anthropic` expects: one check per file, in the order of `table.py`."""
