"""What stands in for providers that cannot be had here; never deployed."""
