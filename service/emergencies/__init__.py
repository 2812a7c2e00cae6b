"""From the call to its end: answered by one, sent to the nearest, raised again, closed with a reason."""
