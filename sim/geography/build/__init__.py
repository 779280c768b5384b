"""Makes `sim/geography/data/` from open packages: `python -m sim.geography.build`.

Nothing imports this at run time.
"""
