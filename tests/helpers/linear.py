"""Long texts, and how little time a pattern may take with them."""

LONG = 100_000
SECONDS = 1.0  # a quadratic pattern takes minutes
KINDS = 'a .(1"'
