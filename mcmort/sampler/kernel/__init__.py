"""The compiled kernel that runs any plan, and the division of its work among threads."""
