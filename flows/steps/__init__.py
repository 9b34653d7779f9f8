"""The steps of a run. Each is the same three lines: what is pending, a pure function does it, one
transaction records it.

A step that is killed is finished by the next run: what it had recorded is no longer pending, what
it had not is pending still. flows/pipeline.py has their order.
"""
