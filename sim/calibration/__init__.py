"""Compares the futures of a batch with observations and keeps the nearest.

This package reads results and analysis, and never imports the model. `validation` tests published
facts.
"""
