"""`python -m bench`: the gate against the same proxy without it, and against its neighbours."""
