"""The conventions of our HTTP APIs."""
