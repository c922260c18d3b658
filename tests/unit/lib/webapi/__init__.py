"""The manners of our HTTP APIs."""
