"""Makes one world from a scenario and runs it: build, run, reviews, events, records, outcomes.

It imports the model, the strategies and the scenario. `batches` runs many; `mesa_face` and `api`
show one.
"""
