"""Rules that several mechanisms share, each about one agent or one place.

They import the state, never a mechanism.
"""
