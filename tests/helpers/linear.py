"""Long texts, and how little time a pattern may take with them."""

LONG = 100_000
SECONDS = 5.0  # of the processor, on a busy machine; a quadratic pattern takes minutes
KINDS = 'a .(1"'
