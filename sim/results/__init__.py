"""Reads results folders: checked parts, design, manifest, failures, tables and SQL.

This folder draws and compares nothing. `batches` writes the results folders; `analysis` and
`report` use them.
"""
