"""The benches behind docs/benchmarks.md: each module is a program, run by its target of the
Makefile.
"""
