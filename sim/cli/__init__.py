"""The commands of `redeploy`, and how they print and answer what goes wrong.

Everything heavy is imported inside the command that needs it.
"""
