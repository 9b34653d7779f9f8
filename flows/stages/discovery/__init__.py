"""What an outlet lists, and which of it are articles."""
