"""The mechanisms, by family. Each is one file that begins with its page: Reads, Writes, equation,
source.

A mechanism imports rules and the state, never another mechanism. `day.py` calls them in order.
"""
