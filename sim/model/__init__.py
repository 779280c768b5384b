"""What decides a run: one day, its mechanisms, the rules they share and the state they change.

It imports numpy, numba and the standard library, and of ours `names` only. `day.py` is the model on
one page. `simulation` makes a world and calls the day; `parameters` holds its numbers.
"""
