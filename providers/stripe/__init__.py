"""Stripe: its calls, its events and their signature, the endpoint, its version, its settings."""
