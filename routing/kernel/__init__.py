"""The search kernel: flat int64 arrays and compiled functions over them; it allocates nothing while it runs."""
