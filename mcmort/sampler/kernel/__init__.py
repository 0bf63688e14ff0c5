"""The compiled loop that runs any plan, and how its work is shared out."""
