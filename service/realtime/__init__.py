"""Live events from the log to the sockets: outbox, pump, hub and frames; refuses to know what an event is about."""
