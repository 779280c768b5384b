"""Published facts as experiments, how their runs are judged, and the scoreboard.

This package runs batches and reads their results. Nothing else in the code knows the facts.
"""
