"""The model as a Mesa model whose agents are views on the arrays.

Only this folder imports mesa. Each step of the Mesa model steps the loop of `simulation.run`.
"""
