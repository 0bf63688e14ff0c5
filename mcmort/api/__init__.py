"""The Python functions, and the reports that they return, which print themselves."""
