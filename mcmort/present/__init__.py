"""How results look: numbers, words, tables, figures. The only layer that draws."""
