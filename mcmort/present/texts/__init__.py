"""Results in words: a case, the figures behind a number, a bibliography."""
