"""How able elders are: two scales as rules and tables, drafts, a second pair of eyes, results that hold for a time."""
