"""Versions of the workers beside each other on a real server: rolled out, ramped, rolled back, drained, restarted."""
