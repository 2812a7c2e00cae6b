"""Background work: a queue of job rows, the worker that runs them, and entries that run every so often."""
