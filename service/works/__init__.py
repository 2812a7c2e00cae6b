"""Works on a household: designed by one, built by another, accepted by a third."""
