"""What stands in for providers."""
