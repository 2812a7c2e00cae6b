"""How notices leave the house: consoles, phones, short messages, voice calls, webhooks, behind one interface."""
