"""Commands that only read. Each module is named after its command."""
