"""Laws that several mechanisms share, each of one agent or one place.

They import the state, never a mechanism.
"""
