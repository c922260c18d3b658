"""Purchases whose workers are killed at every step."""
