"""How a page becomes an article: start with `extract`."""
