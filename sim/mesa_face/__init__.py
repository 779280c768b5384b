"""The model as a Mesa model whose agents are views on the arrays.

Only this folder imports mesa. `simulation.run` is the loop that it steps.
"""
