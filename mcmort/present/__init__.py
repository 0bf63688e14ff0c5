"""How results look: numbers, wording, tables, figures, documents."""
