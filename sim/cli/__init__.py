"""The commands of `redeploy`, how they print, and how they report errors.

Each command imports slow modules in its own body, so that the others start quickly.
"""
