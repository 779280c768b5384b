"""Finds where two runs part and how the difference spreads: `redeploy diverge`.

Each run is traced in a process of its own (`trace`, `sides`), and its state is read as fields and
digests (`fields`, `digests`). `diverge` finds the first step that differs. This package imports
simulation and results.
"""
