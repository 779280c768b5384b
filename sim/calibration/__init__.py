"""Holds the futures of a batch against what was observed, and keeps the nearest.

It imports results and analysis, never the model. `validation` tries published facts.
"""
