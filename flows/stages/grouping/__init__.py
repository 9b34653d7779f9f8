"""Articles become stories: begin with `stories`."""
