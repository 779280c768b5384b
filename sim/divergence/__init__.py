"""Where two runs part, and how the difference spreads: `redeploy diverge`.

Each run is traced in a process of its own (`trace`, `sides`), its fields are digested (`compared`),
and `diverge` looks for the first step that differs. It imports simulation and results.
"""
