"""Stripe: its events, their signature, the endpoint."""
