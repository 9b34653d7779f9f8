"""Articles match topics and raise alerts: begin with `topics` and `alerts`."""
