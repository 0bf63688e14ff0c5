"""Whether the records of a case make sense together."""
