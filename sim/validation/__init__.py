"""Published facts as experiments, how their runs are judged, and the scoreboard.

It runs batches and reads their results; the facts are known nowhere else.
"""
