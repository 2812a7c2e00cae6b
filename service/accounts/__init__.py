"""People who sign in: accounts, passwords, sessions, tickets; refuses to know what they work on."""
