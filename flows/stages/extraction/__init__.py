"""A page becomes an article: begin with `extract`."""
