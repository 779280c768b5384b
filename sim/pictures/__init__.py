"""Pictures of results folders."""
