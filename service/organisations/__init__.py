"""Areas, providers, stations and who is on duty there."""
