"""Payments with a provider that is a fake behind the port."""
