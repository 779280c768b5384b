"""Pictures of results folders, and the page that `redeploy report` writes.

It reads results and analysis, never the model.
"""
