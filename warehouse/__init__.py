"""The DuckDB warehouse, and its SQL."""
