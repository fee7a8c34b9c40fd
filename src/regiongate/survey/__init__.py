"""Access logs → who uses the API from where: one pass over the files, the rest on what it left.

The pass reduces rows to cells (`cells.py`); their distinct addresses are located by one Arrow
kernel (`placing.py`); everything that is told of organizations and keys is SQL over both.
"""
