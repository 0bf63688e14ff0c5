"""From files to the records of a case: TOML, BibTeX, spreadsheets."""
