"""Numbers out of results folders: paired comparison, places, and tables for a terminal.

It imports results only. `report` draws what it finds.
"""
