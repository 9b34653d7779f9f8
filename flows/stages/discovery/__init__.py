"""Which articles an outlet lists."""
