"""Makes `sim/geography/data/` from open packages: `python -m sim.geography.build`. Not imported at run time."""
