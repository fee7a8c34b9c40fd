"""The demonstration: a small world of files, and the whole loop in it in two minutes.

It runs the same commands that a person would type, against a real gateway, and shows them.
"""
