"""Rules of care that differ by district, as data: which kinds there are, what holds where and when."""
