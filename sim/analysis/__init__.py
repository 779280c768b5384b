"""Numbers computed from results folders: paired comparisons, communities, tables for a terminal.

This package reads results and never imports the model; `report` draws its numbers.
"""
