"""How the press writes: its words, as data, and the grammars that several stages read it by."""
