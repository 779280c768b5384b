"""Makes one world from a scenario and runs it: build, run, reviews, events, records, outcomes.

This folder imports the model, the strategies and the scenario. `batches` makes many runs;
`mesa_face` and `api` show one.
"""
