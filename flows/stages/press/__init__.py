"""How the press writes: its vocabulary as data, and the grammars that several stages share."""
