"""The commands that look and change nothing, each called as it is typed."""
