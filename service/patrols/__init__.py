"""Looking in on people every month (探访): who is to be seen, who was, who is still missing."""
