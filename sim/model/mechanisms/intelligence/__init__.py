"""What becomes known: reports to command, moves to the enemy, fields to the survey."""
