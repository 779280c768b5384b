"""The outcomes of a run: name, unit and direction of each, and how it follows from the tally."""
