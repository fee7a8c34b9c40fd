"""Make a proxy obey a bundle: supervise, swap atomically, probe, roll back. Decides nothing."""
