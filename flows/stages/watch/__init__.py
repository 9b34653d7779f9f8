"""Which articles match a topic and raise an alert: start with `topics` and `alerts`."""
