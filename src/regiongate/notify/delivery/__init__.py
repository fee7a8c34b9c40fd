"""A letter → a relay's answer, with the one instant at which nobody can know told as such."""
