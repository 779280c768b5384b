"""Reads results folders: checked parts, design, manifest, failures, tables and SQL.

It draws and compares nothing. `batches` writes these folders, `analysis` and `report` use them.
"""
