"""Pictures of results folders, and the page that `redeploy report` writes.

This package reads results and their analysis, and never imports the model.
"""
