"""Who learns what: reports to command, leaked moves to the enemy, located fields to the survey."""
