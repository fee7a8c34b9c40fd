"""What the SDK `openai` expects: one check per file, in the order of `table.py`."""
