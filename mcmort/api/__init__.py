"""The Python verbs, and what they return: results that know how to print themselves."""
