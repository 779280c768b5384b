"""Every output of a run: its name, unit and direction, and how it follows from the tally."""
