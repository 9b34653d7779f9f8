"""The reading room: what people see of the warehouse, as HTML. It only reads."""
