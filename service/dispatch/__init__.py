"""Plans of the day: rows to a routing problem, a solve in a child process, drafts, publishing."""
