"""Stripe's endpoint on real parts: real sagas, two processes of the intake, and a Temporal that hangs or refuses."""
