"""Tables of results: one file for each, and the formats in which any of them is printed."""
