"""What decides a run: one day, its mechanisms, the rules they share and the state they change.

The package imports numpy, numba and the standard library, and of this project `names` and `machine`
only. `day.py` is the model on one page. `simulation` makes a world and runs the days; `parameters`
holds the numbers of the model.
"""
