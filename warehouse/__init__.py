"""Where everything lands: the DuckDB warehouse and the SQL that keeps it."""
