"""The steps of a run. Each asks the warehouse what is pending, does the work in a pure function,
and records the result in one transaction.

If a step is killed, the next run finishes it: what was not recorded is still pending. Their order
is in flows/pipeline.py.
"""
