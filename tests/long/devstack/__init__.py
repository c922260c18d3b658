"""Links that break and processes that are killed, one after the other."""
